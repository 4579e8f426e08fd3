/* certificate_line.h - the sentence about a certificate's end, as the classics print it. */
#ifndef MAILVANE_CLASSIC_CERTIFICATE_LINE_H
#define MAILVANE_CLASSIC_CERTIFICATE_LINE_H

#include "certificate.h"
#include "state.h"

enum { CERTIFICATE_LINE_MAX = 400, CERTIFICATE_NAME_MAX = 256 };

/* Days left, whole ones: WARNING at `warning` of them and below, CRITICAL at `critical`. A
 * certificate that has ended is CRITICAL whatever they are. */
enum state certificate_line(const struct certificate *, struct moment now, int warning,
			    int critical, char dst[CERTIFICATE_LINE_MAX]);

/* The common name, "Unknown CN" if it has none; no bars. Returns dst. */
const char *certificate_name(const struct certificate *, char dst[CERTIFICATE_NAME_MAX]);

bool certificate_has_ended(const struct certificate *, struct moment now);

#endif
