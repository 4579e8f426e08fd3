/* json.c - prints JSON (RFC 8259) by hand, as plugins link no JSON library. */
#include "json.h"

#include <stdio.h>
#include <string.h>

/* The texts are printable UTF-8 already; a transcript also holds line ends. */
static void put_string(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else if ((unsigned char)*text < 0x20)
			printf("\\u%04x", (unsigned)*text);
		else
			putchar(*text);
	}
	putchar('"');
}

static void put_key(const char *key)
{
	put_string(key);
	putchar(':');
}

static void put_text(const char *key, const char *text)
{
	put_key(key);
	if (text != NULL)
		put_string(text);
	else
		printf("null");
}

static void put_known(int64_t number, bool known)
{
	if (known)
		printf("%lld", (long long)number);
	else
		printf("null");
}

static void put_number(const char *key, long long number)
{
	put_key(key);
	printf("%lld", number);
}

/* Without a decimal comma, whatever the locale. */
static void put_seconds(const char *key, struct span span)
{
	put_key(key);
	if (span.ns < 0)
		printf("null");
	else
		printf("%lld.%06lld", (long long)(span.ns / 1000000000),
		       (long long)(span.ns / 1000 % 1000000));
}

static void put_date(const char *key, struct moment moment)
{
	char text[MOMENT_TEXT_MAX];

	put_text(key, moment.ms != 0 ? moment_text(moment, text) : NULL);
}

static void put_phases(const struct result *r)
{
	put_key("phases");
	for (size_t i = 0; i < PHASE_COUNT; i++) {
		putchar(i == 0 ? '{' : ',');
		put_seconds(phase_name((enum phase)i), r->phases[i]);
	}
	putchar('}');
}

static void put_reply(const struct result *r)
{
	put_key("reply");
	putchar('{');
	put_key("code");
	put_known(r->code, r->code != 0);
	putchar(',');
	put_text("enhanced", r->enhanced);
	putchar(',');
	put_text("text", r->text);
	putchar('}');
}

static void put_tls(const struct result *r)
{
	put_key("tls");
	if (r->tls_version == NULL) {
		printf("null");
		return;
	}
	putchar('{');
	put_text("version", r->tls_version);
	putchar(',');
	put_text("cipher", r->tls_cipher);
	printf(",\"verified\":%s}", r->flags & RESULT_VERIFIED ? "true" : "false");
}

/* The faults in a set whose first bit is that of `first`. */
static void put_faults(const char *key, unsigned set, enum fault first)
{
	const char *gap = "";

	put_key(key);
	putchar('[');
	for (unsigned f = first; set != 0; f++, set >>= 1) {
		if (!(set & 1))
			continue;
		printf("%s", gap);
		put_string(fault_name((enum fault)f));
		gap = ",";
	}
	putchar(']');
}

static void put_names(const struct certificate *c)
{
	put_key("names");
	putchar('[');
	for (size_t i = 0; i < c->name_count; i++) {
		if (i > 0)
			putchar(',');
		put_string(c->names[i]);
	}
	putchar(']');
}

static void put_certificate(const struct result *r)
{
	const struct certificate *c = r->certificate;

	put_key("certificate");
	if (c == NULL) {
		printf("null");
		return;
	}
	putchar('{');
	put_text("subject", c->subject);
	putchar(',');
	put_text("issuer", c->issuer);
	putchar(',');
	put_text("serial", c->serial);
	putchar(',');
	put_text("fingerprint_sha256", c->fingerprint);
	putchar(',');
	put_names(c);
	putchar(',');
	put_date("not_before", c->not_before);
	putchar(',');
	put_date("not_after", c->not_after);
	putchar(',');
	put_date("chain_not_after", r->chain_not_after);
	putchar(',');
	put_faults("faults", r->cert_faults, CERT_FAULT_FIRST);
	putchar(',');
	put_text("detail", r->cert_detail);
	putchar('}');
}

static void put_said(const struct result *r)
{
	put_key("offered");
	putchar('{');
	put_text("before_tls", transcript_offered_before(r->transcript));
	putchar(',');
	put_text("after_tls", transcript_offered_after(r->transcript));
	printf("},");
	put_text("dialogue", transcript_text(r->transcript));
}

static void put_finding(const struct finding *f)
{
	char sentence[VERDICT_SENTENCE_MAX], address[ADDRESS_TEXT_MAX];
	const struct result *r = &f->result;

	putchar('{');
	put_text("service", f->target->service->name);
	putchar(',');
	put_number("port", f->target->service->port);
	putchar(',');
	put_text("address", r->address.any.sa_family != AF_UNSPEC
				? address_text(&r->address, address)
				: NULL);
	putchar(',');
	put_text("state", state_name(r->state));
	putchar(',');
	put_text("fault", fault_name(r->fault));
	putchar(',');
	put_text("phase", phase_name(r->phase));
	putchar(',');
	put_text("reason", report_sentence(f, sentence));
	putchar(',');
	put_date("began", r->at);
	putchar(',');
	put_seconds("seconds", r->took);
	putchar(',');
	put_phases(r);
	putchar(',');
	put_reply(r);
	putchar(',');
	put_tls(r);
	putchar(',');
	put_certificate(r);
	putchar(',');
	put_faults("notices", r->notices, NOTICE_FIRST);
	putchar(',');
	put_text("notice_detail", r->notice_detail);
	putchar(',');
	put_key("messages");
	put_known(r->messages, r->messages >= 0);
	putchar(',');
	put_said(r);
	putchar('}');
}

void json_print(const char *host, const struct finding *findings, size_t count,
		enum state worst)
{
	char name[PRINTABLE_MAX];

	printable_copy(name, sizeof(name), view_of(host));
	putchar('{');
	put_text("host", name);
	putchar(',');
	put_text("state", state_name(worst));
	putchar(',');
	put_number("exit_code", worst);
	printf(",\"services\":[");
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			putchar(',');
		put_finding(&findings[i]);
	}
	printf("]}\n");
}
