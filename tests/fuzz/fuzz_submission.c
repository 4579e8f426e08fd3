/* fuzz_submission.c - any server at all, to the dialogue of SMTP in which a message is sent. */
#include "fuzz_dialogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	return fuzz_conversation(&(struct fuzz_talk){ &smtp_protocol, &smtp_submission },
				 bytes, n);
}
