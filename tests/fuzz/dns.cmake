foreach(noun dns_message hosts resolv_conf)
  mailvane_fuzz(fuzz_${noun} fuzz_${noun}.c ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${noun} mailvane_dns)
endforeach()
