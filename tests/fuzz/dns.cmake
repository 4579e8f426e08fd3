mailvane_fuzz(fuzz_dns_message fuzz_dns_message.c ${CMAKE_CURRENT_SOURCE_DIR}/corpus/dns_message
  mailvane_dns)
