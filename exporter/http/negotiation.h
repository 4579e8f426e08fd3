/* negotiation.h - which format and coding of /metrics a client gets.
 *
 * RFC 9110 section 12.5, as Prometheus uses it. Header values are a stranger's: what cannot be
 * understood is passed over.
 */
#ifndef MAILVANE_NEGOTIATION_H
#define MAILVANE_NEGOTIATION_H

#include "encoder.h"

/* Bytes of a header value that are read; what is behind them is not there. */
enum { NEGOTIATION_MAX = 2048 };

struct representation {
	enum text_format format;
	const char *content_type; /* static */
};

/* From the value of Accept; NULL: no such header. A client that accepts none of the formats
 * gets text 0.0.4, which is what Prometheus makes of a target it does not know. */
struct representation negotiate_format(const char *accept);

enum coding { CODING_IDENTITY, CODING_GZIP, CODING_NONE /* it accepts neither */ };

/* From the value of Accept-Encoding; NULL: no such header. */
enum coding negotiate_coding(const char *accept_encoding);

#endif
