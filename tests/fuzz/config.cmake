foreach(pair config:config target_file:targets)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 noun)
  list(GET pair 1 corpus)
  mailvane_fuzz(fuzz_${noun} fuzz_${noun}.c ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${corpus}
    mailvane_config PkgConfig::libconfig)
  target_sources(fuzz_${noun} PRIVATE plan_check.c)
endforeach()
