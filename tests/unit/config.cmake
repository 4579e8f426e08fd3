foreach(noun config config_files config_reference csv ehlo_name file host_name name_list name_template name_table scanner targets)
  mailvane_unit(test_${noun} test_${noun}.c mailvane_config)
endforeach()
foreach(noun config config_files file name_list targets)
  target_sources(test_${noun} PRIVATE folder.c)
endforeach()
target_compile_definitions(test_config_files PRIVATE DATA="${CMAKE_CURRENT_SOURCE_DIR}/config")
target_compile_definitions(test_config PRIVATE CONF="${PROJECT_SOURCE_DIR}/conf")
target_compile_definitions(test_config_reference PRIVATE
  REFERENCE="${PROJECT_SOURCE_DIR}/conf/reference.md"
  VERDICTS="${PROJECT_SOURCE_DIR}/conf/verdicts.md")
