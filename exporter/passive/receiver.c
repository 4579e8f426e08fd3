/* receiver.c - engine threads put targets into the queue; the receiver's own thread takes
 * them out, writes their texts and delivers them. */
#include "receiver.h"

#include "address_verdict.h"
#include "out_of_memory.h"

#include "name_template.h"
#include "outage.h"
#include "result_queue.h"
#include "verdicts.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NAME_MAX_BYTES = 1024, WHY_MAX = 256 };
enum { BACKOFF_FIRST_MS = 500, BACKOFF_MAX_MS = 5000 };

struct receiver {
	struct transport *transport;
	struct passive_counts *counts;
	struct log *log;
	struct outages *outages;
	struct arena arena;
	struct passive_names names;
	pthread_t thread;
	atomic_bool stopping;

	pthread_mutex_t lock; /* protects the queue */
	pthread_cond_t wake;  /* signalled for a new target and at the end */
	struct result_queue queue;

	/* Used by the receiver's thread only. */
	struct message messages[RECEIVER_BATCH_MAX];
	struct queued_result *batch[RECEIVER_BATCH_MAX];
	bool unreachable, refusal_logged;
	int64_t backoff_ms;
};

/* --- the queue ------------------------------------------------------------------------------- */

static void receiver_drop(struct receiver *r, size_t count)
{
	atomic_fetch_add(&r->counts->dropped, count);
}

/* A result of another address does not replace the one in the queue: the text names all
 * addresses. */
static bool receiver_replaces(const struct queued_result *waiting,
			      const struct target *target, const struct address *address)
{
	return target->addresses != ADDRESS_EACH ||
	       address_same_host(&waiting->address, address);
}

void receiver_put(struct receiver *r, const struct target *target,
		  const struct address *address)
{
	struct queued_result *mine = NULL, *waiting;

	pthread_mutex_lock(&r->lock);
	waiting = queued_result_find(&r->queue, target);
	if (waiting && receiver_replaces(waiting, target, address))
		receiver_drop(r, 1);
	if (!waiting) {
		if (r->queue.count >= RECEIVER_QUEUE_MAX) {
			queued_result_free(queued_result_next(&r->queue));
			receiver_drop(r, 1);
		}
		mine = queued_result_new(target, address);
		if (mine)
			queued_result_append(&r->queue, mine);
		else
			receiver_drop(r, 1);
		pthread_cond_signal(&r->wake);
	}
	pthread_mutex_unlock(&r->lock);
}

/* --- messages -------------------------------------------------------------------------------- */

static const char *receiver_name_of(const char *name_template, const struct target *target)
{
	char storage[NAME_MAX_BYTES];
	struct buffer b;

	buffer_init(&b, storage, sizeof(storage));
	name_template_fill(&b, name_template, target);
	return strdup(buffer_string(&b));
}

static void message_set_newest(const struct verdicts *v, struct message *p)
{
	for (size_t i = 0; i < v->count; i++)
		if (v->findings[i].result.at.ms >= p->at.ms) {
			p->at = v->findings[i].result.at;
			p->took = v->findings[i].result.took;
		}
}

/* All services of an unreachable server get the same remark, so that one rule of the
 * scheduler can match them. */
static void receiver_remark_outage(const struct receiver *r, const struct target *target,
				   struct verdicts *v)
{
	size_t services = r->outages ? outages_services(r->outages, target->server) : 0;
	char sentence[VERDICT_SENTENCE_MAX];

	for (size_t i = 0; i < v->count && services > 0; i++) {
		struct finding *f = &v->findings[i];
		struct buffer b;

		if (f->remark[0] != '\0' ||
		    !outage_is_unreachable(f->result.state, f->result.fault,
					   f->result.phase))
			continue;
		verdict_sentence(&f->result, sentence);
		buffer_init(&b, f->remark, sizeof(f->remark));
		buffer_format(&b,
			      "host unreachable, none of its %zu services reached: %.120s",
			      services, sentence);
		buffer_string(&b);
	}
}

/* False: there is no announced result in the slot, or no memory. */
static bool receiver_build_message(struct receiver *r, const struct target *target,
				   struct message *p)
{
	char report[REPORT_MAX];
	struct verdicts v;
	struct buffer b;

	*p = (struct message){ .interval = target->interval };
	buffer_init(&b, report, sizeof(report));
	verdicts_init(&v);
	if (verdicts_add_announced(&v, target) && v.count > 0) {
		receiver_remark_outage(r, target, &v);
		address_verdict_decide(v.findings, v.count);
		p->state = report_write(&b, v.findings, v.count, NULL);
		p->text = strdup(buffer_string(&b));
		p->host = receiver_name_of(r->names.host, target);
		p->service = receiver_name_of(r->names.service, target);
		message_set_newest(&v, p);
	}
	verdicts_fini(&v);
	return p->text && p->host && p->service;
}

static void message_fini(struct message *p)
{
	free((char *)(uintptr_t)p->host);
	free((char *)(uintptr_t)p->service);
	free((char *)(uintptr_t)p->text);
}

/* --- delivery -------------------------------------------------------------------------------- */

static void receiver_log(struct receiver *r, enum log_level level, const char *what,
			 const char *reason)
{
	char dropped[LOG_NUMBER_MAX];

	log_number(dropped, atomic_load(&r->counts->dropped));
	log_put(r->log, level, what,
		(struct log_field[]){ { "receiver", r->transport->name },
				      { "dropped", dropped },
				      { "reason", reason } },
		3);
}

/* Logs once when delivery begins to fail and once when it works again, whatever the
 * number of results. */
static void receiver_log_change(struct receiver *r, size_t retry, size_t refused,
				const char *reason)
{
	if (refused > 0 && !r->refusal_logged) {
		r->refusal_logged = true;
		receiver_log(r, LOG_WARN,
			     "passive results refused; further ones are only counted",
			     reason);
	}
	if (retry > 0 && *reason && !r->unreachable) {
		r->unreachable = true;
		receiver_log(r, LOG_WARN,
			     "passive results cannot be delivered, trying again", reason);
	} else if (retry == 0 && r->unreachable) {
		r->unreachable = false;
		receiver_log(r, LOG_INFO, "passive results are delivered again", NULL);
	}
}

/* Puts a target back into the queue if it has to be tried again, unless a newer result
 * of it is there. */
static void receiver_finish(struct receiver *r, struct queued_result *n,
			    enum message_outcome outcome)
{
	if (outcome == MESSAGE_SENT) {
		atomic_fetch_add(&r->counts->sent, 1);
	} else if (outcome == MESSAGE_RETRY && !queued_result_find(&r->queue, &n->target) &&
		   r->queue.count < RECEIVER_QUEUE_MAX) {
		queued_result_return(&r->queue, n);
		return;
	} else {
		receiver_drop(r, 1);
	}
	queued_result_free(n);
}

/* Makes messages of the batch and drops targets without an announced result. Returns the
 * number of messages. */
static size_t receiver_build_batch(struct receiver *r, size_t count)
{
	size_t packed = 0;

	for (size_t i = 0; i < count; i++) {
		if (receiver_build_message(r, &r->batch[i]->target, &r->messages[packed])) {
			r->batch[packed++] = r->batch[i];
			continue;
		}
		message_fini(&r->messages[packed]);
		queued_result_free(r->batch[i]);
		receiver_drop(r, 1);
	}
	return packed;
}

static void receiver_deliver(struct receiver *r, size_t count)
{
	char why_storage[WHY_MAX];
	struct buffer reason;
	size_t retry = 0, refused = 0;

	buffer_init(&reason, why_storage, sizeof(why_storage));
	count = receiver_build_batch(r, count);
	r->transport->deliver(r->transport, r->messages, count, &r->stopping, &reason);
	pthread_mutex_lock(&r->lock);
	for (size_t i = count; i-- > 0;) {
		retry += r->messages[i].outcome == MESSAGE_RETRY;
		refused += r->messages[i].outcome == MESSAGE_REFUSED;
		receiver_finish(r, r->batch[i], r->messages[i].outcome);
	}
	pthread_mutex_unlock(&r->lock);
	for (size_t i = 0; i < count; i++)
		message_fini(&r->messages[i]);
	if (atomic_load(&r->stopping))
		return;
	receiver_log_change(r, retry, refused, buffer_string(&reason));
	if (retry == 0)
		r->backoff_ms = 0;
	else if (r->backoff_ms < BACKOFF_MAX_MS)
		r->backoff_ms = r->backoff_ms > 0 ? r->backoff_ms * 2 : BACKOFF_FIRST_MS;
}

/* --- the thread ------------------------------------------------------------------------------ */

/* With the lock held. Waits for that long, or until the receiver is stopped. */
static void receiver_sleep(struct receiver *r, struct span span)
{
	struct instant until = instant_plus(instant_now(), span);
	struct timespec at = { .tv_sec = (time_t)(until.ns / 1000000000),
			       .tv_nsec = (long)(until.ns % 1000000000) };

	while (!atomic_load(&r->stopping) && instant_before(instant_now(), until))
		pthread_cond_timedwait(&r->wake, &r->lock, &at);
}

static size_t receiver_take_batch(struct receiver *r)
{
	size_t count = 0;

	while (count < RECEIVER_BATCH_MAX && r->queue.count > 0)
		r->batch[count++] = queued_result_next(&r->queue);
	return count;
}

static void *receiver_thread(void *cls)
{
	struct receiver *r = cls;

	pthread_mutex_lock(&r->lock);
	while (!atomic_load(&r->stopping)) {
		size_t count;

		if (r->queue.count == 0) {
			pthread_cond_wait(&r->wake, &r->lock);
			continue;
		}
		if (r->backoff_ms > 0 || r->queue.count < RECEIVER_BATCH_MAX)
			receiver_sleep(r, r->backoff_ms > 0 ? span_of_ms(r->backoff_ms)
							    : r->transport->pause);
		if (atomic_load(&r->stopping))
			break;
		count = receiver_take_batch(r);
		pthread_mutex_unlock(&r->lock);
		receiver_deliver(r, count);
		pthread_mutex_lock(&r->lock);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

static void receiver_destroy(struct receiver *r)
{
	result_queue_fini(&r->queue);
	pthread_cond_destroy(&r->wake);
	pthread_mutex_destroy(&r->lock);
	arena_fini(&r->arena);
	r->transport->free(r->transport);
	free(r);
}

struct receiver_naming {
	struct receiver *receiver;
	const struct passive_names *names;
};

static void receiver_copy_names(void *user)
{
	struct receiver_naming *n = user;
	struct receiver *r = n->receiver;

	r->names.host = arena_text(&r->arena, view_of(n->names->host));
	r->names.service = arena_text(&r->arena, view_of(n->names->service));
}

struct receiver *receiver_new(struct transport *transport,
			      const struct passive_names *names,
			      struct passive_counts *counts, struct log *log,
			      struct outages *outages)
{
	struct receiver *r = calloc(1, sizeof(*r));
	pthread_condattr_t monotonic;

	/* a zeroed arena is empty */
	if (!r || !out_of_memory_guard(receiver_copy_names,
				       &(struct receiver_naming){ r, names })) {
		transport->free(transport);
		if (r)
			arena_fini(&r->arena);
		free(r);
		return NULL;
	}
	r->transport = transport;
	r->counts = counts;
	r->log = log;
	r->outages = outages;
	atomic_init(&r->stopping, false);
	result_queue_init(&r->queue);
	pthread_mutex_init(&r->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&r->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&r->thread, NULL, receiver_thread, r) == 0)
		return r;
	receiver_destroy(r);
	return NULL;
}

void receiver_free(struct receiver *r)
{
	if (!r)
		return;
	pthread_mutex_lock(&r->lock);
	atomic_store(&r->stopping, true);
	pthread_cond_signal(&r->wake);
	pthread_mutex_unlock(&r->lock);
	pthread_join(r->thread, NULL);
	receiver_destroy(r);
}
