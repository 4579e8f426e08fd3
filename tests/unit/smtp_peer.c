#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smtp_peer.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct client {
	struct smtp_peer *peer;
	int fd;
};

/* A line of the client without its end; false at the end of the stream. */
static bool hear(int fd, char *line, size_t cap)
{
	size_t n = 0;

	for (char c; read(fd, &c, 1) == 1;) {
		if (c == '\n') {
			line[n > 0 && line[n - 1] == '\r' ? n - 1 : n] = '\0';
			return true;
		}
		if (n < cap - 1)
			line[n++] = c;
	}
	return false;
}

static bool say(int fd, const char *text)
{
	return write(fd, text, strlen(text)) >= 0;
}

static void serve(struct smtp_peer *p, int fd)
{
	char line[512];

	if (p->greeting != NULL) {
		usleep((useconds_t)p->greets_after_ms * 1000);
		say(fd, p->greeting);
	}
	while (hear(fd, line, sizeof(line))) {
		if (strncmp(line, "EHLO", 4) == 0)
			say(fd, "250-peer.test\r\n250 AUTH PLAIN\r\n");
		else if (strncmp(line, "AUTH", 4) == 0)
			say(fd, p->answer_auth);
		else if (strcmp(line, "QUIT") == 0) {
			atomic_fetch_add(&p->quits, 1);
			say(fd, "221 2.0.0 bye\r\n");
			return;
		}
	}
	atomic_fetch_add(&p->hung_up, 1);
}

static void *entertain(void *arg)
{
	struct client *g = arg;
	unsigned now = atomic_fetch_add(&g->peer->now, 1) + 1;
	unsigned most = atomic_load(&g->peer->most);

	while (now > most && !atomic_compare_exchange_weak(&g->peer->most, &most, now))
		;
	serve(g->peer, g->fd);
	atomic_fetch_sub(&g->peer->now, 1);
	close(g->fd);
	free(g);
	return NULL;
}

static void *receive(void *arg)
{
	struct smtp_peer *p = arg;
	pthread_attr_t detached;
	pthread_t thread;

	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	for (int fd; (fd = accept(p->fd, NULL, NULL)) >= 0;) {
		struct client *g = malloc(sizeof(*g));

		*g = (struct client){ p, fd };
		atomic_fetch_add(&p->connections, 1);
		pthread_create(&thread, &detached, entertain, g);
	}
	pthread_attr_destroy(&detached);
	return NULL;
}

void smtp_peer_open(struct smtp_peer *p)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof(a);

	inet_pton(AF_INET, "127.0.0.1", &a.sin_addr);
	p->fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_false(bind(p->fd, (struct sockaddr *)&a, sizeof(a)) || listen(p->fd, 100));
	getsockname(p->fd, (struct sockaddr *)&a, &n);
	p->port = ntohs(a.sin_port);
	assert_int_equal(pthread_create(&p->thread, NULL, receive, p), 0);
}

void smtp_peer_close(struct smtp_peer *p)
{
	shutdown(p->fd, SHUT_RDWR);
	pthread_join(p->thread, NULL);
	close(p->fd);
	for (int i = 0; i < 500 && atomic_load(&p->now) > 0; i++)
		usleep(10000);
	assert_int_equal(atomic_load(&p->now), 0);
}
