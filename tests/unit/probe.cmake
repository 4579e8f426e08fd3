foreach(noun
    allowance
    breaker
    confirmation
    drift
    engine
    gate
    name_verdict
    override
    plan
    policy
    reload
    renewal
    report
    roll
    roster
    schedule
    shard
    slot
    tls_policy
    transcript
    verdict
    walk)
  mailvane_unit(test_${noun} test_${noun}.c mailvane_probe)
endforeach()
target_sources(test_engine PRIVATE smtp_peer.c)
mailvane_unit(test_errand test_errand.c mailvane_probe net_bench)
mailvane_unit(test_walker test_walker.c mailvane_probe mailvane_simulator)
mailvane_unit(test_obsolete test_obsolete.c mailvane_probe)
