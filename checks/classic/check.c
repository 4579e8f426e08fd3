/* check.c - sentences and states of the classics for what happens below the protocol. */
#include "check.h"

#include "certificate_line.h"

#include <string.h>

struct span check_elapsed(const struct check *k)
{
	return span_between(k->begun, instant_now());
}

static bool check_end(struct check *k, enum state state)
{
	k->printout.state = state;
	return false;
}

static bool is_smtp(const struct check *k)
{
	return k->arguments->plugin->family == PLUGIN_SMTP;
}

void check_give_up(struct check *k, enum turn turn)
{
	const struct arguments *a = k->arguments;

	printout_clear(&k->printout);
	if (turn == TURN_TIMEOUT) {
		printout_line(&k->printout, "%s - Socket timeout after %u seconds",
			      state_name(a->timeout_state), a->timeout);
		check_end(k, a->timeout_state);
	} else {
		printout_line(&k->printout,
			      "%s CRITICAL - the answer is longer than %d bytes",
			      a->service, CONVERSATION_INPUT_MAX);
		check_end(k, STATE_CRITICAL);
	}
}

void check_own_failure(struct check *k)
{
	char reason[PRINTOUT_SAID_MAX];

	if (k->conversation.fault != FAULT_INTERNAL || k->printout.state == STATE_OK)
		return;
	printout_clear(&k->printout);
	printout_line(&k->printout, "%s UNKNOWN - the probe itself failed: %s",
		      k->arguments->service,
		      printout_said(reason, view_of(k->conversation.reason)));
	check_end(k, STATE_UNKNOWN);
}

/* --- connect --------------------------------------------------------------------------- */

static bool name_failed(struct check *k)
{
	const struct arguments *a = k->arguments;
	char host[PRINTOUT_SAID_MAX];

	printout_said(host, view_of(a->host));
	if (is_smtp(k)) {
		printout_line(&k->printout, "%s: Invalid hostname/address - %s",
			      a->progname, host);
		printout_line(&k->printout, "The name was not resolved: %s",
			      k->conversation.reason);
		return check_end(k, STATE_UNKNOWN);
	}
	printout_line(&k->printout, "%s CRITICAL - Invalid hostname, address or socket: %s",
		      a->service, host);
	printout_line(&k->printout, "The name was not resolved: %s",
		      k->conversation.reason);
	return check_end(k, STATE_CRITICAL);
}

static bool check_connect_failed(struct check *k)
{
	const struct arguments *a = k->arguments;
	const struct conversation *c = &k->conversation;
	const char *why = c->error != 0 ? strerror(c->error) : c->reason;
	char host[PRINTOUT_SAID_MAX];

	printout_said(host, view_of(a->host));
	if (*a->host == '/')
		printout_line(&k->printout, "connect to file socket %s: %s", host, why);
	else
		printout_line(&k->printout, "connect to address %s and port %u: %s", host,
			      a->port, why);
	if (!is_smtp(k))
		return check_end(k, a->refuse);
	printout_line(&k->printout, "SMTP CRITICAL - %.3f sec. response time",
		      span_seconds(check_elapsed(k)));
	printout_time(&k->printout, check_elapsed(k));
	return check_end(k, STATE_CRITICAL);
}

static enum turn open_it(struct check *k)
{
	struct conversation *c = &k->conversation;
	const struct arguments *a = k->arguments;
	enum turn turn;

	if (*a->host == '/')
		return conversation_open_path(c, a->host);
	turn = conversation_resolve(c, a->host, a->family);
	if (turn == TURN_FAILED) {
		name_failed(k);
		return TURN_CLOSED;
	}
	return turn == TURN_DONE ? conversation_open(c, a->port) : turn;
}

static void check_send_proxy_header(struct check *k)
{
	if (k->arguments->flags & ARGUMENTS_PROXY)
		conversation_send(&k->conversation,
				  view_of("PROXY TCP4 0.0.0.0 0.0.0.0 25 25\r\n"));
}

bool check_connect(struct check *k)
{
	enum turn turn = open_it(k);

	switch (turn) {
	case TURN_DONE:
		check_send_proxy_header(k);
		return true;
	case TURN_CLOSED:
		return false;
	case TURN_FAILED:
		return check_connect_failed(k);
	default:
		check_give_up(k, turn);
		return false;
	}
}

/* --- TLS ------------------------------------------------------------------------------- */

static const char *tls_name(const struct arguments *a)
{
	if (a->sni != NULL)
		return a->sni;
	return a->flags & (ARGUMENTS_SNI | ARGUMENTS_VERIFY) ? a->host : NULL;
}

static bool secure_failed(struct check *k)
{
	char reason[PRINTOUT_SAID_MAX];

	if (k->conversation.tls == NULL) {
		printout_line(&k->printout, "UNKNOWN - Cannot create SSL context: %s",
			      printout_said(reason, view_of(k->conversation.reason)));
		return check_end(k, STATE_UNKNOWN);
	}
	printout_line(&k->printout, "CRITICAL - Cannot make SSL connection.");
	printout_line(&k->printout, "%s",
		      printout_said(reason, view_of(k->conversation.reason)));
	if (is_smtp(k))
		printout_line(&k->printout, "CRITICAL - Cannot create SSL context.");
	return check_end(k, STATE_CRITICAL);
}

bool check_secure(struct check *k)
{
	const struct arguments *a = k->arguments;
	struct classic_tls_options wish = { .name = tls_name(a),
					    .verified = a->flags & ARGUMENTS_VERIFY,
					    .ca_file = a->ca_file };
	enum turn turn = conversation_secure(&k->conversation, &wish);

	if (turn == TURN_DONE)
		return true;
	if (turn == TURN_FAILED)
		return secure_failed(k);
	check_give_up(k, turn);
	return false;
}

/* --- certificate ----------------------------------------------------------------------- */

static bool judge_end(struct check *k, const struct certificate *c)
{
	const struct arguments *a = k->arguments;
	const unsigned looked_at = ARGUMENTS_CERTIFICATE | ARGUMENTS_VERIFY;
	char line[CERTIFICATE_LINE_MAX];
	enum state state;

	if ((a->flags & ARGUMENTS_EXPIRY_IGNORED) && !(a->flags & looked_at))
		return true;
	state = certificate_line(c, moment_now(), a->cert_warning, a->cert_critical, line);
	if (!(a->flags & ARGUMENTS_CERTIFICATE) && !certificate_has_ended(c, moment_now()))
		return true;
	printout_line(&k->printout, "%s", line);
	return state == STATE_OK || check_end(k, state);
}

static bool judge_trust(struct check *k, const struct tls_facts *facts)
{
	char name[CERTIFICATE_NAME_MAX], detail[PRINTOUT_SAID_MAX];

	if (facts->cert_faults == 0)
		return true;
	printout_said(detail, view_of(facts->detail));
	printout_line(&k->printout, "CRITICAL - Certificate '%s' is not valid: %s",
		      certificate_name(facts->certificate, name), detail);
	return check_end(k, STATE_CRITICAL);
}

bool check_certificate(struct check *k)
{
	const struct tls_facts *facts = stream_tls_facts(&k->conversation.stream);

	if (facts->certificate == NULL) {
		printout_line(&k->printout,
			      "CRITICAL - Cannot retrieve server certificate.");
		return check_end(k, STATE_CRITICAL);
	}
	if (certificate_has_ended(facts->certificate, moment_now()))
		return judge_end(k, facts->certificate) && judge_trust(k, facts);
	return judge_trust(k, facts) && judge_end(k, facts->certificate);
}
