foreach(noun dialogue command literal offered protocol replies reply sasl stranger)
  mailvane_unit(test_${noun} test_${noun}.c mailvane_mail)
endforeach()
