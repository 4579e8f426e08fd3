/* terms.h - from a target to the terms of its dialogue. */
#ifndef MAILVANE_TERMS_H
#define MAILVANE_TERMS_H

#include "dialogue.h"
#include "probe.h"

/* Sets what the setting says; the terms are all zero before. Texts are lent. */
void terms_init(struct dialogue_terms *, const struct probe_setting *);

#endif
