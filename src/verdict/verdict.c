/* verdict.c - the table of states, and the sentences.
 *
 * The table at the top is the policy: a fault not named in it is CRITICAL; an operator's rows go
 * before it. Below it the findings of a result are weighed, then put into words.
 */
#include "verdict.h"

#include "buffer.h"

#include <string.h>

#define ANY PHASE_COUNT

/* clang-format off */
static const struct {
	enum fault fault;
	enum phase phase; /* or ANY */
	bool only_opportunistic; /* the row counts where TLS may be missing altogether */
	enum state state;
} rows[] = {
	{ FAULT_OK,               ANY,        false, STATE_OK       },
	/* It works, for others or in a while: nobody is to be woken. */
	{ FAULT_TEMPFAIL,         ANY,        false, STATE_WARNING  },
	{ FAULT_THROTTLED,        ANY,        false, STATE_WARNING  },
	{ FAULT_IN_USE,           ANY,        false, STATE_WARNING  },
	{ FAULT_LOGIN_DELAY,      ANY,        false, STATE_WARNING  },
	/* All that was wanted of the server worked before it. */
	{ FAULT_PROTOCOL,         PHASE_QUIT, false, STATE_WARNING  },
	{ FAULT_LIMIT,            PHASE_QUIT, false, STATE_WARNING  },
	/* Senders go on in plain text: RFC 3207 section 4.1 and RFC 7435. */
	{ FAULT_STARTTLS_REFUSED, ANY,        true,  STATE_WARNING  },
	/* Old TLS is better than none between mail servers: RFC 7435; clients know better. */
	{ FAULT_TLS_VERSION,      ANY,        true,  STATE_WARNING  },
	/* policy_expiry says which one. */
	{ FAULT_CERT_EXPIRING,    ANY,        false, STATE_WARNING  },
	/* Nobody who can do better is worse off: an operator with a policy against it says so. */
	{ FAULT_TLS_OBSOLETE,     ANY,        false, STATE_OK       },
	/* Clients sort it out: RFC 8446 section 4.4.2. */
	{ FAULT_CERT_ORDER,       ANY,        false, STATE_OK       },
	/* What RFC 9325 has under SHOULD NOT is OK anywhere: see judge. */
	{ FAULT_TLS_CIPHER,       ANY,        true,  STATE_OK       },
	/* It works; somebody should look at it by day. */
	{ FAULT_CERT_DIFFERS,     ANY,        false, STATE_WARNING  },
	{ FAULT_TLS_CIPHER,       ANY,        false, STATE_WARNING  },
	{ FAULT_CAPABILITY_CHANGED, ANY,        false, STATE_WARNING },
	{ FAULT_ALERT,            ANY,        false, STATE_WARNING  },
	/* Clients go by the family there is. */
	{ FAULT_DNS_PARTIAL,      ANY,        false, STATE_OK       },
	/* Ours, and of all names alike. */
	{ FAULT_RESOLVER_UNAVAILABLE, ANY,      false, STATE_UNKNOWN },
	{ FAULT_WAITING,          ANY,        false, STATE_UNKNOWN  },
	{ FAULT_INTERNAL,         ANY,        false, STATE_UNKNOWN  },
};

static const char *const fault_words[FAULT_COUNT] = {
	[FAULT_OK]                   = "works",
	[FAULT_TIMEOUT]              = "no answer in time",
	[FAULT_DNS_FAILURE]          = "name lookup failed",
	[FAULT_NO_ADDRESS]           = "name has no address",
	[FAULT_REFUSED]              = "connection refused",
	[FAULT_UNREACHABLE]          = "host unreachable",
	[FAULT_RESET]                = "connection reset by the server",
	[FAULT_CLOSED]               = "connection closed by the server",
	[FAULT_PROTOCOL]             = "unexpected answer",
	[FAULT_INJECTION]            = "data injected behind the answer to STARTTLS",
	[FAULT_LIMIT]                = "answer too long",
	[FAULT_REJECTED]             = "rejected by the server",
	[FAULT_UNAVAILABLE]          = "service not available",
	[FAULT_TEMPFAIL]             = "temporary failure",
	[FAULT_THROTTLED]            = "server limits our connections",
	[FAULT_STARTTLS_UNAVAILABLE] = "STARTTLS is not offered",
	[FAULT_STARTTLS_REFUSED]     = "STARTTLS is offered but refused",
	[FAULT_TLS_HANDSHAKE]        = "TLS handshake failed",
	[FAULT_TLS_VERSION]          = "TLS version too old",
	[FAULT_CLIENT_CERT]          = "server demands a client certificate",
	[FAULT_CERT_EXPIRED]         = "certificate has expired",
	[FAULT_CERT_EXPIRING]        = "certificate expires soon",
	[FAULT_CERT_NOT_YET_VALID]   = "certificate is not yet valid",
	[FAULT_CERT_NAME]            = "certificate is for another name",
	[FAULT_CERT_UNTRUSTED]       = "certificate is not trusted",
	[FAULT_CERT_WEAK]            = "certificate is weak",
	[FAULT_CERT_PURPOSE]         = "certificate is not for servers",
	[FAULT_CERT_STAPLE]          = "certificate fails its OCSP check",
	[FAULT_CERT_DANE]            = "certificate does not match DANE",
	[FAULT_CERT_ORDER]           = "chain sent out of order or with more than is needed",
	[FAULT_CERT_DIFFERS]         = "certificate was renewed, but not here",
	[FAULT_TLS_CIPHER]           = "weak TLS cipher suite",
	[FAULT_TLS_OBSOLETE]         = "obsolete TLS is accepted as well",
	[FAULT_CAPABILITY_CHANGED]   = "offers something else than before",
	[FAULT_ALERT]                = "server has an alert for its operator",
	[FAULT_DNS_PARTIAL]          = "name lookup failed for one address family",
	[FAULT_AUTH_FAILED]          = "login failed",
	[FAULT_AUTH_TEMPFAIL]        = "login is out of order",
	[FAULT_AUTH_UNSUPPORTED]     = "no way to log in",
	[FAULT_AUTH_SERVER_PROOF]    = "server fails to prove itself at login",
	[FAULT_AUTH_SUSPENDED]       = "login suspended after failures",
	[FAULT_IN_USE]               = "mailbox in use by another session",
	[FAULT_LOGIN_DELAY]          = "logged in again too soon",
	[FAULT_WAITING]              = "no connection was free in time",
	[FAULT_RESOLVER_UNAVAILABLE] = "our own name servers do not answer",
	[FAULT_INTERNAL]             = "the probe itself failed",
};
/* clang-format on */

static bool fault_is_of_certificate(enum fault f)
{
	return f >= CERT_FAULT_FIRST && f <= CERT_FAULT_LAST;
}

static bool fault_is_notice(enum fault f)
{
	return f >= NOTICE_FIRST && f <= NOTICE_LAST;
}

enum state verdict_state(enum fault fault, enum phase phase, const struct service *service)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].fault != fault ||
		    (rows[i].phase != ANY && rows[i].phase != phase))
			continue;
		if (!rows[i].only_opportunistic || service->tls == TLS_MODE_OPPORTUNISTIC)
			return rows[i].state;
	}
	return STATE_CRITICAL;
}

/* An expired certificate is not expiring any more. */
static enum state expiry_state(struct result *r, const struct policy *policy)
{
	enum state state;

	/* By its own TLSA record its end does not count: RFC 7671 section 5.1. */
	if (r->certificate == NULL || r->dane == DANE_VALID_KEY ||
	    r->cert_faults & CERT_FAULT_BIT(FAULT_CERT_EXPIRED))
		return STATE_OK;
	state = policy_expiry(policy, result_certificate_begin(r),
			      result_certificate_end(r), r->at);
	if (state != STATE_OK)
		r->cert_faults |= CERT_FAULT_BIT(FAULT_CERT_EXPIRING);
	return state;
}

static void take_if_worse(struct result *r, enum fault fault, enum phase phase,
			  enum state state)
{
	if (state_worse(r->state, state) == r->state)
		return;
	r->state = state;
	r->fault = fault;
	r->phase = phase;
}

/* What decides beside the finding itself. */
struct verdict_inputs {
	const struct service *service;
	const struct policy *policy;
	const struct overrides *own;
	enum state expiry; /* of FAULT_CERT_EXPIRING */
	bool cipher_forbidden;
	bool tls_insisted; /* senders with DANE do not go on in plain text */
};

static enum state finding_state(const struct verdict_inputs *t, enum fault fault,
				enum phase phase)
{
	const char *service = t->service->name;
	const struct override *row = overrides_find(t->own, fault, phase, service);

	if (row == NULL)
		row = overrides_find(&t->policy->overrides, fault, phase, service);
	if (row != NULL)
		return row->state;
	if (fault == FAULT_CERT_EXPIRING)
		return t->expiry;
	if (fault == FAULT_TLS_CIPHER && !t->cipher_forbidden)
		return STATE_OK;
	if (fault == FAULT_STARTTLS_REFUSED && t->tls_insisted)
		return STATE_CRITICAL;
	return verdict_state(fault, phase, t->service);
}

void verdict_decide(struct result *r, const struct service *service,
		    const struct policy *policy, const struct overrides *own)
{
	struct verdict_inputs verdict_inputs = { service,
						 policy,
						 own,
						 STATE_OK,
						 r->flags & RESULT_CIPHER_FORBIDDEN,
						 r->dane >= DANE_UNCOMPARED };

	r->cert_faults &= ~CERT_FAULT_BIT(FAULT_CERT_EXPIRING);
	verdict_inputs.expiry = expiry_state(r, policy);
	r->fault = r->dialogue_fault;
	r->phase = r->dialogue_phase;
	r->state = finding_state(&verdict_inputs, r->fault, r->phase);
	/* Among equals the one that keeps mail away is named. */
	if (r->cert_faults & CERT_FAULT_BIT(FAULT_CERT_DANE))
		take_if_worse(r, FAULT_CERT_DANE, PHASE_TLS,
			      finding_state(&verdict_inputs, FAULT_CERT_DANE, PHASE_TLS));
	for (enum fault f = CERT_FAULT_FIRST; f <= CERT_FAULT_LAST; f++) {
		if (r->cert_faults & CERT_FAULT_BIT(f))
			take_if_worse(r, f, PHASE_TLS,
				      finding_state(&verdict_inputs, f, PHASE_TLS));
	}
	for (enum fault f = NOTICE_FIRST; f <= NOTICE_LAST; f++) {
		if (r->notices & NOTICE_BIT(f))
			take_if_worse(r, f, fault_phase(f),
				      finding_state(&verdict_inputs, f, fault_phase(f)));
	}
}

const char *verdict_words(enum fault f)
{
	return (unsigned)f < FAULT_COUNT ? fault_words[f] : fault_words[FAULT_INTERNAL];
}

/* "3d 4h ago (2026-11-19T...)" or "in 3d 4h (...)". */
static void verdict_put_date(struct buffer *b, struct moment now, struct moment then)
{
	char span[SPAN_TEXT_MAX], date[MOMENT_TEXT_MAX];
	struct span distance = moment_between(now, then);
	bool past = distance.ns < 0;

	if (past)
		distance.ns = -distance.ns;
	moment_text(then, date);
	buffer_format(b, past ? " %s ago (%s)" : " in %s (%s)", span_text(distance, span),
		      date);
}

/* A date of the server's own certificate or, where that one decides, of one above it. */
static void say_validity(struct buffer *b, const struct result *r, const char *verb,
			 struct moment date, const struct certificate *above)
{
	char name[100];

	buffer_format(b, "certificate%s %s", above != NULL ? " chain" : "", verb);
	verdict_put_date(b, r->at, date);
	if (above == NULL)
		return;
	printable_copy(name, sizeof(name), view_of(certificate_label(above).text));
	buffer_format(b, ": %s '%s' above it", certificate_place(above), name);
}

/* Nobody can use the chain before the last of its certificates begins. */
static const struct certificate *begins_above(const struct result *r)
{
	return r->decider != NULL && r->decider->not_before.ms > r->at.ms ? r->decider
									  : NULL;
}

static void put_certificate_fault(struct buffer *b, const struct result *r, enum fault f)
{
	const struct certificate *above = result_certificate_above(r), *later;
	struct certificate_label label = certificate_label(r->certificate);
	struct moment end = result_certificate_end(r);
	char text[100];

	if (f == FAULT_CERT_EXPIRED) {
		say_validity(b, r, "expired", end, above);
	} else if (f == FAULT_CERT_EXPIRING) {
		say_validity(b, r, "expires", end, above);
	} else if (f == FAULT_CERT_NOT_YET_VALID) {
		later = begins_above(r);
		say_validity(b, r, "becomes valid",
			     (later != NULL ? later : r->certificate)->not_before, later);
	} else {
		buffer_text(b, verdict_words(f));
		if (r->cert_detail[0] != '\0')
			buffer_format(b, ": %s", r->cert_detail);
	}
	printable_copy(text, sizeof(text), view_of(label.text));
	buffer_format(b, ", %s %s", label.kind, text);
}

/* Words of ours behind these would only repeat them. */
static bool words_suffice(enum fault f)
{
	return f == FAULT_REFUSED || f == FAULT_STARTTLS_UNAVAILABLE;
}

/* "554 5.7.1 no", "[UNAVAILABLE] later", or only the words. */
static void put_reply(struct buffer *b, const struct result *r)
{
	const char *gap = "";
	bool no_reply = r->code == 0 && r->enhanced[0] == '\0';

	if (no_reply && (r->text[0] == '\0' || words_suffice(r->fault)))
		return;
	buffer_text(b, ": ");
	if (r->code > 0) {
		buffer_format(b, "%d", r->code);
		gap = " ";
	}
	if (r->enhanced[0] != '\0') {
		buffer_format(b, r->code > 0 ? "%s%s" : "%s[%s]", gap, r->enhanced);
		gap = " ";
	}
	if (r->text[0] != '\0')
		buffer_format(b, "%s%s", gap, r->text);
}

/* RFC 6647: a temporary no to who has not been seen before, in words that all have in common. */
static bool is_greylisted(const struct result *r)
{
	struct view text = view_of(r->text);

	if (r->fault != FAULT_TEMPFAIL || r->phase != PHASE_MAILBOX)
		return false;
	for (; text.n > 0; text = view_skip(text, 1))
		if (view_starts(text, "greylist") || view_starts(text, "graylist"))
			return true;
	return false;
}

static bool is_wrong_goodbye(const struct result *r)
{
	return r->phase == PHASE_QUIT &&
	       (r->fault == FAULT_PROTOCOL || r->fault == FAULT_LIMIT);
}

static void put_dialogue_fault(struct buffer *b, const struct result *r)
{
	if (is_wrong_goodbye(r))
		buffer_text(b, "works, but the farewell got a wrong answer");
	else
		buffer_text(b, is_greylisted(r) ? "greylisted, as new senders are"
						: verdict_words(r->fault));
	if (r->fault == FAULT_TIMEOUT) {
		char span[SPAN_TEXT_MAX];

		if (r->phase == PHASE_DNS && r->text[0] != '\0')
			buffer_format(b, ": %s", r->text);
		else
			buffer_format(b, ": waited for %s",
				      r->phase == PHASE_DNS ? "the name server"
							    : phase_name(r->phase));
		buffer_format(b, ", gave up after %s", span_text(r->took, span));
		return;
	}
	put_reply(b, r);
}

static void put_notices(struct buffer *b, const struct result *r)
{
	buffer_text(b, verdict_words(r->fault));
	if (r->notice_detail[0] != '\0')
		buffer_format(b, ": %s", r->notice_detail);
}

static void put_success(struct buffer *b, const struct result *r)
{
	char span[SPAN_TEXT_MAX];

	buffer_format(b, "works, %s", span_text(r->took, span));
	if (r->tls_version != NULL)
		buffer_format(b, ", %s", r->tls_version);
	if (r->certificate != NULL) {
		struct moment end = result_certificate_end(r);

		buffer_format(b, ", certificate ends in %s",
			      span_text(moment_between(r->at, end), span));
	}
	if (r->messages >= 0)
		buffer_format(b, ", %lld messages", (long long)r->messages);
}

/* A bar would begin performance values in a plugin's output. */
static void replace_bars(char *text)
{
	for (; *text != '\0'; text++)
		if (*text == '|')
			*text = '/';
}

const char *verdict_sentence(const struct result *r, char dst[VERDICT_SENTENCE_MAX])
{
	struct buffer b;

	buffer_init(&b, dst, VERDICT_SENTENCE_MAX);
	if (fault_is_of_certificate(r->fault) && r->certificate != NULL)
		put_certificate_fault(&b, r, r->fault);
	else if (r->fault == FAULT_OK)
		put_success(&b, r);
	else if (fault_is_notice(r->fault))
		put_notices(&b, r);
	else
		put_dialogue_fault(&b, r);
	buffer_string(&b);
	replace_bars(dst);
	return dst;
}
