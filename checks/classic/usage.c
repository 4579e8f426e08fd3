/* usage.c - texts only; without bars, which a scheduler takes for performance data. */
#include "usage.h"

static const char smtp_usage[] =
    " -H HOST [-p PORT] [-4 or -6] [-S or -s] [-D WARN[,CRIT]] [-e EXPECT] [-C COMMAND]\n"
    "  [-R RESPONSE] [-f FROM] [-F FQDN] [-A LOGIN -U USER -P PASSWORD] [-L] [-q] [-r]\n"
    "  [-w WARN] [-c CRIT] [-t TIMEOUT] [--sni] [--verify] [--ca-file FILE] [-v]\n";

static const char tcp_usage[] =
    " -H HOST [-p PORT] [-4 or -6] [-S or --starttls] [-D WARN[,CRIT]] [-s SEND] [-e "
    "EXPECT]\n"
    "  [-A] [-q QUIT] [-E] [-r REFUSE] [-M MISMATCH] [-j] [-m BYTES] [-d DELAY]\n"
    "  [-w WARN] [-c CRIT] [-t TIMEOUT] [--sni NAME] [--verify] [--ca-file FILE] [-v]\n";

static const char smtp_help[] =
    "  -H, --hostname HOST     host name, address, or path of a unix socket\n"
    "  -p, --port PORT         25; 465 with -s\n"
    "  -S, --starttls          STARTTLS, required\n"
    "  -s, --ssl, --tls        TLS from the first byte\n"
    "  -D, --certificate W[,C] days the certificate must be valid; STARTTLS if not -s\n"
    "      --sni               name HOST in the TLS handshake\n"
    "  -e, --expect TEXT       in the greeting or in the answer to HELO (220)\n"
    "  -C, --command TEXT      send this line; repeatable\n"
    "  -R, --response REGEX    what the answer to the n-th -C must match\n"
    "  -f, --from ADDRESS      send MAIL FROM\n"
    "  -F, --fqdn NAME         our name in HELO (this host's)\n"
    "  -A, --authtype LOGIN    log in with -U, --authuser and -P, --authpass; put them\n"
    "                          into an ini file, arguments are seen by all users\n"
    "  -L, --lmtp              LHLO in place of HELO\n"
    "  -q, --ignore-quit-failure\n"
    "  -r, --proxy             send a PROXY header first\n";

static const char tcp_help[] =
    "  -H, --hostname HOST     host name, address, or path of a unix socket\n"
    "  -p, --port PORT         the service's own\n"
    "  -S, --ssl               TLS from the first byte\n"
    "      --starttls          STARTTLS (IMAP) or STLS (POP3), required\n"
    "  -D, --certificate W[,C] days the certificate must be valid; TLS from the first "
    "byte\n"
    "                          if not --starttls\n"
    "      --sni NAME, -N NAME name it in the TLS handshake; --sni implies -S\n"
    "  -s, --send TEXT         send this\n"
    "  -e, --expect TEXT       find this in the answer; repeatable, any of them will do\n"
    "  -A, --all               no, all of them\n"
    "  -q, --quit TEXT         the farewell, a line end is added\n"
    "  -E, --escape            \\n \\r \\t \\\\ in -s and -q; no line end is added\n"
    "  -r, --refuse STATE      ok, warn or crit when the connection fails (crit)\n"
    "  -M, --mismatch STATE    ok, warn or crit for another answer (warn)\n"
    "  -j, --jail              do not show what the server says\n"
    "  -m, --maxbytes N        no more of the answer is read than this\n"
    "  -d, --delay SECONDS     between sending and reading\n"
    "      --proxy             send a PROXY header first\n";

static const char common_help[] =
    "  -w, --warning RANGE     of seconds in all; 5 or 1:5 or @10:20\n"
    "  -c, --critical RANGE\n"
    "  -t, --timeout N[:STATE] seconds for everything together (10), and the state then\n"
    "      --verify            the certificate's chain and name must be right as well\n"
    "      --ca-file FILE      trust these authorities only; implies --verify\n"
    "      --ignore-certificate-expiration\n"
    "                          without -D: an expired certificate is no trouble\n"
    "  -4, --use-ipv4  -6, --use-ipv6\n"
    "      --extra-opts [SECTION][@FILE]  options from an ini file\n"
    "  -v, --verbose           show the conversation, without passwords\n"
    "  -V, --version  -h, --help\n"
    "\n"
    "Exit: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.\n";

void usage_put(struct buffer *b, const struct plugin *plugin, const char *progname)
{
	buffer_format(b, "Usage:\n%s%s", progname,
		      plugin->family == PLUGIN_SMTP ? smtp_usage : tcp_usage);
}

void usage_put_help(struct buffer *b, const struct plugin *plugin, const char *progname)
{
	usage_put(b, plugin, progname);
	buffer_format(b, "\n%s%s", plugin->family == PLUGIN_SMTP ? smtp_help : tcp_help,
		      common_help);
}
