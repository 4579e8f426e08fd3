# roster: its records are read through the sentences that name_verdict_store makes.
foreach(noun legacy_tls name_verdict override renewal report name_results tls_policy verdict)
  mailvane_unit(test_${noun} test_${noun}.c mailvane_verdict)
endforeach()
target_sources(test_report PRIVATE plain_output.c)
