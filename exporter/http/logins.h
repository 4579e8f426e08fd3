/* logins.h - HTTP Basic authentication with bcrypt, hashed in a thread of its own.
 *
 * The fingerprint of a correct password is kept, and that of a wrong one for a few seconds.
 * Others wait for their hash in a short queue that is fair to clients, so that a client
 * that guesses passwords delays only itself. Unknown names take as long as known ones.
 */
#ifndef MAILVANE_LOGINS_H
#define MAILVANE_LOGINS_H

#include "client_name.h"
#include "web_config.h"

enum {
	LOGINS_QUEUE_MAX = 64,
	LOGINS_PER_ADDRESS = 8,
	LOGINS_WRONG_S = 10, /* seconds for which a wrong password is remembered */
};

enum login {
	LOGIN_YES,
	LOGIN_NO,
	LOGIN_LATER,
	LOGIN_BUSY, /* the queue is full: try again in a second */
};

/* How a request waits for its answer. */
struct login_hooks {
	/* Called within logins_check, before the answer can come. */
	void (*wait)(void *user);
	/* Called on any thread: logins_result has the answer. */
	void (*ready)(void *user);
};

struct logins;
struct login_job;

/* NULL: no memory or no thread. */
struct logins *logins_new(const struct login_hooks *);
/* To be called when all jobs are freed. Waits up to a second for a running hash. NULL
 * does nothing. */
void logins_free(struct logins *);

/* authorization: the value of the header; NULL: not sent. users: valid during the call.
 * Sets *ret_job only for LOGIN_LATER. */
enum login logins_check(struct logins *, const struct web_pairs *users,
			const char *authorization, struct client_name from, void *user,
			struct login_job **ret_job);
/* LOGIN_LATER: there is no answer yet. */
enum login logins_result(struct login_job *);
/* `ready` is not called for it any more. NULL does nothing. */
void logins_cancel(struct login_job *);

#endif
