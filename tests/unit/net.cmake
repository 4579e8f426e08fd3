# The other ends: a DNS server, a TLS server, and certificates for it.
add_library(net_bench STATIC dns_stub.c resolver_bench.c pki.c peer.c client.c tls_bench.c
  ${PROJECT_SOURCE_DIR}/tests/sim/ocsp.c ${PROJECT_SOURCE_DIR}/tests/sim/flood.c)
target_link_libraries(net_bench PUBLIC mailvane_net PkgConfig::cmocka PkgConfig::openssl
  Threads::Threads)

foreach(noun stream stream_tls stream_tls_faults)
  mailvane_unit(test_${noun} test_${noun}.c net_bench)
endforeach()

mailvane_unit(test_loop_reserve test_loop_reserve.c mailvane_net)
target_link_options(test_loop_reserve PRIVATE -Wl,--wrap=realloc)
