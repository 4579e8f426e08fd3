/* fuzz_look.c - any server at all, to the dialogue of POP3 in which a message is looked for. */
#include "fuzz_dialogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	return fuzz_conversation(&(struct fuzz_talk){ &pop3_protocol, &pop3_look }, bytes,
				 n);
}
