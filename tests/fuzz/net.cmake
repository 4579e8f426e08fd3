foreach(noun certificate dns_message staple tls_session)
  mailvane_fuzz(fuzz_${noun} fuzz_${noun}.c ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${noun}
    mailvane_net PkgConfig::openssl)
endforeach()
