# The other ends: a DNS server, a TLS server, and certificates for it.
add_library(net_bench STATIC dns_stub.c pki.c peer.c client.c)
target_link_libraries(net_bench PUBLIC mailvane_net PkgConfig::cmocka PkgConfig::openssl
  Threads::Threads)

foreach(noun resolver tls stream stream_tls)
  mailvane_unit(test_${noun} test_${noun}.c net_bench)
endforeach()
