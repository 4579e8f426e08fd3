/* door.h - a thread that accepts on every listening socket, and keeps order among the guests.
 *
 * libmicrohttpd's own limits know one socket and the last byte heard; these know many sockets,
 * and the time a request or an answer takes in all. A connection that has to leave is shut
 * down, not closed: its server sees the end and closes it.
 */
#ifndef MAILVANE_DOOR_H
#define MAILVANE_DOOR_H

#include "guests.h"

struct door;

struct door_hooks {
	/* Takes the connection. False: it could not, and has closed it. */
	bool (*enter)(void *user, int fd, const struct sockaddr *, socklen_t);
	/* Each second while anyone is connected. */
	void (*tick)(void *user);
	void *user;
};

/* Closed. NULL: no memory, no descriptors. */
struct door *door_new(const struct door_hooks *);
/* Takes the listening sockets over and accepts on them. False: no memory, no thread; the sockets
 * stay the caller's. */
bool door_open(struct door *, const int *listening, size_t count);
/* Accepts no more, and closes the sockets. Connections are left alone; the marks below may still
 * be made. */
void door_close(struct door *);
/* NULL does nothing. */
void door_free(struct door *);

/* From any thread: how it stands with a connection that came in. */
void door_mark(struct door *, int fd, enum guest_state);
/* guests_may_burden, with the guests of this door. */
bool door_may_burden(struct door *, int fd);
/* It is about to be closed. */
void door_left(struct door *, int fd);

#endif
