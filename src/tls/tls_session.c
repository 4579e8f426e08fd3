/* tls_session.c - OpenSSL between two buffers, and its errors in our words. */
#include "tls_session.h"

#include "address.h"
#include "buffer.h"
#include "chain.h"
#include "cipher.h"
#include "openssl_shortage.h"
#include "staple.h"
#include "tls_context.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <stdlib.h>
#include <string.h>

/* --- what OpenSSL asks ----------------------------------------------------------------- */

/* Says yes to every chain; what is wrong with it is in the facts. */
static int tls_session_verify(X509_STORE_CTX *ctx, void *nothing)
{
	const SSL *ssl =
	    X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls_session *t = SSL_get_app_data(ssl);
	struct chain_options wish = { t->name, t->context->store_note, t->pins, t->tlsa,
				      t->context->certificates };

	(void)nothing;
	certificate_release(t->facts.certificate);
	certificate_release(t->facts.decider);
	t->facts.decider = NULL;
	t->facts.certificate =
	    certificate_table_get(t->context->certificates, X509_STORE_CTX_get0_cert(ctx));
	if (t->facts.certificate == NULL) {
		openssl_shortage_add();
		return 0;
	}
	if (!t->context->unjudged)
		chain_judge(ctx, &wish, &t->facts);
	return 1;
}

/* Whether we have one to show or not. */
static int certificate_asked(SSL *ssl, void *nothing)
{
	struct tls_session *t = SSL_get_app_data(ssl);

	(void)nothing;
	t->flags |= TLS_SESSION_CERT_ASKED;
	return 1;
}

void tls_session_set_up(SSL_CTX *ssl)
{
	SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ssl, tls_session_verify, NULL);
	SSL_CTX_set_cert_cb(ssl, certificate_asked, NULL);
	tls_wire_watch(ssl);
}

/* --- life ------------------------------------------------------------------------------ */

/* RFC 6066 section 3: a name without the dot at its end, and never an address. */
static bool set_name(struct tls_session *t, const char *name)
{
	struct view v = view_of(name);
	struct address literal;

	if (v.n > 0 && v.p[v.n - 1] == '.')
		v.n--;
	if (v.n == 0 || v.n >= sizeof(t->name))
		return true;
	memcpy(t->name, v.p, v.n);
	if (address_parse(v, 0, &literal))
		return true;
	return SSL_set_tlsext_host_name(t->ssl, t->name) == 1;
}

struct tls_session *tls_session_new(struct tls_context *context, const char *name,
				    const struct pins *pins, unsigned flags,
				    bool (*put)(void *sink, struct view), void *sink)
{
	struct tls_session *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	*t = (struct tls_session){ .context = context,
				   .wire = { .put = put, .sink = sink },
				   .flags = flags,
				   .pins = pins };
	t->mark = openssl_shortage_mark();
	t->ssl = SSL_new(context->ssl);
	if (t->ssl == NULL || !tls_wire_connect(&t->wire, t->ssl, context->wire) ||
	    !set_name(t, name) || SSL_set_app_data(t->ssl, t) != 1 ||
	    openssl_shortage_since(t->mark) != NULL) {
		tls_session_free(t);
		ERR_clear_error();
		return NULL;
	}
	SSL_set_connect_state(t->ssl);
	return t;
}

void tls_session_free(struct tls_session *t)
{
	if (t == NULL)
		return;
	SSL_free(t->ssl);
	tls_facts_fini(&t->facts);
	free(t);
}

/* --- errors ---------------------------------------------------------------------------- */

static enum tls_status tls_session_fail(struct tls_session *t, enum fault fault,
					const char *reason)
{
	t->fault = fault;
	printable_copy(t->reason, sizeof(t->reason), view_of(reason));
	return TLS_FAILED;
}

/* Before OpenSSL is called. What other sessions lack is no concern of this one. */
static void tls_session_begin(struct tls_session *t)
{
	t->mark = openssl_shortage_mark();
	ERR_clear_error();
}

/* True: this machine had no memory for what OpenSSL wanted to do, whatever it says of it. */
static bool tls_session_is_short(struct tls_session *t)
{
	const char *what = openssl_shortage_since(t->mark);

	if (what == NULL)
		return false;
	ERR_clear_error();
	tls_session_fail(t, FAULT_INTERNAL, what);
	return true;
}

/* Alerts a server may choose when it wanted a certificate and got none, or one it does not
 * like. */
static bool refuses_our_certificate(int alert)
{
	switch (alert) {
	case SSL_AD_CERTIFICATE_REQUIRED:
	case SSL_AD_HANDSHAKE_FAILURE:
	case SSL_AD_NO_CERTIFICATE:
	case SSL_AD_BAD_CERTIFICATE:
	case SSL_AD_UNSUPPORTED_CERTIFICATE:
	case SSL_AD_CERTIFICATE_REVOKED:
	case SSL_AD_CERTIFICATE_EXPIRED:
	case SSL_AD_CERTIFICATE_UNKNOWN:
	case SSL_AD_UNKNOWN_CA:
	case SSL_AD_ACCESS_DENIED:
		return true;
	default:
		return false;
	}
}

/* OpenSSL 3.0 has no words for the youngest (RFC 8446 section 6). */
static const char *alert_words(int alert)
{
	switch (alert) {
	case SSL_AD_CERTIFICATE_REQUIRED:
		return "certificate required";
	case SSL_AD_MISSING_EXTENSION:
		return "missing extension";
	case SSL_AD_NO_APPLICATION_PROTOCOL:
		return "no application protocol";
	default:
		return SSL_alert_desc_string_long(alert);
	}
}

static enum tls_status fail_alert(struct tls_session *t, int alert)
{
	char words[PRINTABLE_MAX];
	struct buffer b;

	buffer_init(&b, words, sizeof(words));
	buffer_format(&b, "the server sent the TLS alert '%s'", alert_words(alert));
	if (alert == SSL_AD_PROTOCOL_VERSION)
		return tls_session_fail(t, FAULT_TLS_VERSION, buffer_string(&b));
	if (alert == SSL_AD_CERTIFICATE_REQUIRED ||
	    ((t->flags & TLS_SESSION_CERT_ASKED) && refuses_our_certificate(alert))) {
		buffer_text(&b, SSL_get_certificate(t->ssl) != NULL
				    ? ": it does not accept our certificate"
				    : ": it wants a certificate from us");
		return tls_session_fail(t, FAULT_CLIENT_CERT, buffer_string(&b));
	}
	if (alert == SSL_AD_HANDSHAKE_FAILURE)
		buffer_text(&b, ": no cipher or key exchange in common?");
	if (alert == SSL_AD_UNRECOGNIZED_NAME)
		buffer_format(&b, ": it does not know '%s'", t->name);
	return tls_session_fail(t, FAULT_TLS_HANDSHAKE, buffer_string(&b));
}

static void put_error(struct buffer *b, unsigned long error)
{
	const char *words;

	OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS, NULL);
	words = ERR_reason_error_string(error);
	if (words != NULL)
		buffer_text(b, words);
	else
		buffer_format(b, "OpenSSL error %lX", error);
}

/* By OpenSSL's own code for it, once the alerts are out of the way. */
static enum tls_status fail_local(struct tls_session *t, unsigned long error)
{
	char reason[PRINTABLE_MAX];
	struct buffer b;

	switch (ERR_GET_REASON(error)) {
	case SSL_R_UNSUPPORTED_PROTOCOL:
	case SSL_R_WRONG_SSL_VERSION:
	case SSL_R_UNSUPPORTED_SSL_VERSION:
	case SSL_R_UNKNOWN_PROTOCOL:
	case SSL_R_VERSION_TOO_LOW:
		return tls_session_fail(t, FAULT_TLS_VERSION,
					"the server has no TLS version from 1.0 up");
	case SSL_R_TOO_MANY_WARN_ALERTS:
		return tls_session_fail(t, FAULT_LIMIT,
					"the server sent too many TLS warnings");
	case SSL_R_RECORD_TOO_SMALL:
		return tls_session_fail(t, FAULT_LIMIT,
					"the server sent too many empty TLS records");
	default:
		buffer_init(&b, reason, sizeof(reason));
		buffer_text(&b, "the server's TLS is broken: ");
		put_error(&b, error);
		return tls_session_fail(t, FAULT_TLS_HANDSHAKE, buffer_string(&b));
	}
}

static enum tls_status fail_by_queue(struct tls_session *t)
{
	unsigned long error = ERR_peek_last_error();
	int reason = ERR_GET_REASON(error);

	ERR_clear_error();
	if (t->wire.refused && t->flags & TLS_SESSION_SECURED)
		return tls_session_fail(t, FAULT_LIMIT,
					"the server wants more answers than it reads");
	if (error == 0)
		return tls_session_fail(t, FAULT_TLS_HANDSHAKE,
					"the server does not read what we answer");
	if (ERR_GET_LIB(error) == ERR_LIB_SSL && reason >= SSL_AD_REASON_OFFSET)
		return fail_alert(t, reason - SSL_AD_REASON_OFFSET);
	return fail_local(t, error);
}

static enum tls_status more_or_limit(struct tls_session *t)
{
	const char *excess = tls_wire_excess(&t->wire);

	return excess != NULL ? tls_session_fail(t, FAULT_LIMIT, excess) : TLS_MORE;
}

static enum tls_status tls_session_status_of(struct tls_session *t, int result)
{
	int error = SSL_get_error(t->ssl, result);

	if (t->fault == FAULT_INTERNAL || tls_session_is_short(t))
		return TLS_FAILED;
	switch (error) {
	case SSL_ERROR_NONE:
		return TLS_READY;
	case SSL_ERROR_WANT_READ:
		return more_or_limit(t);
	case SSL_ERROR_ZERO_RETURN:
		return TLS_CLOSED;
	default:
		return fail_by_queue(t);
	}
}

/* The first line of what is no TLS at all. */
static enum tls_status fail_plain_text(struct tls_session *t)
{
	const char *end = memchr(t->wire.input.p, '\n', t->wire.input.n);
	struct view line = { t->wire.input.p, end != NULL ? (size_t)(end - t->wire.input.p)
							  : t->wire.input.n };
	char reason[PRINTABLE_MAX + 80], said[PRINTABLE_MAX / 2];
	struct buffer b;

	printable_copy(said, sizeof(said), line);
	buffer_init(&b, reason, sizeof(reason));
	buffer_format(&b, "the server answered in plain text, \"%s\"", said);
	if (!(t->flags & TLS_SESSION_UPGRADED) &&
	    memchr("0123456789+-*", line.p[0], 13) != NULL)
		buffer_text(&b, ": use STARTTLS");
	return tls_session_fail(t, FAULT_TLS_HANDSHAKE, buffer_string(&b));
}

void tls_session_cut(struct tls_session *t)
{
	if (t->flags & TLS_SESSION_CERT_ASKED)
		tls_session_fail(
		    t, FAULT_CLIENT_CERT,
		    "the server asked for a certificate from us, then closed the "
		    "connection");
	else
		tls_session_fail(
		    t, FAULT_TLS_HANDSHAKE,
		    "the server closed the connection during the TLS handshake");
}

/* --- bytes ----------------------------------------------------------------------------- */

void tls_session_feed(struct tls_session *t, struct view cipher_text)
{
	tls_wire_feed(&t->wire, cipher_text);
}

size_t tls_session_unread(const struct tls_session *t)
{
	return t->wire.input.n;
}

static enum tls_version version_of(const SSL *ssl)
{
	switch (SSL_version(ssl)) {
	case TLS1_VERSION:
		return TLS_VERSION_1_0;
	case TLS1_1_VERSION:
		return TLS_VERSION_1_1;
	case TLS1_2_VERSION:
		return TLS_VERSION_1_2;
	default:
		return TLS_VERSION_1_3;
	}
}

/* Verified or not: a staple by whom the server's own chain has above it is fine. */
static X509 *issuer_of(const struct tls_session *t, X509 *leaf)
{
	STACK_OF(X509) *verified = SSL_get0_verified_chain(t->ssl);
	STACK_OF(X509) *sent = SSL_get_peer_cert_chain(t->ssl);

	if (sk_X509_num(verified) > 1)
		return sk_X509_value(verified, 1);
	for (int i = 1; i < sk_X509_num(sent); i++)
		if (X509_check_issued(sk_X509_value(sent, i), leaf) == X509_V_OK)
			return sk_X509_value(sent, i);
	return X509_check_issued(leaf, leaf) == X509_V_OK ? leaf : NULL;
}

/* Behind the judgement on the chain, for the staple may come after it. */
static void judge_staple(struct tls_session *t)
{
	struct staple_options wish = { .certificate = SSL_get0_peer_certificate(t->ssl) };
	char words[PRINTABLE_MAX], text[2 * PRINTABLE_MAX + 2];
	unsigned char *staple = NULL;
	long n = SSL_get_tlsext_status_ocsp_resp(t->ssl, &staple);
	struct buffer b;

	if (wish.certificate == NULL || t->context->unjudged)
		return;
	if (n > 0) {
		wish.issuer = issuer_of(t, wish.certificate);
		wish.now = moment_now();
	}
	if (!staple_is_bad(&wish, (struct view){ (char *)staple, n > 0 ? (size_t)n : 0 },
			   words))
		return;
	t->facts.cert_faults |= CERT_FAULT_BIT(FAULT_CERT_STAPLE);
	buffer_init(&b, text, sizeof(text));
	buffer_format(&b, "%s%s%s", t->facts.detail, t->facts.detail[0] ? "; " : "", words);
	printable_copy(t->facts.detail, sizeof(t->facts.detail), buffer_view(&b));
}

static void note_secured(struct tls_session *t)
{
	t->flags |= TLS_SESSION_SECURED;
	tls_wire_secured(&t->wire);
	t->facts.version = SSL_get_version(t->ssl);
	t->facts.cipher = SSL_CIPHER_get_name(SSL_get_current_cipher(t->ssl));
	t->facts.spoken = version_of(t->ssl);
	t->facts.cert_asked = t->flags & TLS_SESSION_CERT_ASKED;
	t->facts.cipher_forbidden = cipher_judge(t->ssl, t->facts.cipher_flaw);
	judge_staple(t);
	openssl_shortage_look();
}

enum tls_status tls_session_handshake(struct tls_session *t)
{
	enum tls_status status;

	if (!(t->flags & TLS_SESSION_HEARD) && t->wire.input.n > 0) {
		t->flags |= TLS_SESSION_HEARD;
		if (t->wire.input.p[0] >= ' ' && t->wire.input.p[0] <= '~')
			return fail_plain_text(t);
	}
	tls_session_begin(t);
	status = tls_session_status_of(t, SSL_do_handshake(t->ssl));
	if (status == TLS_READY) {
		note_secured(t);
		if (tls_session_is_short(t))
			return TLS_FAILED;
	}
	if (status == TLS_CLOSED) {
		tls_session_cut(t);
		return TLS_FAILED;
	}
	return status;
}

enum tls_status tls_session_read(struct tls_session *t, char *dst, size_t cap,
				 size_t *ret_n)
{
	enum tls_status status;

	tls_session_begin(t);
	status = tls_session_status_of(t, SSL_read_ex(t->ssl, dst, cap, ret_n));
	if (status == TLS_READY)
		tls_wire_count_data(&t->wire, t->ssl, *ret_n);
	return status;
}

bool tls_session_write(struct tls_session *t, struct view v)
{
	size_t n;

	if (v.n == 0)
		return true;
	tls_session_begin(t);
	return tls_session_status_of(t, SSL_write_ex(t->ssl, v.p, v.n, &n)) == TLS_READY;
}

/* RFC 5929 section 4.1: by the hash of the signature, but never a weaker one than SHA-256;
 * none where the signature has no hash of its own, as with Ed25519. */
static bool put_end_point(const struct tls_session *t, struct buffer *b)
{
	X509 *certificate = SSL_get0_peer_certificate(t->ssl);
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	int kind;

	if (certificate == NULL ||
	    X509_get_signature_info(certificate, &kind, NULL, NULL, NULL) != 1 ||
	    kind == NID_undef)
		return false;
	if (kind == NID_md5 || kind == NID_sha1)
		kind = NID_sha256;
	return EVP_get_digestbynid(kind) != NULL &&
	       X509_digest(certificate, EVP_get_digestbynid(kind), digest, &n) == 1 &&
	       buffer_put(b, (struct view){ (char *)digest, n });
}

static bool put_exporter(const struct tls_session *t, struct buffer *b)
{
	static const char label[] = "EXPORTER-Channel-Binding";
	unsigned char bytes[32];

	return SSL_export_keying_material(t->ssl, bytes, sizeof(bytes), label,
					  sizeof(label) - 1, NULL, 0, 1) == 1 &&
	       buffer_put(b, (struct view){ (char *)bytes, sizeof(bytes) });
}

/* RFC 5929 section 3.1: the first Finished of the handshake; only with the extended master
 * secret is it the connection's own (RFC 7627 section 1). */
static bool put_unique(const struct tls_session *t, struct buffer *b)
{
	char bytes[EVP_MAX_MD_SIZE];
	size_t n;

	if (SSL_get_extms_support(t->ssl) != 1)
		return false;
	n = SSL_session_reused(t->ssl) ? SSL_get_peer_finished(t->ssl, bytes, sizeof(bytes))
				       : SSL_get_finished(t->ssl, bytes, sizeof(bytes));
	return n > 0 && n <= sizeof(bytes) && buffer_put(b, (struct view){ bytes, n });
}

static const char *tls_session_own_binding(const struct tls_session *t, struct buffer *b)
{
	if (SSL_version(t->ssl) >= TLS1_3_VERSION)
		return put_exporter(t, b) ? "tls-exporter" : NULL;
	if (put_unique(t, b))
		return "tls-unique";
	return put_end_point(t, b) ? "tls-server-end-point" : NULL;
}

const char *tls_session_binding(struct tls_session *t, struct buffer *ret_bytes)
{
	const char *name;

	if (!(t->flags & TLS_SESSION_SECURED))
		return NULL;
	tls_session_begin(t);
	name = tls_session_own_binding(t, ret_bytes);
	ERR_clear_error();
	/* Without one a login may fail: what is written next fails instead. */
	tls_session_is_short(t);
	return name;
}

void tls_session_goodbye(struct tls_session *t)
{
	if (!(t->flags & TLS_SESSION_SECURED) || t->fault != FAULT_OK)
		return;
	ERR_clear_error();
	SSL_shutdown(t->ssl);
	ERR_clear_error();
}
