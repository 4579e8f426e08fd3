/* tls_wire.c - a BIO that counts. OpenSSL reads a record by its head and its rest, so a read that
 * is refused stops it before the next record. */
#include "tls_wire.h"

static const char too_many_pieces[] = "the server sent 512 records of TLS handshake";
static const char too_many_records[] = "the server sent 64 TLS records without data";
static const char too_many_bytes[] = "the server sent 256 KiB of TLS around its data";

_Static_assert(TLS_WIRE_HANDSHAKE_RECORDS_MAX == 512 && TLS_WIRE_IDLE_RECORDS_MAX == 64 &&
		   TLS_WIRE_OVERHEAD_MAX == 262144,
	       "as the words say");

const char *tls_wire_excess(const struct tls_wire *w)
{
	if (w->handshake == 0 && w->records > TLS_WIRE_HANDSHAKE_RECORDS_MAX)
		return too_many_pieces;
	if (w->handshake > 0 &&
	    w->records > w->handshake + w->justified + TLS_WIRE_IDLE_RECORDS_MAX)
		return too_many_records;
	return w->bytes - w->data > TLS_WIRE_OVERHEAD_MAX ? too_many_bytes : NULL;
}

void tls_wire_secured(struct tls_wire *w)
{
	w->handshake = w->records;
}

static bool turn_is_over(const struct tls_wire *w)
{
	return w->turn_records >= TLS_WIRE_TURN_RECORDS ||
	       (w->turn_records >= TLS_WIRE_TURN_RECORDS_MIN &&
		instant_before(w->turn_ends, instant_now()));
}

static int wire_read(BIO *bio, char *dst, int cap)
{
	struct tls_wire *w = BIO_get_data(bio);
	size_t n = w->input.n < (size_t)cap ? w->input.n : (size_t)cap;

	BIO_clear_retry_flags(bio);
	if (n == 0 || turn_is_over(w) || tls_wire_excess(w) != NULL) {
		BIO_set_retry_read(bio);
		return -1;
	}
	memcpy(dst, w->input.p, n);
	w->input = view_skip(w->input, n);
	w->bytes += n;
	return (int)n;
}

static int wire_write(BIO *bio, const char *p, int n)
{
	struct tls_wire *w = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	if (w->put(w->sink, (struct view){ p, (size_t)n }))
		return n;
	w->refused = true;
	return -1;
}

static long wire_control(BIO *bio, int command, long number, void *pointer)
{
	(void)bio;
	(void)number;
	(void)pointer;
	return command == BIO_CTRL_FLUSH;
}

BIO_METHOD *tls_wire_method_new(void)
{
	BIO_METHOD *wire = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "mailvane");

	if (wire == NULL)
		return NULL;
	BIO_meth_set_read(wire, wire_read);
	BIO_meth_set_write(wire, wire_write);
	BIO_meth_set_ctrl(wire, wire_control);
	return wire;
}

bool tls_wire_connect(struct tls_wire *w, SSL *ssl, BIO_METHOD *method)
{
	BIO *bio = BIO_new(method);

	if (bio == NULL)
		return false;
	BIO_set_data(bio, w);
	BIO_set_init(bio, 1);
	SSL_set_bio(ssl, bio, bio);
	SSL_set_msg_callback_arg(ssl, w);
	return true;
}

/* OpenSSL shows each head of a record, and each message. */
static void see_message(int sent, int version, int kind, const void *bytes, size_t n,
			SSL *ssl, void *wire)
{
	struct tls_wire *w = wire;

	(void)version;
	(void)bytes;
	(void)n;
	(void)ssl;
	if (sent || kind != SSL3_RT_HEADER || w == NULL)
		return;
	w->records++;
	w->turn_records++;
}

void tls_wire_watch(SSL_CTX *context)
{
	SSL_CTX_set_msg_callback(context, see_message);
}

void tls_wire_feed(struct tls_wire *w, struct view cipher_text)
{
	w->input = cipher_text;
	w->turn_records = 0;
	w->turn_ends = instant_plus(instant_now(), span_of_ms(TLS_WIRE_TURN_MS));
}

/* A record may be read in parts; the last one counts it. */
void tls_wire_count_data(struct tls_wire *w, const SSL *ssl, size_t n)
{
	w->data += n;
	if (SSL_pending(ssl) == 0)
		w->justified += SSL_version(ssl) <= TLS1_VERSION ? 2 : 1;
}
