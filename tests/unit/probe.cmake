foreach(noun breaker engine gate plan policy report schedule slot verdict)
  mailvane_unit(test_${noun} test_${noun}.c mailvane_probe)
endforeach()
target_sources(test_engine PRIVATE smtp_peer.c)
