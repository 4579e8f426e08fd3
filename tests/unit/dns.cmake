foreach(noun answer_cache dns_message dns_records dns_server lookup resolv_conf resolver resolver_servers tlsa)
  mailvane_unit(test_${noun} test_${noun}.c net_bench)
endforeach()
