mailvane_fuzz(fuzz_printable fuzz_printable.c ${CMAKE_CURRENT_SOURCE_DIR}/corpus/printable
  mailvane_base)
