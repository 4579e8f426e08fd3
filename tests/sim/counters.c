/* counters.c - counters, and their text. */
#include "counters.h"

#include "listener.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const names[COUNT_COUNT] = {
	"connections", "commands",      "bytes",    "handshakes", "handshakes-failed",
	"logins",      "logins-denied", "goodbyes", "ahead",      "gave-up",
	"resets",      "faulty",
};

unsigned long long counters_enter(struct counters *c)
{
	long long now = atomic_fetch_add_explicit(&c->now, 1, memory_order_relaxed) + 1;
	long long peak = atomic_load_explicit(&c->peak, memory_order_relaxed);

	while (now > peak && !atomic_compare_exchange_weak_explicit(&c->peak, &peak, now,
								    memory_order_relaxed,
								    memory_order_relaxed))
		;
	return atomic_fetch_add_explicit(&c->count[COUNT_CONNECTIONS], 1,
					 memory_order_relaxed) +
	       1;
}

void counters_leave(struct counters *c)
{
	atomic_fetch_sub_explicit(&c->now, 1, memory_order_relaxed);
}

/* A copy that can be added up. */
struct sum {
	unsigned long long count[COUNT_COUNT], rude[RUDE_COUNT];
	long long now, peak;
};

static void sum_add(struct sum *sum, const struct counters *c)
{
	for (size_t i = 0; i < COUNT_COUNT; i++)
		sum->count[i] += atomic_load_explicit(&c->count[i], memory_order_relaxed);
	for (size_t i = 0; i < RUDE_COUNT; i++)
		sum->rude[i] += atomic_load_explicit(&c->rude[i], memory_order_relaxed);
	sum->now += atomic_load_explicit(&c->now, memory_order_relaxed);
	sum->peak += atomic_load_explicit(&c->peak, memory_order_relaxed);
}

static void sum_print(FILE *to, const char *name, const struct sum *sum)
{
	unsigned long long rude = 0;

	fprintf(to, "listener=%s now=%lld peak=%lld", name, sum->now, sum->peak);
	for (size_t i = 0; i < COUNT_COUNT; i++)
		fprintf(to, " %s=%llu", names[i], sum->count[i]);
	for (size_t i = 0; i < RUDE_COUNT; i++)
		rude += sum->rude[i];
	fprintf(to, " rude=%llu", rude);
	for (size_t i = 0; i < RUDE_COUNT; i++)
		if (sum->rude[i] > 0)
			fprintf(to, " %s=%llu", rudeness_name((enum rudeness)i),
				sum->rude[i]);
	fputc('\n', to);
}

char *counters_text(const struct sim *sim)
{
	struct sum all = { 0 };
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	if (to == NULL)
		return NULL;
	for (unsigned i = 0; i < sim->listener_count; i++) {
		const struct listener *l = &sim->listeners[i];
		struct sum one = { 0 };

		if (l->plan->protocol == PROTOCOL_CONTROL)
			continue;
		sum_add(&one, &l->counters);
		sum_add(&all, &l->counters);
		sum_print(to, l->plan->name, &one);
	}
	sum_print(to, "*", &all);
	if (fclose(to) == 0)
		return text;
	free(text);
	return NULL;
}

bool counters_write(const struct sim *sim, const char *path)
{
	char *text = counters_text(sim);
	char beside[4096];
	FILE *file;
	bool ok;

	if (text == NULL)
		return false;
	snprintf(beside, sizeof(beside), "%s.new", path);
	file = fopen(beside, "we");
	ok = file != NULL && fputs(text, file) >= 0;
	ok = (file == NULL || fclose(file) == 0) && ok && rename(beside, path) == 0;
	if (!ok)
		fprintf(stderr, "mailsim: %s: %s\n", path, strerror(errno));
	free(text);
	return ok;
}
