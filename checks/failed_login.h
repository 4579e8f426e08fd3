/* failed_login.h - --state-dir: the breaker of the engine (breaker.h), kept from run to run.
 *
 * One file for each (host, user, password) that failed. A time of day is kept, as the monotonic
 * clock begins anew with each boot.
 */
#ifndef MAILVANE_FAILED_LOGIN_H
#define MAILVANE_FAILED_LOGIN_H

#include "breaker.h"
#include "plan.h"
#include "state_folder.h"

struct failed_login {
	struct state_folder folder;
	char name[STATE_NAME_MAX];
	uint64_t key;
	struct breaker breaker; /* for the engine: knows this login when its file did */
	bool known;
	struct breaker_mark mark; /* what the file said */
};

/* Opens the folder and reads the file. A file that cannot be read, is not ours or makes no sense
 * is no file. `wall` is the time of day at `now`. False, with a sentence. */
bool failed_login_open(struct failed_login *, const char *folder, const char *host,
		       const struct account *, struct instant now, struct moment wall,
		       char error[REFUSAL_MAX]);

/* Writes what the breaker has learned: a login that passed loses its file. When another run has
 * written a failure meanwhile it was the same. False, with a sentence. */
bool failed_login_keep(const struct failed_login *, struct instant now, struct moment wall,
		       char error[REFUSAL_MAX]);

void failed_login_close(struct failed_login *);

#endif
