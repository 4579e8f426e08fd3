/* arguments.h - the command lines of check_smtp and of the check_tcp family.
 *
 * All that Monitoring Plugins 2.3.3 take, what their later versions and Nagios Plugins 2.5
 * added, and a few words of our own (--verify, --ca-file, --starttls for IMAP and POP3).
 */
#ifndef MAILVANE_CLASSIC_ARGUMENTS_H
#define MAILVANE_CLASSIC_ARGUMENTS_H

#include "../range.h"
#include "plugin.h"
#include "resolver.h"
#include "state.h"

enum { ARGUMENTS_LIST_MAX = 64, ARGUMENTS_ERROR_MAX = 256 };

struct argument_list {
	const char *texts[ARGUMENTS_LIST_MAX];
	size_t count;
};

enum arguments_flag {
	ARGUMENTS_STARTTLS = 1 << 0,
	ARGUMENTS_TLS = 1 << 1, /* from the first byte */
	ARGUMENTS_WARNING = 1 << 2,
	ARGUMENTS_CRITICAL = 1 << 3,
	ARGUMENTS_CERTIFICATE = 1 << 4,    /* -D */
	ARGUMENTS_EXPIRY_IGNORED = 1 << 5, /* where -D is not given */
	ARGUMENTS_VERIFY = 1 << 6,         /* chain and name */
	ARGUMENTS_PROXY = 1 << 7,          /* a PROXY header comes first */
	ARGUMENTS_VERBOSE = 1 << 8,
	/* check_smtp */
	ARGUMENTS_LMTP = 1 << 9,
	ARGUMENTS_QUIT_FAILURE_IGNORED = 1 << 10,
	ARGUMENTS_SNI = 1 << 11, /* the host's name */
	/* check_tcp */
	ARGUMENTS_ESCAPE = 1 << 12,
	ARGUMENTS_ALL = 1 << 13,        /* every expect must be found */
	ARGUMENTS_JAIL = 1 << 14,       /* the server's text is not shown */
	ARGUMENTS_EXACT = 1 << 15,      /* the expect is the plugin's own: a prefix */
	ARGUMENTS_HOST_GIVEN = 1 << 16, /* by -H; an operand is not shown */
};

/* All texts are those of argv, or static. */
/* Without -t. */
enum { ARGUMENTS_TIMEOUT_S = 10 };

struct arguments {
	const struct plugin *plugin;
	const char *progname;
	char service[PLUGIN_SERVICE_MAX];
	unsigned flags;
	const char *host; /* name, address, or path of a unix socket */
	enum family family;
	uint16_t port;
	unsigned timeout; /* seconds; 0: none */
	enum state timeout_state;
	struct range warning, critical;
	int cert_warning, cert_critical; /* days */
	const char *ca_file;
	const char *sni; /* NULL: none, or by the flag */
	struct argument_list expect;

	/* check_smtp */
	struct argument_list commands, responses; /* the n-th belong together */
	const char *from;                         /* NULL: no MAIL */
	size_t from_n;
	const char *fqdn; /* NULL: ask the system */
	const char *authtype, *authuser, *authpass;

	/* check_tcp */
	const char *send, *quit; /* NULL: nothing, the plugin's own */
	enum state refuse, mismatch;
	unsigned long maxbytes; /* 0: any */
	unsigned delay;         /* seconds */
};

enum arguments_result {
	ARGUMENTS_OK,
	ARGUMENTS_HELP,
	ARGUMENTS_VERSION,
	ARGUMENTS_BAD, /* the error says why, without the program's name */
};

/* `progname` is the basename of argv[0], `plugin` what it means. Rewrites the old spellings -to,
 * -wt and -ct in argv. On ARGUMENTS_BAD *ret is untouched. */
enum arguments_result arguments_parse(const struct plugin *, const char *progname, int argc,
				      char **argv, struct arguments *ret_arguments,
				      char error[ARGUMENTS_ERROR_MAX]);

#endif
