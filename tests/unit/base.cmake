foreach(noun view buffer printable base64 instant fault suggest arena pool)
  mailvane_unit(test_${noun} test_${noun}.c mailvane_base)
endforeach()
target_link_libraries(test_instant PRIVATE m)
