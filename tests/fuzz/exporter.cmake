mailvane_fuzz(fuzz_negotiation fuzz_negotiation.c ${CMAKE_CURRENT_SOURCE_DIR}/corpus/negotiation
  exporter_parts)
