/* speaker.c - the protocols by kind, and the control listener, which is hardly one. */
#include "speaker.h"

#include "session.h"
#include "worker.h"

#include <stdlib.h>

static void show_counters(struct session *s)
{
	char *text = counters_text(s->worker->sim);

	session_put(s, view_of(text));
	session_then(s, AFTER_GOODBYE);
	free(text);
}

static void hear_nothing(struct session *s, struct view line)
{
	(void)s;
	(void)line;
}

const struct speaker control_speaker = {
	.ahead_allowed = true,
	.greet = show_counters,
	.command = hear_nothing,
	.too_long = "",
};

const struct speaker *speaker_of(enum protocol_kind kind)
{
	static const struct speaker *const speakers[PROTOCOL_COUNT] = {
		[PROTOCOL_SMTP] = &smtp_speaker,   [PROTOCOL_LMTP] = &lmtp_speaker,
		[PROTOCOL_IMAP] = &imap_speaker,   [PROTOCOL_POP3] = &pop3_speaker,
		[PROTOCOL_SIEVE] = &sieve_speaker, [PROTOCOL_CONTROL] = &control_speaker,
	};

	return speakers[kind];
}

const struct command *command_find(const struct command *commands, size_t count,
				   struct view verb)
{
	for (size_t i = 0; i < count; i++)
		if (view_equal(verb, commands[i].verb))
			return &commands[i];
	return NULL;
}
