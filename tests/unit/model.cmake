foreach(noun probe_acl confirmation drift plan policy name_set shard slot transcript)
  mailvane_unit(test_${noun} test_${noun}.c mailvane_model)
endforeach()
