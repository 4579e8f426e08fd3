/* certificate_made.h - a certificate with its count: one block of memory, freed at once. */
#ifndef MAILVANE_CERTIFICATE_MADE_H
#define MAILVANE_CERTIFICATE_MADE_H

#include "certificate.h"

#include <stdatomic.h>

struct certificate_made {
	atomic_uint holders;
	struct certificate facts; /* its pointers lead into texts */
	char *texts[];            /* the names, then the bytes of all texts */
};

#endif
