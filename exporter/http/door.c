/* door.c - poll and accept; every change of a guest is made under one short lock. */
#include "door.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Accepted from one socket before the next has its turn; a pause while descriptors are short;
 * how often to look at the clock while there are guests; a pause until those who were told to
 * leave have left. */
enum { TURN = 32, SHORT_MS = 100, CLOCK_MS = 1000, FULL_MS = 5 };

struct door {
	struct door_hooks hooks;
	pthread_t thread;
	bool running;
	int wake[2];
	pthread_mutex_t lock; /* of the guests */
	struct guests guests;
	size_t count;       /* of sockets: fds[1] and on */
	struct pollfd *fds; /* fds[0]: the end of `wake` */
};

/* Under the lock, so that the descriptor is still that of the guest. */
static void cut(int fd)
{
	if (fd >= 0)
		shutdown(fd, SHUT_RDWR);
}

static bool let_in(struct door *door, int fd, const struct sockaddr *at)
{
	struct guest_name name = guest_name_of(at, fd);
	struct instant now = instant_now();
	int leaves;
	bool room;

	pthread_mutex_lock(&door->lock);
	room =
	    !guests_full(&door->guests) && guests_room(&door->guests, name, now, &leaves);
	if (room) {
		cut(leaves);
		guests_add(&door->guests, fd, name, now);
	}
	pthread_mutex_unlock(&door->lock);
	return room;
}

/* False: there is no more for now. */
static bool accept_one(struct door *door, int listening)
{
	struct sockaddr_storage at = { 0 };
	socklen_t length = sizeof(at);
	struct sockaddr *from = (struct sockaddr *)&at;
	int fd = accept4(listening, from, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM)
			poll(NULL, 0, SHORT_MS);
		return errno == EINTR || errno == ECONNABORTED;
	}
	if (!let_in(door, fd, from))
		close(fd);
	else if (!door->hooks.enter(door->hooks.user, fd, from, length))
		door_left(door, fd);
	return true;
}

/* Shuts down who is past the deadline. Milliseconds until it should be asked again, or -1. */
static int look_at_the_clock(struct door *door, bool *ret_full)
{
	struct instant now = instant_now();
	int fd, wait;

	pthread_mutex_lock(&door->lock);
	while ((fd = guests_overdue(&door->guests, now)) >= 0)
		cut(fd);
	*ret_full = guests_full(&door->guests);
	wait = door->guests.n > 0 ? CLOCK_MS : -1;
	pthread_mutex_unlock(&door->lock);
	return wait;
}

static void accept_some(struct door *door)
{
	for (size_t i = 1; i <= door->count; i++)
		for (int n = 0; (door->fds[i].revents & POLLIN) && n < TURN; n++)
			if (!accept_one(door, door->fds[i].fd))
				break;
}

static void *keep(void *cls)
{
	struct door *door = cls;
	bool full;
	int wait;

	for (;;) {
		wait = look_at_the_clock(door, &full);
		if (wait >= 0)
			door->hooks.tick(door->hooks.user);
		if (full)
			poll(door->fds, 1, FULL_MS);
		else
			poll(door->fds, door->count + 1, wait);
		if (door->fds[0].revents != 0)
			return NULL;
		if (!full)
			accept_some(door);
	}
}

struct door *door_new(const struct door_hooks *hooks)
{
	struct door *door = calloc(1, sizeof(*door));

	if (!door)
		return NULL;
	if (pipe2(door->wake, O_NONBLOCK | O_CLOEXEC) < 0) {
		free(door);
		return NULL;
	}
	door->hooks = *hooks;
	pthread_mutex_init(&door->lock, NULL);
	return door;
}

bool door_open(struct door *door, const int *listening, size_t count)
{
	struct pollfd *fds = calloc(count + 1, sizeof(*fds));

	if (!fds)
		return false;
	fds[0] = (struct pollfd){ .fd = door->wake[0], .events = POLLIN };
	for (size_t i = 0; i < count; i++)
		fds[i + 1] = (struct pollfd){ .fd = listening[i], .events = POLLIN };
	door->fds = fds;
	door->count = count;
	door->running = pthread_create(&door->thread, NULL, keep, door) == 0;
	if (!door->running)
		door->count = 0;
	return door->running;
}

void door_close(struct door *door)
{
	if (door->wake[1] >= 0)
		close(door->wake[1]); /* which the thread hears as the end */
	door->wake[1] = -1;
	if (door->running)
		pthread_join(door->thread, NULL);
	door->running = false;
	for (size_t i = 1; i <= door->count; i++)
		close(door->fds[i].fd);
	door->count = 0;
}

void door_free(struct door *door)
{
	if (!door)
		return;
	door_close(door);
	close(door->wake[0]);
	pthread_mutex_destroy(&door->lock);
	free(door->fds);
	free(door);
}

void door_mark(struct door *door, int fd, enum guest_state state)
{
	struct instant now = instant_now();

	pthread_mutex_lock(&door->lock);
	guests_mark(&door->guests, fd, state, now);
	pthread_mutex_unlock(&door->lock);
}

bool door_may_burden(struct door *door, int fd)
{
	struct instant now = instant_now();
	bool may;

	pthread_mutex_lock(&door->lock);
	may = guests_may_burden(&door->guests, fd, now);
	pthread_mutex_unlock(&door->lock);
	return may;
}

void door_left(struct door *door, int fd)
{
	pthread_mutex_lock(&door->lock);
	guests_remove(&door->guests, fd);
	pthread_mutex_unlock(&door->lock);
}
