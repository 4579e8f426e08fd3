add_library(check_mail_parts STATIC ${PROJECT_SOURCE_DIR}/checks/options.c)
target_include_directories(check_mail_parts PUBLIC ${PROJECT_SOURCE_DIR}/checks)
target_link_libraries(check_mail_parts PUBLIC mailvane_probe)
mailvane_unit(test_check_options test_check_options.c check_mail_parts)
