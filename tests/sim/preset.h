/* preset.h - faults with a name of their own, in the words of each protocol. */
#ifndef MAILSIM_PRESET_H
#define MAILSIM_PRESET_H

#include "scenario.h"

struct preset {
	const char *name;
	const char *verb;
	enum after after;
	bool raw, insane;
	struct view text[PROTOCOL_COUNT]; /* n 0: this protocol has none */
};

/* NULL: no such preset. */
const struct preset *preset_find(struct view name);

/* Names of all faults, tricks too, for messages; *ret_count of them. */
const char *const *fault_words(size_t *ret_count);

#endif
