/* fuzz_sieve.c - any server at all, to the dialogue of ManageSieve. */
#include "fuzz_dialogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	return fuzz_dialogue(&sieve_protocol, bytes, n);
}
