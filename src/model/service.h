/* service.h - a service of a server: a protocol on a port, with a way to use TLS. */
#ifndef MAILVANE_SERVICE_H
#define MAILVANE_SERVICE_H

#include "protocol.h"
#include "tls_mode.h"

struct service {
	const char *name; /* "submissions"; label `service` */
	const struct protocol *protocol;
	uint16_t port;
	enum tls_mode tls;
	uint8_t tls_min; /* 1 + enum tls_version; 0: that of the settings */
};

/* smtp, smtp-alt, submission, submissions, imap, imaps, pop3, pop3s, lmtp, sieve. */
extern const struct service builtin_services[];
extern const size_t builtin_service_count;

/* The service with this name in a list; NULL: there is none. */
const struct service *service_find(const struct service *, size_t count, struct view name);

/* The service that a name from /etc/services or another tool stands for ("smtps", "spop",
 * "managesieve"), to suggest it in a message; NULL: none. */
const char *service_suggestion(struct view name);

#endif
