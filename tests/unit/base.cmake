foreach(noun address view buffer printable base64 instant fault suggest arena network pool)
  mailvane_unit(test_${noun} test_${noun}.c mailvane_base)
endforeach()
target_link_libraries(test_instant PRIVATE m)
