/* fuzz_smtp.c - any server at all, to the dialogue of SMTP. */
#include "fuzz_dialogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	return fuzz_dialogue(&smtp_protocol, bytes, n);
}
