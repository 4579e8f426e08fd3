/* fuzz_pop3.c - any server at all, to the dialogue of POP3. */
#include "fuzz_dialogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	return fuzz_dialogue(&pop3_protocol, bytes, n);
}
