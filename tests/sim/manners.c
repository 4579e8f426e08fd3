/* manners.c - counts and logs impolite behaviour of clients. */
#include "manners.h"

#include "session.h"
#include "worker.h"

#include <errno.h>
#include <unistd.h>

static const char *const names[RUDE_COUNT] = {
	[RUDE_PREGREET] = "pregreet",
	[RUDE_PIPELINED] = "pipelined",
	[RUDE_BEHIND_STARTTLS] = "behind-starttls",
	[RUDE_BARE_LF] = "bare-lf",
	[RUDE_LONG_LINE] = "long-line",
	[RUDE_NO_GOODBYE] = "no-goodbye",
	[RUDE_HANDSHAKE] = "handshake",
	[RUDE_NO_CLOSE_NOTIFY] = "no-close-notify",
	[RUDE_SNI_ADDRESS] = "sni-address",
	[RUDE_CLEAR_PASSWORD] = "clear-password",
};

const char *rudeness_name(enum rudeness r)
{
	return names[r];
}

void manners_note(struct session *s, enum rudeness what, const char *detail)
{
	int fd = s->worker->sim->manners;
	char storage[512];
	struct buffer b;

	if (s->listener->plan->protocol == PROTOCOL_CONTROL)
		return;
	atomic_fetch_add_explicit(&s->listener->counters.rude[what], 1,
				  memory_order_relaxed);
	if (fd < 0)
		return;
	buffer_init(&b, storage, sizeof(storage));
	buffer_format(&b, "rude=%s listener=%s conn=%llu phase=%s detail=\"%s\"\n",
		      names[what], s->listener->plan->name, s->number, phase_name(s->phase),
		      detail);
	while (write(fd, b.p, b.n) < 0 && errno == EINTR)
		;
}
