/* dns_socket.c - sockets without waiting; TCP has two octets of length before each message (RFC
 * 1035 section 4.2.2).
 */
#include "dns_socket.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What is read before others have their turn. */
enum { DATAGRAMS_AT_ONCE = 64, READS_AT_ONCE = 16 };

/* A server that is not asked for more sends 512 octets at most (RFC 1035 section 4.2.1). */
enum { DATAGRAM_MAX = 4096, TRUNCATED = 0x02 };

/* So that forged answers do not crowd out the right one. */
enum { RECEIVE_BUFFER = 1 << 20 };

static void dns_socket_on_socket_poll(uv_poll_t *, int status, int events);

static bool is_temporary(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

static void watch_socket(struct dns_socket *s)
{
	int events = s->sent < s->out_n ? UV_WRITABLE : UV_READABLE;

	uv_poll_start(&s->poll, events, dns_socket_on_socket_poll);
}

static void fail_socket(struct dns_socket *s, int error)
{
	if (s->fd >= 0)
		s->events->failed(s, error);
}

/* --- UDP ------------------------------------------------------------------------------- */

static void read_datagrams(struct dns_socket *s)
{
	char datagram[DATAGRAM_MAX];

	for (int i = 0; i < DATAGRAMS_AT_ONCE && s->fd >= 0; i++) {
		ssize_t n = recv(s->fd, datagram, sizeof(datagram), MSG_TRUNC);

		if (n < 0) {
			if (!is_temporary(errno))
				fail_socket(s, errno);
			return;
		}
		if ((size_t)n > sizeof(datagram)) {
			n = sizeof(datagram);
			datagram[2] |= TRUNCATED;
		}
		s->events->heard(s, (struct view){ datagram, (size_t)n });
	}
}

/* --- TCP ------------------------------------------------------------------------------- */

static size_t message_length(const struct dns_socket *s)
{
	return (size_t)s->length[0] << 8 | s->length[1];
}

/* The octets of the length first, then those of the message. Returns 0 or an errno; EAGAIN: that
 * is all for now. */
static int read_some(struct dns_socket *s)
{
	size_t head = sizeof(s->length), room;
	ssize_t n;
	void *dst;

	if (s->in_n < head) {
		dst = s->length + s->in_n;
		room = head - s->in_n;
	} else {
		dst = s->in + (s->in_n - head);
		room = message_length(s) - (s->in_n - head);
	}
	n = recv(s->fd, dst, room, 0);
	if (n <= 0)
		return n == 0 ? ECONNRESET : errno;
	s->in_n += (size_t)n;
	return 0;
}

/* Makes room for the message when its length is known, and delivers it when it is whole. */
static int take_stream(struct dns_socket *s)
{
	size_t head = sizeof(s->length), length = message_length(s);
	char *message;

	if (s->in_n < head)
		return 0;
	if (length == 0)
		return EPROTO;
	if (s->in == NULL)
		s->in = malloc(length);
	if (s->in == NULL)
		return ENOMEM;
	if (s->in_n - head < length)
		return 0;
	message = s->in;
	s->in = NULL;
	s->in_n = 0;
	s->events->heard(s, (struct view){ message, length });
	free(message);
	return 0;
}

static void read_stream(struct dns_socket *s)
{
	for (int i = 0; i < READS_AT_ONCE && s->fd >= 0; i++) {
		int error = read_some(s);

		if (error == 0)
			error = take_stream(s);
		if (is_temporary(error))
			return;
		if (error != 0)
			fail_socket(s, error);
	}
}

static void write_stream(struct dns_socket *s)
{
	ssize_t n = send(s->fd, s->out + s->sent, s->out_n - s->sent, MSG_NOSIGNAL);

	if (n >= 0)
		s->sent += (size_t)n;
	else if (!is_temporary(errno))
		fail_socket(s, errno);
}

/* --- both ------------------------------------------------------------------------------ */

/* libuv stops to watch a socket in error; what the error is shows when it is used. */
static void dns_socket_on_socket_poll(uv_poll_t *poll, int status, int events)
{
	struct dns_socket *s = poll->data;
	const struct dns_socket_events *its = s->events;

	(void)status;
	(void)events;
	if (s->sent < s->out_n)
		write_stream(s);
	else if (s->tcp)
		read_stream(s);
	else
		read_datagrams(s);
	if (s->fd >= 0)
		watch_socket(s);
	its->worked(s);
}

static int make_socket(const struct address *a, bool tcp)
{
	const int on = 1, size = RECEIVE_BUFFER;
	int type = (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;
	int fd = socket(a->any.sa_family, type, 0);

	if (fd >= 0 && tcp)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	else if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return fd;
}

int dns_socket_open(struct dns_socket *s, uv_loop_t *loop, const struct address *a,
		    bool tcp, const struct dns_socket_events *events)
{
	int fd = make_socket(a, tcp), error;

	if (fd < 0)
		return errno;
	memset(s, 0, sizeof(*s));
	s->tcp = tcp;
	s->events = events;
	s->fd = fd;
	if (connect(fd, &a->any, address_length(a)) < 0 && errno != EINPROGRESS)
		error = errno;
	else
		error = -uv_poll_init(loop, &s->poll, fd);
	if (error != 0) {
		close(fd);
		s->fd = -1;
		return error;
	}
	s->poll.data = s;
	watch_socket(s);
	return 0;
}

static void on_socket_closed(uv_handle_t *handle)
{
	struct dns_socket *s = handle->data;

	free(s->in);
	s->events->closed(s);
}

void dns_socket_close(struct dns_socket *s)
{
	if (s->fd < 0)
		return;
	uv_close((uv_handle_t *)&s->poll, on_socket_closed);
	close(s->fd);
	s->fd = -1;
}

int dns_socket_send(struct dns_socket *s, const unsigned char *message, size_t n)
{
	if (!s->tcp) {
		/* What an earlier datagram met is reported to the next. */
		if (send(s->fd, message, n, MSG_NOSIGNAL) >= 0 || is_temporary(errno) ||
		    errno == ENOBUFS)
			return 0;
		return errno;
	}
	s->out[0] = (unsigned char)(n >> 8);
	s->out[1] = (unsigned char)n;
	memcpy(s->out + 2, message, n);
	s->out_n = n + 2;
	watch_socket(s);
	return 0;
}
