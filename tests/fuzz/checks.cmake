mailvane_fuzz(fuzz_standing fuzz_standing.c ${CMAKE_CURRENT_SOURCE_DIR}/corpus/standing
  check_mailvane_parts)
mailvane_fuzz(fuzz_answer "fuzz_answer.c;${PROJECT_SOURCE_DIR}/tests/unit/plain_output.c"
  ${CMAKE_CURRENT_SOURCE_DIR}/corpus/answer check_mailvane_parts)
