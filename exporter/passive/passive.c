/* passive.c - starts and ends the receivers of the configuration. */
#include "passive.h"

#include "icinga2_api.h"
#include "nagios_spool.h"
#include "receiver.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct receiver_slot {
	struct receiver *receiver; /* protected by the lock */
	uint64_t settings;         /* hash of the settings in use; 0: none */
};

struct passive {
	struct store *store;
	pthread_mutex_t lock;
	struct receiver_slot receiver_slots[PASSIVE_RECEIVERS];
};

/* --- settings -------------------------------------------------------------------------------- */

static uint64_t passive_hash(const char *const *texts, size_t count)
{
	uint64_t sum = 1;

	for (size_t i = 0; i < count; i++) {
		const char *text = texts[i] ? texts[i] : "";

		/* the NUL is hashed, too, so that moving a letter from one text to the
		 * next changes the hash */
		sum = (sum ^ view_hash((struct view){ text, strlen(text) + 1 })) *
		      0x100000001b3U;
	}
	return sum | 1;
}

static uint64_t hash_nagios(const struct passive_settings *s)
{
	const char *const texts[] = { s->nagios.spool, s->nagios.names.host,
				      s->nagios.names.service };

	return s->nagios.spool ? passive_hash(texts, ARRAY_SIZE(texts)) : 0;
}

static uint64_t hash_icinga2(const struct passive_settings *s)
{
	const struct passive_icinga2 *i = &s->icinga2;
	const char *const texts[] = { i->url,          i->user,     i->password,
				      i->ca_file,      i->tls_name, i->names.host,
				      i->names.service };

	return i->url ? passive_hash(texts, ARRAY_SIZE(texts)) : 0;
}

/* --- starting -------------------------------------------------------------------------------- */

static void say_left_out(struct passive *p, enum passive_receiver which, const char *why)
{
	log_put(p->store->log, LOG_ERROR,
		"passive results are not sent: the receiver cannot start",
		(struct log_field[]){ { "receiver", passive_receiver_name(which) },
				      { "reason", why } },
		2);
}

static struct receiver *passive_start(struct passive *p, enum passive_receiver which,
				      const struct passive_settings *s)
{
	bool nagios = which == PASSIVE_RECEIVER_NAGIOS;
	struct receiver *receiver = NULL;
	struct transport *transport;
	char storage[128];
	struct buffer why;

	buffer_init(&why, storage, sizeof(storage));
	transport =
	    nagios ? nagios_spool_new(s->nagios.spool) : icinga2_api_new(&s->icinga2, &why);
	if (transport)
		receiver = receiver_new(
		    transport, nagios ? &s->nagios.names : &s->icinga2.names,
		    &p->store->passive_counts[which], p->store->log, p->store->outages);
	if (!receiver)
		say_left_out(p, which, why.n > 0 ? buffer_string(&why) : "out of memory");
	return receiver;
}

static void passive_change(struct passive *p, enum passive_receiver which,
			   uint64_t settings, const struct passive_settings *s)
{
	struct receiver_slot *receiver_slot = &p->receiver_slots[which];
	struct receiver *before, *after = NULL;

	if (settings == receiver_slot->settings)
		return;
	if (settings != 0)
		after = passive_start(p, which, s);
	pthread_mutex_lock(&p->lock);
	before = receiver_slot->receiver;
	receiver_slot->receiver = after;
	pthread_mutex_unlock(&p->lock);
	receiver_free(before);
	receiver_slot->settings = after ? settings : 0;
	if (after)
		atomic_store(&p->store->passive_counts[which].on, true);
}

void passive_load(struct passive *p, const struct passive_settings *s)
{
	passive_change(p, PASSIVE_RECEIVER_NAGIOS, hash_nagios(s), s);
	passive_change(p, PASSIVE_RECEIVER_ICINGA2, hash_icinga2(s), s);
}

/* --- settings and end ------------------------------------------------------------------------ */

void passive_put(struct passive *p, const struct target *target,
		 const struct address *address)
{
	pthread_mutex_lock(&p->lock);
	for (size_t i = 0; i < PASSIVE_RECEIVERS; i++)
		if (p->receiver_slots[i].receiver)
			receiver_put(p->receiver_slots[i].receiver, target, address);
	pthread_mutex_unlock(&p->lock);
}

static void passive_on_result(void *user, const struct filed_result *filed)
{
	if (!filed->published->awaited)
		passive_put(user, filed->target, &filed->result->address);
}

static void passive_put_service(void *user, const struct target *target)
{
	static const struct address nowhere;

	passive_put(user, target, &nowhere);
}

/* All of the server's services have another text now. */
static void passive_on_server(void *user, const struct server_change *change)
{
	if (change->change == OUTAGE_STARTED)
		server_change_each_service(change, passive_put_service, user);
}

const struct listener_calls passive_calls = { .result = passive_on_result,
					      .server = passive_on_server };

struct passive *passive_new(struct store *store)
{
	struct passive *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->store = store;
	pthread_mutex_init(&p->lock, NULL);
	return p;
}

void passive_free(struct passive *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < PASSIVE_RECEIVERS; i++)
		receiver_free(p->receiver_slots[i].receiver);
	pthread_mutex_destroy(&p->lock);
	free(p);
}
