/* name_template.h - names that others give our targets, as "mail {service}". */
#ifndef MAILVANE_CONFIG_NAME_TEMPLATE_H
#define MAILVANE_CONFIG_NAME_TEMPLATE_H

#include "buffer.h"
#include "plan.h"

/* What is wrong with it, in words for behind its name; NULL: nothing. */
const char *name_template_fault(struct view);

/* Puts the name of a target: {server}, {service} and {host} are filled in, all else stays. */
void name_template_fill(struct buffer *, const char *name_template, const struct target *);

#endif
