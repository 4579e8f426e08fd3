foreach(noun certificate staple tls_session)
  mailvane_fuzz(fuzz_${noun} fuzz_${noun}.c ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${noun}
    mailvane_tls PkgConfig::openssl)
endforeach()
