/* json.c - the document of --json: a finding is an object. */
#include "json.h"

#include "json_put.h"

#include <stdio.h>
#include <string.h>

static void put_phases(const struct result *r)
{
	json_put_key("phases");
	for (size_t i = 0; i < PHASE_COUNT; i++) {
		putchar(i == 0 ? '{' : ',');
		json_put_seconds(phase_name((enum phase)i), r->phases[i]);
	}
	putchar('}');
}

static void put_reply(const struct result *r)
{
	json_put_key("reply");
	putchar('{');
	json_put_key("code");
	json_put_known(r->code, r->code != 0);
	putchar(',');
	json_put_text("enhanced", r->enhanced);
	putchar(',');
	json_put_text("text", r->text);
	putchar('}');
}

static void put_tls(const struct result *r)
{
	json_put_key("tls");
	if (r->tls_version == NULL) {
		printf("null");
		return;
	}
	putchar('{');
	json_put_text("version", r->tls_version);
	putchar(',');
	json_put_text("cipher", r->tls_cipher);
	printf(",\"verified\":%s", r->flags & RESULT_VERIFIED ? "true" : "false");
	printf(",\"client_certificate_asked\":%s}",
	       r->flags & RESULT_CERT_ASKED ? "true" : "false");
}

static void put_names(const struct certificate *c)
{
	json_put_key("names");
	putchar('[');
	for (size_t i = 0; i < c->name_count; i++) {
		if (i > 0)
			putchar(',');
		json_put_string(c->names[i]);
	}
	putchar(']');
}

static void put_certificate(const struct result *r)
{
	const struct certificate *c = r->certificate;

	json_put_key("certificate");
	if (c == NULL) {
		printf("null");
		return;
	}
	putchar('{');
	json_put_text("subject", c->subject);
	putchar(',');
	json_put_text("issuer", c->issuer);
	putchar(',');
	json_put_text("serial", c->serial);
	putchar(',');
	json_put_text("fingerprint_sha256", c->fingerprint);
	putchar(',');
	put_names(c);
	putchar(',');
	json_put_date("not_before", c->not_before);
	putchar(',');
	json_put_date("not_after", c->not_after);
	putchar(',');
	json_put_date("chain_not_after", r->chain_not_after);
	putchar(',');
	json_put_faults("faults", r->cert_faults, CERT_FAULT_FIRST);
	putchar(',');
	json_put_text("detail", r->cert_detail);
	putchar('}');
}

static void put_said(const struct result *r)
{
	json_put_key("offered");
	putchar('{');
	json_put_text("before_tls", transcript_offered_before(r->transcript));
	putchar(',');
	json_put_text("after_tls", transcript_offered_after(r->transcript));
	printf("},");
	json_put_text("dialogue", transcript_text(r->transcript));
}

static void put_finding(const struct finding *f)
{
	char sentence[VERDICT_SENTENCE_MAX], address[ADDRESS_TEXT_MAX];
	const struct result *r = &f->result;

	putchar('{');
	json_put_text("service", f->target->service->name);
	putchar(',');
	json_put_number("port", f->target->service->port);
	putchar(',');
	json_put_text("address", r->address.any.sa_family != AF_UNSPEC
				     ? address_text(&r->address, address)
				     : NULL);
	putchar(',');
	json_put_text("state", state_name(r->state));
	putchar(',');
	json_put_text("fault", fault_name(r->fault));
	putchar(',');
	json_put_text("phase", phase_name(r->phase));
	putchar(',');
	json_put_text("reason", report_sentence(f, sentence));
	putchar(',');
	json_put_date("began", r->at);
	putchar(',');
	json_put_seconds("seconds", r->took);
	putchar(',');
	put_phases(r);
	putchar(',');
	put_reply(r);
	putchar(',');
	put_tls(r);
	putchar(',');
	put_certificate(r);
	putchar(',');
	json_put_text("dane", r->dane != DANE_OFF ? dane_name(r->dane) : NULL);
	putchar(',');
	json_put_date("login_held_until", r->held_until);
	putchar(',');
	json_put_faults("notices", r->notices, NOTICE_FIRST);
	putchar(',');
	json_put_text("notice_detail", r->notice_detail);
	putchar(',');
	json_put_key("messages");
	json_put_known(r->messages, r->messages >= 0);
	putchar(',');
	put_said(r);
	putchar('}');
}

void json_print(const char *host, const struct finding *findings, size_t count,
		enum state worst)
{
	putchar('{');
	json_put_text("host", host);
	putchar(',');
	json_put_text("state", state_name(worst));
	putchar(',');
	json_put_number("exit_code", worst);
	printf(",\"services\":[");
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			putchar(',');
		put_finding(&findings[i]);
	}
	printf("]}\n");
}
