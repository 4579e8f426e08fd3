mailvane_fuzz(fuzz_negotiation fuzz_negotiation.c ${CMAKE_CURRENT_SOURCE_DIR}/corpus/negotiation
  exporter_parts)
mailvane_fuzz(fuzz_web_config fuzz_web_config.c ${CMAKE_CURRENT_SOURCE_DIR}/corpus/web_config
  exporter_parts)
mailvane_fuzz(fuzz_http_request fuzz_http_request.c ${CMAKE_CURRENT_SOURCE_DIR}/corpus/http_request
  exporter_parts)
target_sources(fuzz_http_request PRIVATE ${PROJECT_SOURCE_DIR}/tests/unit/running_exporter.c
  ${PROJECT_SOURCE_DIR}/tests/unit/folder.c)
target_include_directories(fuzz_http_request PRIVATE ${PROJECT_SOURCE_DIR}/tests/unit)
