/* negotiation.h - chooses format and compression of /metrics from the headers of a request.
 *
 * RFC 9110 section 12.5, as Prometheus uses it. Parts of a header that cannot be understood
 * are ignored.
 */
#ifndef MAILVANE_NEGOTIATION_H
#define MAILVANE_NEGOTIATION_H

/* Bytes of a header value that are read; the rest is ignored. */
enum { NEGOTIATION_MAX = 2048 };

/* Prometheus's text format 0.0.4, OpenMetrics 1.0. */
enum text_format { TEXT_PROMETHEUS, TEXT_OPENMETRICS };

struct representation {
	enum text_format format;
	const char *content_type; /* a static text */
};

/* From the value of Accept (NULL: not sent). A client that accepts none of the formats
 * gets text 0.0.4. */
struct representation negotiate_format(const char *accept);

enum coding { CODING_IDENTITY, CODING_GZIP, CODING_NONE /* the client accepts neither */ };

/* From the value of Accept-Encoding (NULL: not sent). */
enum coding negotiate_coding(const char *accept_encoding);

#endif
