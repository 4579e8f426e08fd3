/* logins.h - Basic authentication with bcrypt, hashed in a thread of its own.
 *
 * A password that was right is known by its fingerprint from then on; one that was wrong for a
 * few seconds. What has to be hashed waits in a short queue that is fair to addresses, so a
 * flood of guesses delays its own kind. A name nobody has takes as long as one of a user.
 */
#ifndef MAILVANE_LOGINS_H
#define MAILVANE_LOGINS_H

#include "client_name.h"
#include "web_config.h"

enum {
	LOGINS_QUEUE_MAX = 64,
	LOGINS_PER_ADDRESS = 8,
	LOGINS_WRONG_S = 10, /* a wrong password is known as one */
};

enum login {
	LOGIN_YES,
	LOGIN_NO,
	LOGIN_LATER,
	LOGIN_BUSY, /* too many wait: try again in a second */
};

/* Whoever waits for an answer. */
struct login_hooks {
	/* Called before the answer can come, within logins_check. */
	void (*wait)(void *user);
	/* From any thread: logins_result has it. */
	void (*ready)(void *user);
};

struct logins;
struct login_job;

/* NULL: no memory, no thread. */
struct logins *logins_new(const struct login_hooks *);
/* After every job was freed. A hash under way is waited for, for at most a second. NULL does
 * nothing. */
void logins_free(struct logins *);

/* authorization: the header's value; NULL: none. users are copied where they are needed later.
 * A job is given for LOGIN_LATER alone. */
enum login logins_check(struct logins *, const struct web_pairs *users,
			const char *authorization, struct client_name from, void *user,
			struct login_job **ret_job);
/* LOGIN_LATER: not yet. */
enum login logins_result(struct login_job *);
/* NULL does nothing. `ready` is not called for it any more. */
void logins_cancel(struct login_job *);

#endif
