/* stream.c - from the loop's word that a socket is ready to the stream's events.
 *
 * Writing never fails at once: an error of send() is kept in `error` and what is written later
 * is dropped, because what the server said before it hung up ("421 too many connections") still
 * lies in the socket and must be heard first. When there is nothing left to read the error is
 * told. Every path that may run a handler of the caller asks `is_live` afterwards.
 */
#include "stream.h"

#include "socket.h"
#include "tls_session.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum flag {
	CONNECTING = 1 << 0,
	HANDSHAKE = 1 << 1,
	HEARD = 1 << 2,   /* the server has said something in plain text */
	ENDED = 1 << 3,   /* the server's end of stream was read */
	PARTED = 1 << 4,  /* its close_notify was read */
	FAILED = 1 << 5,  /* told so */
	CLOSING = 1 << 6, /* no event any more but `closed` */
};

/* A TLS record is larger than what is in it (RFC 5246 section 6.2.3), and the handshake and
 * close_notify must find room behind a full output. */
enum { INPUT_MAX = 16384, OUTPUT_ROOM = STREAM_OUTPUT_MAX + 2048 };

/* A hardened build fills local variables with zeros; not these, which recv fills at once. */
#if defined(__has_attribute) && __has_attribute(uninitialized)
#define UNTOUCHED __attribute__((uninitialized))
#else
#define UNTOUCHED
#endif

static const struct tls_facts no_facts;

static bool is_live(const struct stream *s)
{
	return (s->flags & (FAILED | CLOSING)) == 0;
}

static void stream_on_poll(uv_poll_t *, int status, int events);

static void watch(struct stream *s)
{
	int interest = UV_READABLE;

	if (s->flags & CONNECTING)
		interest = UV_WRITABLE;
	else if (s->output_n > 0 || s->error != 0)
		interest = UV_READABLE | UV_WRITABLE;
	if (interest == s->interest || !is_live(s))
		return;
	s->interest = interest;
	uv_poll_start(&s->poll, interest, stream_on_poll);
}

static void stream_fail(struct stream *s, enum fault fault, const char *reason)
{
	s->flags |= FAILED;
	uv_poll_stop(&s->poll);
	s->events->failed(s, fault, reason);
}

static void fail_errno(struct stream *s, int error)
{
	const char *reason;
	enum fault fault = socket_fault(error, &reason);

	s->error = error;
	stream_fail(s, fault, reason);
}

static void fail_tls(struct stream *s)
{
	stream_fail(s, s->tls->fault, s->tls->reason);
}

/* A handshake that ends without a word may still be one that wanted a certificate. */
static void fail_cut(struct stream *s)
{
	tls_session_cut(s->tls);
	fail_tls(s);
}

/* What was put off until all input was read. */
static void fail_kept(struct stream *s)
{
	if (s->tls != NULL && s->tls->fault != FAULT_OK)
		fail_tls(s);
	else
		fail_errno(s, s->error);
}

/* --- output ---------------------------------------------------------------------------- */

static bool keep_output(struct stream *s, struct view v)
{
	if (v.n > OUTPUT_ROOM - s->output_n)
		return false;
	if (s->output == NULL)
		s->output = malloc(OUTPUT_ROOM);
	if (s->output == NULL) {
		s->error = ENOMEM;
		return true;
	}
	memcpy(s->output + s->output_n, v.p, v.n);
	s->output_n += v.n;
	return true;
}

/* How much the kernel took; an error is kept and takes all. */
static size_t send_now(struct stream *s, struct view v)
{
	ssize_t n = send(s->fd, v.p, v.n, MSG_NOSIGNAL);

	if (n >= 0)
		return (size_t)n;
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return 0;
	s->error = errno;
	return v.n;
}

static bool stream_put(void *sink, struct view v)
{
	struct stream *s = sink;

	if (s->error == 0 && s->output_n == 0)
		v = view_skip(v, send_now(s, v));
	if (s->error != 0 || v.n == 0)
		return true;
	return keep_output(s, v);
}

static void flush(struct stream *s)
{
	size_t n;

	if (s->output_n == 0 || s->error != 0)
		return;
	n = send_now(s, (struct view){ s->output, s->output_n });
	s->output_n -= n;
	memmove(s->output, s->output + n, s->output_n);
}

bool stream_send(struct stream *s, struct view bytes)
{
	bool taken;

	if (!is_live(s))
		return true;
	if (bytes.n > STREAM_OUTPUT_MAX || s->output_n > STREAM_OUTPUT_MAX - bytes.n)
		return false;
	taken = s->tls != NULL ? tls_session_write(s->tls, bytes) : stream_put(s, bytes);
	watch(s);
	return taken;
}

/* --- input ----------------------------------------------------------------------------- */

static void handshake(struct stream *s)
{
	switch (tls_session_handshake(s->tls)) {
	case TLS_READY:
		s->flags &= ~(unsigned)HANDSHAKE;
		s->events->secured(s);
		break;
	case TLS_FAILED:
		fail_tls(s);
		break;
	default:
		break;
	}
}

static void end_of_records(struct stream *s, enum tls_status status)
{
	if (status == TLS_CLOSED) {
		s->flags |= ENDED | PARTED;
		stream_fail(s, FAULT_CLOSED, "the server closed the connection");
	} else if (status == TLS_FAILED) {
		fail_tls(s);
	}
}

/* What came at once is given on at once, whatever its records: who gets it may send an answer to
 * the first part, and must see before that whether there is more. */
static void stream_read_records(struct stream *s)
{
	UNTOUCHED char bytes[INPUT_MAX];
	size_t n = 0, more = 0;
	enum tls_status status;

	do {
		status = tls_session_read(s->tls, bytes + n, sizeof(bytes) - n, &more);
		n += status == TLS_READY ? more : 0;
		if (n > 0 && (n == sizeof(bytes) || status != TLS_READY)) {
			s->events->received(s, (struct view){ bytes, n });
			n = 0;
		}
	} while (status == TLS_READY && is_live(s));
	if (is_live(s))
		end_of_records(s, status);
}

/* Of a server that sends without end the stream takes its share of this turn of the loop; the
 * kernel keeps the rest, and tells of it again when the others had their turn. */
static void receive_tls(struct stream *s, char *bytes, size_t n)
{
	size_t taken;

	tls_session_feed(s->tls, (struct view){ bytes, n });
	if (s->flags & HANDSHAKE)
		handshake(s);
	if (is_live(s) && !(s->flags & HANDSHAKE))
		stream_read_records(s);
	taken = n - tls_session_unread(s->tls);
	tls_session_feed(s->tls, (struct view){ 0 });
	if (s->fd >= 0 && taken > 0)
		(void)!recv(s->fd, bytes, taken, 0);
}

static void receive_end(struct stream *s)
{
	s->flags |= ENDED;
	if (s->error != 0 && s->error != EPIPE)
		fail_kept(s);
	else if (s->flags & HANDSHAKE)
		fail_cut(s);
	else
		stream_fail(s, FAULT_CLOSED, "the server closed the connection");
}

static void receive_error(struct stream *s, int error)
{
	if ((s->flags & HANDSHAKE) && (s->tls->flags & TLS_SESSION_CERT_ASKED))
		fail_cut(s);
	else
		fail_errno(s, error);
}

static void receive(struct stream *s)
{
	UNTOUCHED char bytes[INPUT_MAX];
	ssize_t n = recv(s->fd, bytes, sizeof(bytes), s->tls != NULL ? MSG_PEEK : 0);

	if (n > 0 && s->tls != NULL) {
		receive_tls(s, bytes, (size_t)n);
	} else if (n > 0) {
		s->flags |= HEARD;
		s->events->received(s, (struct view){ bytes, (size_t)n });
	} else if (n == 0) {
		receive_end(s);
	} else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
		receive_error(s, errno);
	} else if (s->error != 0) {
		fail_kept(s);
	}
}

/* --- events of the loop ---------------------------------------------------------------- */

static void finish_connect(struct stream *s)
{
	socklen_t n = sizeof(int);
	int error = 0;

	getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &n);
	if (error != 0 && error != ECONNRESET && error != EPIPE) {
		fail_errno(s, error);
		return;
	}
	/* A reset means that it was connected and something may have been said (a SYN that is
	 * answered by RST is ECONNREFUSED). */
	s->error = error;
	s->flags &= ~(unsigned)CONNECTING;
	s->events->connected(s);
}

/* libuv answers a socket in error with a status below 0 and stops to poll it; recv tells which
 * error it is, once everything that came before it has been read. */
static void stream_on_poll(uv_poll_t *poll, int status, int events)
{
	struct stream *s = poll->data;

	if (!is_live(s))
		return;
	if (status < 0)
		s->interest = 0;
	if (s->flags & CONNECTING) {
		finish_connect(s);
	} else {
		if (events & UV_WRITABLE)
			flush(s);
		if (status < 0 || (events & UV_READABLE) || s->error != 0)
			receive(s);
	}
	watch(s);
}

/* Takes the descriptor. */
static enum fault watch_fd(struct stream *s, uv_loop_t *loop, int fd,
			   const char **ret_reason)
{
	int status = uv_poll_init(loop, &s->poll, fd);

	if (status < 0) {
		s->error = -status;
		close(fd);
		return socket_fault(-status, ret_reason);
	}
	s->fd = fd;
	s->poll.data = s;
	s->flags = CONNECTING;
	watch(s);
	return FAULT_OK;
}

enum fault stream_connect(struct stream *s, uv_loop_t *loop, const struct address *to,
			  const struct address *source, const struct stream_events *events,
			  void *user, const char **ret_reason)
{
	enum fault fault;
	int fd;

	*s = (struct stream){ .user = user, .events = events, .fd = -1 };
	errno = 0;
	fault = socket_open(to, source, &fd, ret_reason);
	if (fault == FAULT_OK)
		return watch_fd(s, loop, fd, ret_reason);
	s->error = errno;
	return fault;
}

enum fault stream_connect_path(struct stream *s, uv_loop_t *loop, const char *path,
			       const struct stream_events *events, void *user,
			       const char **ret_reason)
{
	enum fault fault;
	int fd;

	*s = (struct stream){ .user = user, .events = events, .fd = -1 };
	fault = socket_open_path(path, &fd, ret_reason);
	if (fault == FAULT_OK)
		return watch_fd(s, loop, fd, ret_reason);
	s->error = errno;
	return fault;
}

int stream_error(const struct stream *s)
{
	return s->error;
}

void stream_local_address(const struct stream *s, struct address *ret_address)
{
	struct address local = { 0 };
	socklen_t n = sizeof(local);

	if (getsockname(s->fd, &local.any, &n) != 0)
		local = (struct address){ 0 };
	*ret_address = local;
}

bool stream_has_input(struct stream *s)
{
	char byte;

	return recv(s->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

bool stream_is_ready(const struct stream *s)
{
	struct pollfd p = { .fd = s->fd,
			    .events = s->flags & CONNECTING ? POLLOUT : POLLIN };

	return s->fd >= 0 && poll(&p, 1, 0) > 0;
}

void stream_expect_tlsa(struct stream *s, const struct dns_records *set)
{
	s->tls->tlsa = set;
}

bool stream_start_tls(struct stream *s, struct tls_context *context, const char *name,
		      const struct pins *pins)
{
	unsigned flags = s->flags & HEARD ? TLS_SESSION_UPGRADED : 0;

	s->tls = tls_session_new(context, name, pins, flags, stream_put, s);
	if (s->tls == NULL)
		return false;
	s->flags |= HANDSHAKE;
	if (tls_session_handshake(s->tls) == TLS_FAILED)
		s->error = EPROTO;
	watch(s);
	return true;
}

const struct tls_facts *stream_tls_facts(const struct stream *s)
{
	return s->tls != NULL ? &s->tls->facts : &no_facts;
}

static void stream_on_closed(uv_handle_t *handle)
{
	struct stream *s = handle->data;

	tls_session_free(s->tls);
	free(s->output);
	s->tls = NULL;
	s->output = NULL;
	s->events->closed(s);
}

/* Closing a socket with something unread in it makes the kernel send RST (RFC 2525 section
 * 2.17), which can undo what we have just sent. */
static void drop_input(struct stream *s)
{
	UNTOUCHED char bytes[INPUT_MAX];

	if (!(s->flags & (ENDED | CONNECTING)))
		(void)recv(s->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
}

const char *stream_binding(const struct stream *s, struct buffer *ret_bytes)
{
	return s->tls != NULL ? tls_session_binding(s->tls, ret_bytes) : NULL;
}

void stream_close(struct stream *s)
{
	if (s->fd < 0 || (s->flags & CLOSING))
		return;
	if (s->tls != NULL && (is_live(s) || (s->flags & PARTED)))
		tls_session_goodbye(s->tls);
	s->flags |= CLOSING;
	drop_input(s);
	uv_close((uv_handle_t *)&s->poll, stream_on_closed);
	close(s->fd);
	s->fd = -1;
}
