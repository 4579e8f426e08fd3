/* terms.h - from a target to the terms of its dialogue. */
#ifndef MAILVANE_DIALOGUE_PARAMS_H
#define MAILVANE_DIALOGUE_PARAMS_H

#include "dialogue.h"
#include "probe.h"

/* Sets what the setting says; the terms are all zero before. Texts are lent. */
void dialogue_params_init(struct dialogue_params *, const struct probe_setting *);

#endif
