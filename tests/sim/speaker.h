/* speaker.h - what a protocol is to the rest: a greeting and answers to whole commands. */
#ifndef MAILSIM_SPEAKER_H
#define MAILSIM_SPEAKER_H

#include "fault.h"
#include "frame.h"
#include "scenario.h"

struct session;

/* One row of a protocol's table of commands. */
struct command {
	const char *verb;
	const char *alias; /* another name of it for canned replies; NULL: none */
	enum phase phase;
	void (*run)(struct session *, struct view args);
};

struct speaker {
	enum literals literals;
	bool ahead_allowed; /* commands may come before the answer without an extension */
	void (*greet)(struct session *);
	/* One whole command without its line end, literals and their line ends inside. */
	void (*command)(struct session *, struct view);
	/* Speaks first after STARTTLS; NULL: the peer does. */
	void (*secured)(struct session *);
	const char *too_long; /* the answer to a line beyond all limits */
};

extern const struct speaker smtp_speaker, lmtp_speaker, imap_speaker, pop3_speaker,
    sieve_speaker, control_speaker;

const struct speaker *speaker_of(enum protocol_kind);

/* The row of a verb among count; NULL: none. */
const struct command *command_find(const struct command *, size_t count, struct view verb);

#endif
