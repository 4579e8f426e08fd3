foreach(noun chain cipher dane pin staple stretched tls tls_session)
  mailvane_unit(test_${noun} test_${noun}.c net_bench)
endforeach()
target_include_directories(test_staple PRIVATE ${PROJECT_SOURCE_DIR}/tests/sim)
