/* fuzz_imap.c - any server at all, to the dialogue of IMAP. */
#include "fuzz_dialogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	return fuzz_dialogue(&imap_protocol, bytes, n);
}
