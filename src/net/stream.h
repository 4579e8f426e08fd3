/* stream.h - a connection that is plain or TLS, on a libuv loop, with events.
 *
 * Non-blocking, TCP_NODELAY. The events come from the loop, never from within a call.
 * After `failed` the only thing left to do is stream_close.
 */
#ifndef MAILVANE_STREAM_H
#define MAILVANE_STREAM_H

#include "address.h"
#include "buffer.h"
#include "dns_records.h"
#include "fault.h"
#include "instant.h"
#include "tls.h"

#include <uv.h>

/* What is sent but not yet taken by the kernel. */
enum { STREAM_OUTPUT_MAX = 8192 };

struct stream;

struct stream_events {
	void (*connected)(struct stream *);
	/* Bytes, decrypted if TLS is on; the view is lent for the call. The handler may send,
	 * start TLS or close. */
	void (*received)(struct stream *, struct view bytes);
	/* The handshake is done; stream_tls_facts tell. */
	void (*secured)(struct stream *);
	/* FAULT_CLOSED (the peer's end of stream), FAULT_RESET, FAULT_REFUSED,
	 * FAULT_UNREACHABLE, FAULT_TIMEOUT (the kernel's), FAULT_TLS_HANDSHAKE,
	 * FAULT_TLS_VERSION, FAULT_CLIENT_CERT, FAULT_INTERNAL. */
	void (*failed)(struct stream *, enum fault, const char *reason);
	/* The stream's storage is the caller's again. */
	void (*closed)(struct stream *);
};

/* The caller's storage; embed it. The fields are the stream's own, but for `user`. */
struct stream {
	void *user; /* the caller's */
	const struct stream_events *events;
	uv_poll_t poll;
	int fd; /* -1: none */
	int interest;
	unsigned flags;
	int error; /* errno of a send that failed, told when all input is read; then of what
		    * failed */
	struct tls_session *tls; /* made when TLS starts; NULL: plain */
	size_t output_n;
	char *output; /* made only when the kernel did not take all at once */
};

/* Binds to `source` (NULL: any) and begins to connect. On failure returns the fault
 * (FAULT_INTERNAL for want of descriptors, FAULT_UNREACHABLE for no route, ...) with *ret_reason
 * a sentence valid until the next call of this thread; there is nothing to close and no event
 * comes. FAULT_OK: an event will come. */
enum fault stream_connect(struct stream *, uv_loop_t *, const struct address *,
			  const struct address *source, const struct stream_events *,
			  void *user, const char **ret_reason);

/* The same to a socket of this machine (unix(7)). */
enum fault stream_connect_path(struct stream *, uv_loop_t *, const char *path,
			       const struct stream_events *, void *user,
			       const char **ret_reason);

/* errno behind the failure that was told last or that stream_connect returned; 0: it was not
 * the kernel that failed. */
int stream_error(const struct stream *);

/* Sends all of it, now or when the kernel has room. False: with what waits already it is more
 * than STREAM_OUTPUT_MAX; nothing was taken. An error of the socket is no reason for false: it
 * comes as an event, behind what the server said before. */
bool stream_send(struct stream *, struct view bytes);

/* Our end of a connected stream; AF_UNSPEC if the kernel does not tell. */
void stream_local_address(const struct stream *, struct address *ret_address);

/* True when plain bytes are waiting to be received: asked before TLS starts. */
bool stream_has_input(struct stream *);

/* True when the loop has an event to tell that it has not told yet: bytes, the end of the stream,
 * or that the connection stands or failed. */
bool stream_is_ready(const struct stream *);

/* Begins the handshake; `name` is sent as SNI unless it is an IP literal (RFC 6066 section 3),
 * and the certificate is held against it (RFC 9525; an IP literal against IP names). `pins`
 * (NULL: none) are lent until the stream is closed and decide on trust in place of the roots.
 * False: out of memory. */
bool stream_start_tls(struct stream *, struct tls_context *, const char *name,
		      const struct pins *pins);

/* Right behind stream_start_tls: the TLSA records that the server is held against, lent until the
 * stream is closed. */
void stream_expect_tlsa(struct stream *, const struct dns_records *);

/* Lent until the stream is closed; version NULL before the handshake is done. The certificate
 * and what is wrong with it are there as soon as it was shown, so also when the handshake
 * failed later. Never NULL: a plain stream has empty facts. */
const struct tls_facts *stream_tls_facts(const struct stream *);

/* As tls_session_binding; NULL for a plain stream. */
const char *stream_binding(const struct stream *, struct buffer *ret_bytes);

/* Sends close_notify where TLS is on, closes, and later says `closed`; no other event comes.
 * Every stream that was connected must be closed. */
void stream_close(struct stream *);

#endif
