/* secret_name.h - names of files in a state folder, which tell nobody anything.
 *
 * An HMAC-SHA-256 of what a file is about, under a random key that is kept in the same folder and
 * made when there is none.
 */
#ifndef MAILVANE_SECRET_NAME_H
#define MAILVANE_SECRET_NAME_H

#include "state_folder.h"

/* "KIND-" and 64 digits. Texts are told apart: no two lists have the same name. `kind` is at most
 * 8 letters. False, with a sentence. */
bool secret_name(const struct state_folder *, const char *kind, const char *const *texts,
		 size_t count, char ret_name[STATE_NAME_MAX], char error[REFUSAL_MAX]);

#endif
