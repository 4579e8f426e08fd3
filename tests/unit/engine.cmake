foreach(noun breaker engine gate loop_lag obsolete reload schedule walk)
  mailvane_unit(test_${noun} test_${noun}.c mailvane_engine)
endforeach()
target_sources(test_engine PRIVATE smtp_peer.c)
mailvane_unit(test_errand test_errand.c mailvane_engine net_bench)
mailvane_unit(test_walker test_walker.c mailvane_engine mailvane_simulator)

# Allocations that fail, one after the other.
mailvane_unit(test_run_once test_run_once.c mailvane_engine)
target_sources(test_run_once PRIVATE smtp_peer.c)
target_link_options(test_run_once PRIVATE -Wl,--wrap=malloc -Wl,--wrap=calloc)
