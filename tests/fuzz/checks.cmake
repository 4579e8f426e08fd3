mailvane_fuzz(fuzz_standing fuzz_standing.c ${CMAKE_CURRENT_SOURCE_DIR}/corpus/standing
  check_mailvane_parts)
