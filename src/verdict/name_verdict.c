/* name_verdict.c - the certificate's findings alone. */
#include "name_verdict.h"

#include "buffer.h"

#include <string.h>

/* As a server does that knows no such name (RFC 6066 section 3: unrecognized_name). */
static bool name_is_refused(const struct result *r)
{
	return r->dialogue_fault == FAULT_TLS_HANDSHAKE;
}

bool name_verdict(struct result *r, const struct service *service,
		  const struct policy *policy, const struct overrides *own)
{
	if (r->certificate == NULL) {
		if (r->dialogue_fault == FAULT_OK) {
			r->fault = FAULT_STARTTLS_UNAVAILABLE;
			r->phase = PHASE_STARTTLS;
			r->state = STATE_WARNING;
			r->code = 0;
			r->enhanced[0] = r->text[0] = '\0';
		}
		return name_is_refused(r);
	}
	r->dialogue_fault = FAULT_OK;
	r->dialogue_phase = PHASE_TLS;
	r->notices = 0;
	/* TLSA records are about the server's name (RFC 7672 section 2.2). */
	r->cert_faults &= ~CERT_FAULT_BIT(FAULT_CERT_DANE);
	verdict_decide(r, service, policy, own);
	return true;
}

bool name_shows_fallback(const struct result *r, const struct certificate *fallback)
{
	return fallback != NULL && r->certificate != NULL &&
	       r->cert_faults & CERT_FAULT_BIT(FAULT_CERT_NAME) &&
	       strcmp(r->certificate->fingerprint, fallback->fingerprint) == 0;
}

void name_verdict_for_fallback(struct result *r, const struct service *service,
			       const struct policy *policy, const struct overrides *own)
{
	struct certificate *shown = r->certificate;

	r->cert_faults = CERT_FAULT_BIT(FAULT_CERT_NAME);
	r->certificate = NULL; /* whose dates would count, too */
	verdict_decide(r, service, policy, own);
	r->certificate = shown;
}

const char *name_sentence(const struct result *r, const struct certificate *fallback,
			  char dst[VERDICT_SENTENCE_MAX])
{
	char subject[PRINTABLE_MAX];
	struct buffer b;

	if (!name_shows_fallback(r, fallback))
		return verdict_sentence(r, dst);
	printable_copy(subject, sizeof(subject), view_of(fallback->subject));
	buffer_init(&b, dst, VERDICT_SENTENCE_MAX);
	buffer_format(&b, "no certificate of its own: the server shows its fall-back %s",
		      subject[0] != '\0' ? subject : "(without a subject)");
	buffer_string(&b);
	for (char *p = dst; *p != '\0'; p++)
		if (*p == '|')
			*p = '/';
	return dst;
}

struct name_results_change name_verdict_store(struct name_results *name_results,
					      const struct name_set *name_set,
					      size_t number, const struct result *r,
					      bool without_own, unsigned confirm)
{
	const struct certificate *fallback = without_own ? r->certificate : NULL;
	char sentence[VERDICT_SENTENCE_MAX];
	const char *why = NULL;

	if (r->state != STATE_OK)
		why = name_sentence(r, fallback, sentence);
	return name_results_put(name_results, name_set, number, r, why, without_own,
				confirm);
}
