/* secret_name.c - one key, one hash after the other. */
#include "secret_name.h"

#include "buffer.h"
#include "openssl_digests.h"

#include <errno.h>
#include <string.h>

static const char key_name[] = "key";

static bool key_read(const struct state_folder *f, uint8_t key[DIGEST_MAX])
{
	return state_folder_read(f, key_name, key, DIGEST_MAX) == DIGEST_MAX;
}

static bool key_make(const struct state_folder *f, uint8_t key[DIGEST_MAX])
{
	uint8_t fresh[DIGEST_MAX];
	struct view bytes = { (const char *)fresh, sizeof(fresh) };

	if (!openssl_digests.random(fresh, sizeof(fresh)))
		return false;
	/* Of runs that make one at the same time all but one find it made; one that is of no
	 * use is replaced. */
	if (!state_folder_create(f, key_name, bytes)) {
		if (key_read(f, key))
			return true;
		if (!state_folder_write(f, key_name, bytes))
			return false;
	}
	memcpy(key, fresh, sizeof(fresh));
	return true;
}

/* One after the other, so that no two lists are the same text. */
static bool secret_name_hash(const char *const *texts, size_t count,
			     uint8_t key[DIGEST_MAX])
{
	uint8_t sum[DIGEST_MAX];

	for (size_t i = 0; i < count; i++) {
		struct view by = { (const char *)key, DIGEST_MAX };

		if (!openssl_digests.hmac(DIGEST_SHA256, by, view_of(texts[i]), sum))
			return false;
		memcpy(key, sum, sizeof(sum));
	}
	return true;
}

bool secret_name(const struct state_folder *f, const char *kind, const char *const *texts,
		 size_t count, char ret_name[STATE_NAME_MAX], char error[REFUSAL_MAX])
{
	uint8_t key[DIGEST_MAX];
	struct buffer b;

	errno = 0;
	if (!key_read(f, key) && !key_make(f, key))
		return refusal(error, "--state-dir", "its key",
			       errno != 0 ? strerror(errno) : "no randomness");
	if (!secret_name_hash(texts, count, key))
		return refusal(error, "--state-dir", "its key", "out of memory");
	buffer_init(&b, ret_name, STATE_NAME_MAX);
	buffer_format(&b, "%s-", kind);
	for (size_t i = 0; i < sizeof(key); i++)
		buffer_format(&b, "%02x", key[i]);
	buffer_string(&b);
	return true;
}
