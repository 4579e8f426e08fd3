/* fuzz_lmtp.c - any server at all, to the dialogue of LMTP. */
#include "fuzz_dialogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	return fuzz_dialogue(&lmtp_protocol, bytes, n);
}
