/* wire.c - plain or TLS bytes of a session. */
#include "record.h"
#include "session.h"
#include "worker.h"

#include <errno.h>
#include <openssl/err.h>
#include <sys/socket.h>

static enum wire wire_errno(void)
{
	if (errno == EAGAIN || errno == EINTR)
		return WIRE_AGAIN;
	return WIRE_RESET;
}

/* OpenSSL 3 tells an end of stream without close_notify as a protocol error. */
static enum wire wire_tls_error(struct session *s, int result)
{
	int saved = errno;
	unsigned long code;

	switch (SSL_get_error(s->tls, result)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return WIRE_AGAIN;
	case SSL_ERROR_ZERO_RETURN:
		s->flags |= SESSION_NOTIFIED;
		return WIRE_NOTIFY;
	case SSL_ERROR_SYSCALL:
		return saved == 0 ? WIRE_END : WIRE_RESET;
	default:
		code = ERR_peek_last_error();
		return ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING
			   ? WIRE_END
			   : WIRE_BROKEN;
	}
}

ssize_t wire_read(struct session *s, char *p, size_t cap)
{
	ssize_t n;

	if (s->tls != NULL) {
		ERR_clear_error();
		errno = 0;
		n = SSL_read(s->tls, p, (int)cap);
		if (n <= 0)
			return wire_tls_error(s, (int)n);
	} else {
		n = recv(s->fd, p, cap, 0);
		if (n <= 0)
			return n == 0 ? (ssize_t)WIRE_END : (ssize_t)wire_errno();
	}
	counters_add(&s->listener->counters, COUNT_BYTES, (unsigned long long)n);
	record_bytes(s, s->tls != NULL ? "tls" : "clear", (struct view){ p, (size_t)n });
	return n;
}

ssize_t wire_write(struct session *s, const char *p, size_t size)
{
	ssize_t n;

	if (s->tls != NULL) {
		ERR_clear_error();
		errno = 0;
		n = SSL_write(s->tls, p, (int)size);
		return n > 0 ? n : (ssize_t)wire_tls_error(s, (int)n);
	}
	n = send(s->fd, p, size, MSG_NOSIGNAL);
	return n >= 0 ? n : (ssize_t)wire_errno();
}

/* Plain words where a handshake should begin are of interest to those who read the record. */
static void record_plain_start(struct session *s)
{
	char start[512];
	ssize_t n = 0;

	if (s->worker->sim->record >= 0)
		n = recv(s->fd, start, sizeof(start), MSG_PEEK);
	if (n > 0 && start[0] != 0x16)
		record_bytes(s, "clear", (struct view){ start, (size_t)n });
}

int wire_handshake(struct session *s)
{
	int result;

	if (s->tls == NULL) {
		record_plain_start(s);
		s->tls = SSL_new(s->listener->context);
		if (s->tls == NULL || SSL_set_fd(s->tls, s->fd) != 1)
			return WIRE_BROKEN;
	}
	ERR_clear_error();
	errno = 0;
	result = SSL_accept(s->tls);
	return result == 1 ? 1 : (int)wire_tls_error(s, result);
}

/* A record cut off by a full socket must be finished, so what is left is kept as output. What the
 * peer answers is read and dropped. */
bool wire_flood(struct session *s)
{
	struct output *o = &s->out;
	char bytes[4096];
	ssize_t n = recv(s->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n == 0 || (n < 0 && wire_errno() == WIRE_RESET))
		return false;
	if (o->sent == o->n) {
		size_t made =
		    s->flags & SESSION_SECURED
			? flood_records(s->tls, s->flood, bytes, sizeof(bytes))
			: flood_plain_pieces(&s->flood_pieces, bytes, sizeof(bytes));

		o->n = o->sent = 0;
		session_put(s, (struct view){ bytes, made });
	}
	n = send(s->fd, o->p + o->sent, o->n - o->sent, MSG_NOSIGNAL);
	if (n > 0)
		o->sent += (size_t)n;
	return n > 0 || wire_errno() == WIRE_AGAIN;
}

void wire_goodbye(struct session *s)
{
	ERR_clear_error();
	if (s->tls != NULL && s->flags & SESSION_SECURED)
		SSL_shutdown(s->tls);
	shutdown(s->fd, SHUT_WR);
}
