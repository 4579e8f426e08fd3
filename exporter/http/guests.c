/* guests.c - a short list, searched from end to end. */
#include "guests.h"

#include <netinet/in.h>
#include <string.h>

/* --- names ---------------------------------------------------------------------------------- */

static void name_v4(struct guest_name *name, const void *bytes)
{
	name->family = AF_INET;
	memcpy(name->bytes, bytes, 4);
	name->local = name->bytes[0] == 127;
}

struct guest_name guest_name_of(const struct sockaddr *at, int fd)
{
	struct guest_name name = { .family = (uint8_t)at->sa_family };
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t length = sizeof(peer);
	struct sockaddr_in6 six;
	struct sockaddr_in four;

	if (at->sa_family == AF_INET) {
		memcpy(&four, at, sizeof(four));
		name_v4(&name, &four.sin_addr);
	} else if (at->sa_family == AF_INET6) {
		memcpy(&six, at, sizeof(six));
		if (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr)) {
			name_v4(&name, six.sin6_addr.s6_addr + 12);
		} else {
			memcpy(name.bytes, &six.sin6_addr, sizeof(name.bytes));
			name.local = IN6_IS_ADDR_LOOPBACK(&six.sin6_addr);
		}
	} else {
		name.local = true;
		getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length);
		memcpy(name.bytes, &peer.uid, sizeof(peer.uid));
	}
	return name;
}

static bool same(const struct guest_name *a, const struct guest_name *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* --- who has to leave ------------------------------------------------------------------------ */

static size_t count(const struct guests *guests, const struct guest_name *name)
{
	size_t n = 0;

	for (size_t i = 0; i < guests->n; i++)
		n += guests->list[i].state != GUEST_LEAVING &&
		     (!name || same(name, &guests->list[i].name));
	return n;
}

/* So that the search for the one with the most is a single walk. */
static void recount(struct guests *guests, const struct guest_name *name)
{
	size_t n = count(guests, name);

	for (size_t i = 0; i < guests->n; i++)
		if (same(name, &guests->list[i].name))
			guests->list[i].many = n;
}

static size_t count_far(const struct guests *guests)
{
	size_t n = 0;

	for (size_t i = 0; i < guests->n; i++)
		n += guests->list[i].state != GUEST_LEAVING && !guests->list[i].name.local;
	return n;
}

static struct instant later(struct instant from, int seconds)
{
	return instant_plus(from, span_of_ms((int64_t)seconds * 1000));
}

/* The order in which they are sent away; 0: stays. */
static int weakness(const struct guest *guest, struct instant now)
{
	switch (guest->state) {
	case GUEST_ASKING:
		return 3;
	case GUEST_IDLE:
		return 2;
	case GUEST_SERVED:
		return instant_before(now, later(guest->since, GUESTS_ANSWER_SAFE_S)) ? 0
										      : 1;
	case GUEST_ENTERING:
	case GUEST_LEAVING:
		break;
	}
	return 0;
}

struct search {
	struct guests *guests;
	const struct guest_name *of; /* NULL: anyone */
	bool far_only;
	struct instant now;
};

static bool weaker(const struct search *search, const struct guest *a,
		   const struct guest *b)
{
	int weak_a = weakness(a, search->now), weak_b = weakness(b, search->now);

	if (!search->of && a->many != b->many)
		return a->many > b->many;
	if (weak_a != weak_b)
		return weak_a > weak_b;
	return instant_before(a->since, b->since);
}

static int send_away(struct guests *guests, struct guest *guest)
{
	guest->state = GUEST_LEAVING;
	recount(guests, &guest->name);
	return guest->fd;
}

/* -1: all of them stay. */
static int weakest(const struct search *search)
{
	struct guest *found = NULL;

	for (size_t i = 0; i < search->guests->n; i++) {
		struct guest *guest = &search->guests->list[i];

		if ((search->of && !same(search->of, &guest->name)) ||
		    (search->far_only && guest->name.local) ||
		    weakness(guest, search->now) == 0)
			continue;
		if (!found || weaker(search, guest, found))
			found = guest;
	}
	return found ? send_away(search->guests, found) : -1;
}

bool guests_full(const struct guests *guests)
{
	return guests->n == sizeof(guests->list) / sizeof(guests->list[0]);
}

bool guests_room(struct guests *guests, struct guest_name name, struct instant now,
		 int *ret_leaves)
{
	struct search search = { guests, NULL, false, now };
	int leaves;

	if (count(guests, &name) >= GUESTS_PER_ADDRESS) {
		search.of = &name;
	} else if (!name.local && count_far(guests) >= GUESTS_MAX - GUESTS_LOCAL) {
		search.far_only = true;
	} else if (count(guests, NULL) < GUESTS_MAX) {
		*ret_leaves = -1;
		return true;
	}
	leaves = weakest(&search);
	if (leaves < 0)
		return false;
	*ret_leaves = leaves;
	return true;
}

/* --- the list -------------------------------------------------------------------------------- */

static struct guest *find(struct guests *guests, int fd)
{
	for (size_t i = 0; i < guests->n; i++)
		if (guests->list[i].fd == fd)
			return &guests->list[i];
	return NULL;
}

void guests_add(struct guests *guests, int fd, struct guest_name name, struct instant now)
{
	guests_remove(guests, fd);
	guests->list[guests->n++] =
	    (struct guest){ .fd = fd, .state = GUEST_ENTERING, .name = name, .since = now };
	recount(guests, &name);
}

void guests_mark(struct guests *guests, int fd, enum guest_state state, struct instant now)
{
	struct guest *guest = find(guests, fd);

	if (!guest || guest->state == GUEST_LEAVING)
		return;
	guest->state = state;
	guest->since = now;
	guest->heavy = false;
}

bool guests_may_burden(struct guests *guests, int fd, struct instant now)
{
	struct guest *guest = find(guests, fd);
	size_t n = 0;

	if (!guest || guest->state == GUEST_LEAVING)
		return false;
	for (size_t i = 0; i < guests->n; i++) {
		const struct guest *other = &guests->list[i];

		n += other != guest && other->heavy && other->state == GUEST_SERVED &&
		     weakness(other, now) == 0 && same(&guest->name, &other->name);
	}
	guest->heavy =
	    n < (size_t)(guest->name.local ? GUESTS_HEAVY_LOCAL : GUESTS_HEAVY_FAR);
	if (guest->heavy)
		guest->since = now;
	return guest->heavy;
}

void guests_remove(struct guests *guests, int fd)
{
	struct guest *guest = find(guests, fd);
	struct guest_name name;

	if (!guest)
		return;
	name = guest->name;
	*guest = guests->list[--guests->n];
	recount(guests, &name);
}

/* --- deadlines ------------------------------------------------------------------------------- */

static bool deadline_of(const struct guest *guest, struct instant *ret_deadline)
{
	int seconds = 0;

	switch (guest->state) {
	case GUEST_ASKING:
		seconds = GUESTS_ASK_S;
		break;
	case GUEST_IDLE:
		seconds = GUESTS_IDLE_S;
		break;
	case GUEST_SERVED:
		seconds = GUESTS_ANSWER_S;
		break;
	case GUEST_ENTERING:
	case GUEST_LEAVING:
		return false;
	}
	*ret_deadline = later(guest->since, seconds);
	return true;
}

int guests_overdue(struct guests *guests, struct instant now)
{
	struct instant deadline;

	for (size_t i = 0; i < guests->n; i++)
		if (deadline_of(&guests->list[i], &deadline) &&
		    !instant_before(now, deadline))
			return send_away(guests, &guests->list[i]);
	return -1;
}
