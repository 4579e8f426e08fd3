/* result.c - fills, copies and releases results. */
#include "result.h"

#include "buffer.h"

#include <string.h>

void result_init(struct result *r, struct moment at)
{
	memset(r, 0, sizeof(*r));
	r->at = at;
	r->phase = PHASE_QUIT;
	r->dialogue_phase = PHASE_QUIT;
	r->messages = -1;
	for (size_t i = 0; i < PHASE_COUNT; i++)
		r->phases[i].ns = -1;
}

void result_add_notice(struct result *r, enum fault notice, const char *note)
{
	char text[2 * PRINTABLE_MAX];
	struct buffer b;

	r->notices |= NOTICE_BIT(notice);
	if (note[0] == '\0')
		return;
	buffer_init(&b, text, sizeof(text));
	buffer_format(&b, "%s%s%.*s", r->notice_detail, r->notice_detail[0] ? "; " : "",
		      PRINTABLE_MAX, note);
	printable_copy(r->notice_detail, sizeof(r->notice_detail), buffer_view(&b));
}

void result_take_tls(struct result *r, const struct tls_facts *f)
{
	r->flags |= RESULT_TLS;
	if (f->cert_faults == 0)
		r->flags |= RESULT_VERIFIED;
	r->tls_version = f->version;
	r->tls_cipher = f->cipher;
	r->cert_faults = f->cert_faults;
	if (f->dane != DANE_OFF)
		r->dane = f->dane;
	memcpy(r->cert_detail, f->detail, sizeof(r->cert_detail));
	certificate_release(r->certificate);
	r->certificate = certificate_hold(f->certificate);
	certificate_release(r->decider);
	r->decider = certificate_hold(f->decider);
	r->chain_not_before = f->chain_not_before;
	r->chain_not_after = f->chain_not_after;
	r->sent_not_after = f->sent_not_after;
	if (f->cert_asked)
		r->flags |= RESULT_CERT_ASKED;
	if (f->cipher_forbidden)
		r->flags |= RESULT_CIPHER_FORBIDDEN;
	if (f->cipher_flaw[0] != '\0')
		result_add_notice(r, FAULT_TLS_CIPHER, f->cipher_flaw);
	if (f->order[0] != '\0')
		result_add_notice(r, FAULT_CERT_ORDER, f->order);
}

/* In a chain that could not be verified only what has expired counts above the server's own. */
static bool has_expired_above(const struct result *r)
{
	return r->decider != NULL && r->chain_not_after.ms == 0 &&
	       r->cert_faults & CERT_FAULT_BIT(FAULT_CERT_EXPIRED);
}

struct moment result_certificate_begin(const struct result *r)
{
	if (r->certificate == NULL || r->chain_not_after.ms != 0)
		return r->chain_not_before;
	return has_expired_above(r) ? r->decider->not_before : r->certificate->not_before;
}

struct moment result_certificate_end(const struct result *r)
{
	if (r->certificate == NULL || r->chain_not_after.ms != 0)
		return r->chain_not_after;
	return has_expired_above(r) ? r->decider->not_after : r->certificate->not_after;
}

const struct certificate *result_certificate_above(const struct result *r)
{
	bool ends = r->decider != NULL && r->certificate != NULL &&
		    r->decider->not_after.ms == result_certificate_end(r).ms;

	return ends ? r->decider : NULL;
}

void result_fini(struct result *r)
{
	certificate_release(r->certificate);
	certificate_release(r->decider);
	transcript_release(r->transcript);
	r->certificate = NULL;
	r->decider = NULL;
	r->transcript = NULL;
}

void result_hold(struct result *r)
{
	certificate_hold(r->certificate);
	certificate_hold(r->decider);
	transcript_hold(r->transcript);
}

void result_copy(struct result *to, const struct result *from)
{
	*to = *from;
	result_hold(to);
}
