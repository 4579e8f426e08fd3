/* service.c - the services every mail host may have. */
#include "service.h"

/* clang-format off */
const struct service builtin_services[] = {
	/* name          protocol         port  TLS                       source */
	{ "smtp",        &smtp_protocol,    25, .tls = TLS_MODE_OPPORTUNISTIC }, /* RFC 5321, 3207 */
	{ "smtp-alt",    &smtp_protocol,    26, .tls = TLS_MODE_OPPORTUNISTIC }, /* hosting panels */
	{ "submission",  &smtp_protocol,   587, .tls = TLS_MODE_STARTTLS },      /* RFC 6409 */
	{ "submissions", &smtp_protocol,   465, .tls = TLS_MODE_IMPLICIT },      /* RFC 8314 */
	{ "imap",        &imap_protocol,   143, .tls = TLS_MODE_STARTTLS },      /* RFC 9051 */
	{ "imaps",       &imap_protocol,   993, .tls = TLS_MODE_IMPLICIT },      /* RFC 8314 */
	{ "pop3",        &pop3_protocol,   110, .tls = TLS_MODE_STARTTLS },      /* RFC 1939, 2595 */
	{ "pop3s",       &pop3_protocol,   995, .tls = TLS_MODE_IMPLICIT },      /* RFC 8314 */
	{ "lmtp",        &lmtp_protocol,    24, .tls = TLS_MODE_OPPORTUNISTIC }, /* RFC 2033 */
	{ "sieve",       &sieve_protocol, 4190, .tls = TLS_MODE_STARTTLS },      /* RFC 5804 */
};
/* clang-format on */

const size_t builtin_service_count = ARRAY_SIZE(builtin_services);

const struct service *service_find(const struct service *list, size_t count,
				   struct view name)
{
	for (size_t i = 0; i < count; i++)
		if (view_equal(name, list[i].name))
			return &list[i];
	return NULL;
}
