/* exposition.h - all metrics of a plan as one answer, family by family. */
#ifndef MAILVANE_EXPOSITION_H
#define MAILVANE_EXPOSITION_H

#include "encoder.h"
#include "health.h"
#include "text_stream.h"

/* Holds a reference to the plan until it is freed. NULL: out of memory. */
struct text_stream *exposition_new(struct plan *, const struct health *, enum text_format);

#endif
