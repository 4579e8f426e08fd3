/* fuzz_watch.c - any server at all, to the dialogue of IMAP in which a message is awaited. */
#include "fuzz_dialogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	return fuzz_conversation(&(struct fuzz_talk){ &imap_protocol, &imap_watch }, bytes,
				 n);
}
