/* dns_socket.c - non-blocking sockets; a TCP message begins with its length in two octets
 * (RFC 1035 section 4.2.2).
 */
#include "dns_socket.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How much is read in one turn of the loop. */
enum { DATAGRAMS_AT_ONCE = 64, READS_AT_ONCE = 16 };

/* Without EDNS a server sends at most 512 octets (RFC 1035 section 4.2.1). */
enum { DATAGRAM_MAX = 4096, TRUNCATED = 0x02 };

/* Large enough that forged answers do not displace the right one. */
enum { RECEIVE_BUFFER = 1 << 20 };

static void on_dns_socket_poll(uv_poll_t *, int status, int events);

static bool is_temporary_errno(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

static void watch_socket(struct dns_socket *s)
{
	int events = s->sent < s->out_n ? UV_WRITABLE : UV_READABLE;

	uv_poll_start(&s->poll, events, on_dns_socket_poll);
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
			if (!is_temporary_errno(errno))
				fail_socket(s, errno);
			return;
		}
		if ((size_t)n > sizeof(datagram)) {
			n = sizeof(datagram);
			datagram[2] |= TRUNCATED;
		}
		s->events->received(s, (struct view){ datagram, (size_t)n });
	}
}

/* --- TCP ------------------------------------------------------------------------------- */

static size_t message_length(const struct dns_socket *s)
{
	return (size_t)s->length[0] << 8 | s->length[1];
}

/* Reads the two octets of the length, then the message. Returns 0 or an errno; EAGAIN:
 * nothing more is there now. */
static int read_tcp_part(struct dns_socket *s)
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

/* Allocates the message when its length is known, and delivers it when it is complete. */
static int deliver_tcp_message(struct dns_socket *s)
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
	s->events->received(s, (struct view){ message, length });
	free(message);
	return 0;
}

static void read_tcp(struct dns_socket *s)
{
	for (int i = 0; i < READS_AT_ONCE && s->fd >= 0; i++) {
		int error = read_tcp_part(s);

		if (error == 0)
			error = deliver_tcp_message(s);
		if (is_temporary_errno(error))
			return;
		if (error != 0)
			fail_socket(s, error);
	}
}

static void write_tcp(struct dns_socket *s)
{
	ssize_t n = send(s->fd, s->out + s->sent, s->out_n - s->sent, MSG_NOSIGNAL);

	if (n >= 0)
		s->sent += (size_t)n;
	else if (!is_temporary_errno(errno))
		fail_socket(s, errno);
}

/* --- both ------------------------------------------------------------------------------ */

/* libuv stops watching a socket that has an error; the next read or write returns the
 * error. */
static void on_dns_socket_poll(uv_poll_t *poll, int status, int events)
{
	struct dns_socket *s = poll->data;
	const struct dns_socket_events *its = s->events;

	(void)status;
	(void)events;
	if (s->sent < s->out_n)
		write_tcp(s);
	else if (s->tcp)
		read_tcp(s);
	else
		read_datagrams(s);
	if (s->fd >= 0)
		watch_socket(s);
	its->turn_done(s);
}

static int dns_socket_create(const struct address *a, bool tcp)
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
	int fd = dns_socket_create(a, tcp), error;

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

static void on_dns_socket_closed(uv_handle_t *handle)
{
	struct dns_socket *s = handle->data;

	free(s->in);
	s->events->closed(s);
}

void dns_socket_close(struct dns_socket *s)
{
	if (s->fd < 0)
		return;
	uv_close((uv_handle_t *)&s->poll, on_dns_socket_closed);
	close(s->fd);
	s->fd = -1;
}

int dns_socket_send(struct dns_socket *s, const unsigned char *message, size_t n)
{
	if (!s->tcp) {
		/* The kernel reports an error of an earlier datagram here. */
		if (send(s->fd, message, n, MSG_NOSIGNAL) >= 0 ||
		    is_temporary_errno(errno) || errno == ENOBUFS)
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
