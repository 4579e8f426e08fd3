add_library(net_bench STATIC dns_stub.c)
target_link_libraries(net_bench PUBLIC mailvane_net PkgConfig::cmocka PkgConfig::openssl)

foreach(noun resolver)
  mailvane_unit(test_${noun} test_${noun}.c net_bench)
endforeach()
