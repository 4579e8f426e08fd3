foreach(noun extra_opts classic_arguments)
  mailvane_fuzz(fuzz_${noun} fuzz_${noun}.c ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${noun}
    check_classic_parts)
endforeach()
target_compile_options(fuzz_extra_opts PRIVATE "SHELL:-iquote ${PROJECT_SOURCE_DIR}/checks")
