foreach(noun breaker engine connection_limiter loop_lag probe reload schedule task name_schedule)
  mailvane_unit(test_${noun} test_${noun}.c mailvane_engine)
endforeach()
target_sources(test_engine PRIVATE smtp_peer.c)
mailvane_unit(test_on_demand_probe test_on_demand_probe.c mailvane_engine net_bench)
mailvane_unit(test_name_prober test_name_prober.c mailvane_engine mailvane_simulator)
mailvane_unit(test_descriptors test_descriptors.c mailvane_engine)

# Allocations that fail, one after the other.
mailvane_unit(test_run_once test_run_once.c mailvane_engine)
target_sources(test_run_once PRIVATE smtp_peer.c)
target_link_options(test_run_once PRIVATE -Wl,--wrap=malloc -Wl,--wrap=calloc)
