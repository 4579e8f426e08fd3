/* client_table.c - an array of rows, always searched as a whole. */
#include "client_table.h"

#include "view.h"

#include <stdlib.h>

/* --- states ---------------------------------------------------------------------------------- */

enum { NO_DEADLINE = -1 };

#define TO(state) (1U << CLIENT_##state)

/* clang-format off */
static const struct {
	const char *word;
	unsigned next;
	int deadline_s;
} client_states[CLIENT_STATES] = {
	[CLIENT_FREE]      = { "free",      0, NO_DEADLINE },
	[CLIENT_RECEIVING] = { "receiving", TO(ANSWERING) | TO(IDLE) | TO(CLOSING), CLIENT_RECEIVE_S },
	[CLIENT_ANSWERING] = { "answering", TO(QUEUED) | TO(SUSPENDED) | TO(IDLE) | TO(CLOSING),
			       CLIENT_ANSWER_S },
	[CLIENT_QUEUED]    = { "queued",    TO(ANSWERING) | TO(CLOSING), CLIENT_QUEUE_S },
	[CLIENT_SUSPENDED] = { "suspended", TO(ANSWERING) | TO(CLOSING), CLIENT_ANSWER_S },
	[CLIENT_IDLE]      = { "idle",      TO(RECEIVING) | TO(CLOSING), CLIENT_IDLE_S },
	[CLIENT_CLOSING]   = { "closing",   0, NO_DEADLINE },
};
/* clang-format on */

const char *client_state_word(unsigned state)
{
	return state < CLIENT_STATES ? client_states[state].word : "";
}

static bool client_is_answered(enum client_state state)
{
	return state == CLIENT_ANSWERING || state == CLIENT_QUEUED ||
	       state == CLIENT_SUSPENDED;
}

/* --- counting -------------------------------------------------------------------------------- */

static bool client_is_counted(const struct client *client)
{
	return client->state != CLIENT_FREE && client->state != CLIENT_CLOSING;
}

static size_t client_table_count_name(const struct client_table *table,
				      const struct client_name *name)
{
	size_t n = 0;

	for (size_t i = 0; i < CLIENTS_ROWS; i++)
		n += client_is_counted(&table->rows[i]) &&
		     (!name || client_name_same(name, &table->rows[i].name));
	return n;
}

/* Updates name_count of all rows of a client, so that a search for the client with most
 * connections reads each row once. */
static void client_table_update_counts(struct client_table *table,
				       const struct client_name *name)
{
	size_t n = client_table_count_name(table, name);

	for (size_t i = 0; i < CLIENTS_ROWS; i++)
		if (client_name_same(name, &table->rows[i].name))
			table->rows[i].name_count = n;
}

static size_t client_table_count_remote(const struct client_table *table)
{
	size_t n = 0;

	for (size_t i = 0; i < CLIENTS_ROWS; i++)
		n += client_is_counted(&table->rows[i]) && !table->rows[i].name.local;
	return n;
}

void client_table_count(const struct client_table *table, unsigned ret_count[CLIENT_STATES])
{
	for (size_t i = 0; i < CLIENT_STATES; i++)
		ret_count[i] = 0;
	for (size_t i = 0; i < CLIENTS_ROWS; i++)
		ret_count[table->rows[i].state]++;
}

/* --- eviction -------------------------------------------------------------------------------- */

static struct instant client_seconds_after(struct instant from, int seconds)
{
	return instant_plus(from, span_of_ms((int64_t)seconds * 1000));
}

static bool client_is_safe(const struct client *client, struct instant now)
{
	return instant_before(now, client_seconds_after(client->since, CLIENT_SAFE_S));
}

/* The connection with the highest rank is closed first; 0: it is never closed for
 * another one. */
static int client_eviction_rank(const struct client *client, struct instant now)
{
	switch (client->state) {
	case CLIENT_IDLE:
		return 4;
	case CLIENT_RECEIVING:
		return 2;
	case CLIENT_SUSPENDED:
		if (client->half_closed)
			return 3;
		/* fall through */
	case CLIENT_QUEUED:
	case CLIENT_ANSWERING:
		return client_is_safe(client, now) ? 0 : 1;
	case CLIENT_FREE:
	case CLIENT_CLOSING:
	case CLIENT_STATES:
		break;
	}
	return 0;
}

struct client_search {
	struct client_table *table;
	const struct client_name *of; /* NULL: of any client */
	bool remote_only;
	struct instant now;
};

static bool client_is_evicted_before(const struct client_search *search,
				     const struct client *a, const struct client *b)
{
	int weak_a = client_eviction_rank(a, search->now),
	    weak_b = client_eviction_rank(b, search->now);

	if (!search->of && a->name_count != b->name_count)
		return a->name_count > b->name_count;
	if (weak_a != weak_b)
		return weak_a > weak_b;
	return instant_before(a->since, b->since);
}

/* NULL: none may be closed. */
static struct client *client_table_find_eviction(const struct client_search *search)
{
	struct client *found = NULL;

	for (size_t i = 0; i < CLIENTS_ROWS; i++) {
		struct client *client = &search->table->rows[i];

		if ((search->of && !client_name_same(search->of, &client->name)) ||
		    (search->remote_only && client->name.local) ||
		    client_eviction_rank(client, search->now) == 0)
			continue;
		if (!found || client_is_evicted_before(search, client, found))
			found = client;
	}
	return found;
}

bool client_table_full(const struct client_table *table)
{
	return table->n == CLIENTS_ROWS;
}

bool client_table_admit(struct client_table *table, struct client_name name,
			struct instant now, struct client **ret_leaves)
{
	struct client_search search = { table, NULL, false, now };
	struct client *leaves;

	if (client_table_count_name(table, &name) >= CLIENTS_PER_NAME) {
		search.of = &name;
	} else if (!name.local &&
		   client_table_count_remote(table) >= CLIENTS_MAX - CLIENTS_LOCAL) {
		search.remote_only = true;
	} else if (client_table_count_name(table, NULL) < CLIENTS_MAX) {
		*ret_leaves = NULL;
		return true;
	}
	leaves = client_table_find_eviction(&search);
	if (leaves)
		*ret_leaves = leaves;
	return leaves;
}

/* --- rows ------------------------------------------------------------------------------------ */

struct client *client_table_add(struct client_table *table, int fd, struct client_name name,
				struct instant now)
{
	struct client *client = table->rows;

	while (client->state != CLIENT_FREE)
		client++;
	*client = (struct client){
		.fd = fd, .state = CLIENT_RECEIVING, .name = name, .since = now
	};
	table->n++;
	client_table_update_counts(table, &name);
	return client;
}

void client_table_remove(struct client_table *table, struct client *client)
{
	struct client_name name = client->name;

	*client = (struct client){ .fd = -1, .state = CLIENT_FREE };
	table->n--;
	client_table_update_counts(table, &name);
}

bool client_table_move(struct client_table *table, struct client *client,
		       enum client_state state, struct instant now)
{
	if (!(client_states[client->state].next & (1U << state)))
		return false;
	if (!client_is_answered(client->state) || !client_is_answered(state))
		client->since = now;
	if (!client_is_answered(state))
		client->large = false;
	client->state = state;
	if (state == CLIENT_CLOSING)
		client_table_update_counts(table, &client->name);
	return true;
}

/* --- large answers ---------------------------------------------------------------------------- */

bool client_table_may_answer_large(struct client_table *table, struct client *client,
				   struct instant now)
{
	size_t n = 0, most = client->name.local ? CLIENT_LARGE_LOCAL : CLIENT_LARGE_REMOTE;

	if (client->large)
		return true;
	for (size_t i = 0; i < CLIENTS_ROWS; i++) {
		const struct client *other = &table->rows[i];

		n += other->large && client_is_safe(other, now) &&
		     client_name_same(&client->name, &other->name);
	}
	if (n >= most)
		return false;
	client->large = true;
	client->since = now;
	return true;
}

static int client_compare_since(const void *one, const void *other)
{
	const struct client *a = *(struct client *const *)one;
	const struct client *b = *(struct client *const *)other;

	return instant_before(a->since, b->since)   ? -1
	       : instant_before(b->since, a->since) ? 1
						    : 0;
}

size_t client_table_queue(struct client_table *table, struct client *list[CLIENTS_ROWS])
{
	size_t n = 0;

	for (size_t i = 0; i < CLIENTS_ROWS; i++)
		if (table->rows[i].state == CLIENT_QUEUED)
			list[n++] = &table->rows[i];
	qsort(list, n, sizeof(list[0]), client_compare_since);
	return n;
}

/* --- deadlines ------------------------------------------------------------------------------- */

struct client *client_table_overdue(struct client_table *table, struct instant now)
{
	for (size_t i = 0; i < CLIENTS_ROWS; i++) {
		struct client *client = &table->rows[i];
		int seconds = client_states[client->state].deadline_s;

		if (seconds != NO_DEADLINE &&
		    !instant_before(now, client_seconds_after(client->since, seconds)))
			return client;
	}
	return NULL;
}
