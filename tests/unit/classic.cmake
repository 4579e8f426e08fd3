foreach(noun classic_arguments classic_lines)
  mailvane_unit(test_${noun} test_${noun}.c check_classic_parts)
endforeach()
# What check_mail shares with the classics.
mailvane_unit(test_range test_range.c check_classic_parts)
mailvane_unit(test_extra_opts "test_extra_opts.c;folder.c" check_classic_parts)
foreach(noun range extra_opts)
  target_compile_options(test_${noun} PRIVATE "SHELL:-iquote ${PROJECT_SOURCE_DIR}/checks")
endforeach()
