/* service.c - the table of built-in services. */
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

/* clang-format off */
static const struct {
	const char *alias, *meant;
} aliases[] = {
	/* Port 465 is submission with TLS; mail between servers never had TLS of its own. */
	{ "smtps",        "submissions" },
	{ "ssmtp",        "submissions" },
	{ "urd",          "submissions" },
	{ "smtp-tls",     "submissions" },
	{ "smtp-ssl",     "submissions" },
	{ "msa",          "submission"  },
	{ "smtp-auth",    "submission"  },
	{ "mail",         "smtp"        },
	{ "esmtp",        "smtp"        },
	{ "imap2",        "imap"        },
	{ "imap4",        "imap"        },
	{ "imap4s",       "imaps"       },
	{ "imap4-ssl",    "imaps"       },
	{ "imap-ssl",     "imaps"       },
	{ "simap",        "imaps"       },
	{ "pop",          "pop3"        },
	{ "pop2",         "pop3"        },
	{ "pop-3",        "pop3"        },
	{ "spop",         "pop3s"       },
	{ "spop3",        "pop3s"       },
	{ "pops",         "pop3s"       },
	{ "pop3-ssl",     "pop3s"       },
	{ "managesieve",  "sieve"       },
	{ "managesieved", "sieve"       },
	{ "sieve-filter", "sieve"       },
};
/* clang-format on */

const char *service_suggestion(struct view name)
{
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++)
		if (view_equal(name, aliases[i].alias))
			return aliases[i].meant;
	return NULL;
}
