/* check_mail_options_help.c - what --help prints. */
#include "check_mail_options.h"

/* clang-format off */
static const char subject[] =
"Checks the mail services of one host.\n"
"\n"
"  check_mail -H mail.example.com\n"
"  check_mail -H mx1.example.com -s smtp,submission,submissions -w 2 -c tls=5\n"
"  check_mail -H 203.0.113.7 -s imap --name mail.example.com \\\n"
"      --user probe@example.com --password-file /etc/nagios/probe.secret\n"
"  check_mail -H shared7.example.com -s imaps,submissions --names-file customers.txt -t 60\n"
"\n"
"what\n"
"  -H, --hostname HOST        host name or address of the server\n"
"  -s, --service LIST         smtp smtp-alt submission submissions imap imaps pop3 pop3s lmtp\n"
"                             sieve; without it what a mail host should offer: smtp, submission,\n"
"                             submissions, imap, imaps, pop3, pop3s, where a closed plain port is\n"
"                             fine if its TLS twin works\n"
"  -p, --port PORT            another port than the service's own (one service only)\n"
"  -4, -6, --addresses each   only IPv4, only IPv6, every address (the first that works)\n"
"      --address-state STATE  when only some addresses are bad (warning)\n"
"      --source ADDRESS       connect from this address of ours\n"
"      --proxy-protocol       begin with a PROXY header\n"
"  -t, --timeout SECONDS      for everything together (10)\n";

static const char names[] =
"customers' names on a shared host\n"
"      --names-file FILE      ask for each name of the file, one a line, by SNI at every TLS service:\n"
"                             is there a good certificate for it? Nothing else is checked; --timeout\n"
"                             is for all names together, those not asked in time are WARNING\n"
"      --names-at-once N      so many connections at once, 1 to 64 (4)\n";

static const char tls[] =
"TLS\n"
"      --tls MODE             none, opportunistic, starttls (required) or implicit\n"
"      --name NAME            name to ask for by SNI and to find in the certificate (HOST)\n"
"      --ca-file FILE         trust only these authorities (the system's)\n"
"      --pin PIN              trust what has this public key: the server's own or that of an authority\n"
"                             it sends, SHA-256 as sha256/BASE64 or hex, and no other; may be repeated\n"
"      --dane WISH            TLSA records, if the resolver is trusted to validate: those there are must\n"
"                             match (check), they must be there (require), or off\n"
"      --tls-min VERSION      TLSv1.0, TLSv1.1, TLSv1.2, TLSv1.3 (TLSv1.2)\n"
    "      --obsolete-tls         a second connection shows whether TLS 1.0 or 1.1 is accepted as well;\n"
    "                             noted only, unless --state tls_obsolete=warning\n"
"      --client-cert FILE, --client-key FILE   show this certificate if the server asks\n"
"      --cert-warning LIMIT, --cert-critical LIMIT   25% of the lifetime, or 21d\n";

static const char dialogue[] =
"dialogue\n"
"      --ehlo NAME            our own name in EHLO (this host's)\n"
"      --lmtp                 speak LMTP\n"
"      --user USER            log in, inside verified TLS only, with the password of\n"
"                             --password-file FILE, --password-env VARIABLE or --password-fd N\n"
"      --token-file FILE      or with an OAuth token (OAUTHBEARER, XOAUTH2)\n"
"      --mechanism NAME       log in by this SASL mechanism only (best); EXTERNAL needs --client-cert\n"
"      --state-dir DIR        after a failed login leave the account at that host alone: 1 minute,\n"
"                             then 2, 4 ... up to an hour (auth_suspended); DIR is yours alone.\n"
"                             Without it nothing is kept and each run logs in, and servers that\n"
"                             ban clients for repeated failures may ban this one; kept there is,\n"
"                             too, what each server offers: less than before, or a login in\n"
"                             clear, is reported for a day (capability_changed)\n"
"      --from A --to B        try an envelope without sending; --expect-code 550 or 5 when B\n"
"                             (or A) is to be refused\n"
"      --expect-capability WORD   must be offered; may be repeated\n"
"      --expect-auth-after-tls    login must not be offered in clear\n";

static const char output[] =
"verdict and output\n"
"  -w, --warning, -c, --critical LIMITS   seconds as ranges: 2, or tls=0.5,greeting=1:3\n"
"      --state FAULT=STATE    another state for a fault, as tempfail=ok, or for a fault in a phase,\n"
"                             as rejected/greeting=warning; may be repeated (conf/verdicts.md)\n"
"  -v, -vv, -vvv              phases and certificate, the dialogue, TLS in detail\n"
"      --json                 one JSON document instead (see checks/README.md)\n"
"      --explain FAULT        what a fault means and what to do\n"
"      --extra-opts [SECTION][@FILE]   more options from an ini file\n"
"  -h, --help  -V, --version\n"
"\n"
"Exit: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN (bad arguments or our own trouble).\n";
/* clang-format on */

/* A compiler need not take one of more than 4095 characters. */
const char *const options_help[] = { subject, names, tls, dialogue, output, NULL };
