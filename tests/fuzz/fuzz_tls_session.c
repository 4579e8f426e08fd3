/* fuzz_tls_session.c - whatever a server answers to our hello, the session rests, ends or fails
 * with a fault and a reason; it never wants the same bytes again.
 *
 * The first byte is the size of the pieces in which the rest arrives.
 */
#include "tls_session.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static bool take(void *sink, struct view v)
{
	*(size_t *)sink += v.n;
	return true;
}

static void must_tell_why(const struct tls_session *t)
{
	must(t->fault == FAULT_TLS_HANDSHAKE || t->fault == FAULT_TLS_VERSION ||
	     t->fault == FAULT_CLIENT_CERT);
	must(t->reason[0] != '\0' && strlen(t->reason) < PRINTABLE_MAX);
}

static enum tls_status answer(struct tls_session *t, struct view piece)
{
	char text[512];
	size_t got;
	enum tls_status status;

	tls_session_feed(t, piece);
	if (!(t->flags & TLS_SESSION_SECURED)) {
		status = tls_session_handshake(t);
		if (status != TLS_READY)
			return status;
	}
	do
		status = tls_session_read(t, text, sizeof(text), &got);
	while (status == TLS_READY);
	return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct tls_context *context;
	struct tls_options options = { .ca_path = NULL, .unjudged = true };
	enum tls_status status = TLS_MORE;
	struct tls_session *t;
	char error[300];
	size_t sent = 0, size;

	if (n == 0)
		return 0;
	if (context == NULL)
		context = tls_context_new(&options, error, sizeof(error));
	must(context != NULL);
	t = tls_session_new(context, "mx1.example.com", NULL,
			    bytes[0] & TLS_SESSION_UPGRADED, take, &sent);
	must(t != NULL);
	must(tls_session_handshake(t) == TLS_MORE && sent > 0);
	size = bytes[0] + 1U;
	for (size_t i = 1; i < n && status == TLS_MORE; i += size) {
		size_t rest = n - i < size ? n - i : size;

		status = answer(t, (struct view){ (const char *)bytes + i, rest });
		must(status != TLS_MORE || tls_session_unread(t) < rest);
		i -= tls_session_unread(t); /* for the next turn */
	}
	if (status == TLS_FAILED)
		must_tell_why(t);
	tls_session_goodbye(t);
	tls_session_free(t);
	return 0;
}
