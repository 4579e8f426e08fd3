foreach(noun allowance confirmation drift plan policy roll shard slot transcript)
  mailvane_unit(test_${noun} test_${noun}.c mailvane_model)
endforeach()
