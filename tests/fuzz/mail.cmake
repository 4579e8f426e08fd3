add_library(fuzz_dialogue STATIC fuzz_dialogue.c)
target_link_libraries(fuzz_dialogue PUBLIC mailvane_mail)

foreach(protocol smtp lmtp imap pop3 sieve submission watch look)
  mailvane_fuzz(fuzz_${protocol} fuzz_${protocol}.c
    ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${protocol} fuzz_dialogue)
endforeach()
