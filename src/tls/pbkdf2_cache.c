/* pbkdf2_cache.c - a short table, searched from end to end: that is nothing beside what it saves. */
#include "pbkdf2_cache.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Named by a hash of the terms, so that no password is kept twice. */
struct entry {
	uint8_t name[DIGEST_MAX], key[DIGEST_MAX];
	uint64_t used; /* 0: free */
};

struct table {
	struct entry entries[PBKDF2_CACHE_MAX];
	uint64_t uses;
};

static pthread_key_t place;
static bool has_place;

static void pbkdf2_cache_table_free(void *table)
{
	OPENSSL_clear_free(table, sizeof(struct table));
}

static void place_init(void)
{
	has_place = pthread_key_create(&place, pbkdf2_cache_table_free) == 0;
}

/* The thread's; NULL: out of memory. */
static struct table *table_of_thread(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct table *t;

	pthread_once(&once, place_init);
	t = has_place ? pthread_getspecific(place) : NULL;
	if (t != NULL || !has_place)
		return t;
	t = OPENSSL_zalloc(sizeof(*t));
	if (t != NULL && pthread_setspecific(place, t) == 0)
		return t;
	OPENSSL_free(t);
	return NULL;
}

/* Lengths first, so that no two terms are the same bytes. */
static bool pbkdf2_cache_name_of(const struct pbkdf2_inputs *s,
				 uint8_t ret_name[DIGEST_MAX])
{
	const uint64_t head[] = { s->digest, s->iterations, s->password.n, s->salt.n };
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool good = c != NULL && EVP_DigestInit_ex(c, EVP_sha256(), NULL) == 1 &&
		    EVP_DigestUpdate(c, head, sizeof(head)) == 1 &&
		    EVP_DigestUpdate(c, s->password.p, s->password.n) == 1 &&
		    EVP_DigestUpdate(c, s->salt.p, s->salt.n) == 1 &&
		    EVP_DigestFinal_ex(c, ret_name, NULL) == 1;

	EVP_MD_CTX_free(c);
	return good;
}

bool pbkdf2_cache_find(const struct pbkdf2_inputs *s, uint8_t ret_key[DIGEST_MAX])
{
	struct table *t = table_of_thread();
	uint8_t name[DIGEST_MAX];

	if (t == NULL || !pbkdf2_cache_name_of(s, name))
		return false;
	for (size_t i = 0; i < PBKDF2_CACHE_MAX; i++) {
		struct entry *e = &t->entries[i];

		if (e->used == 0 || memcmp(e->name, name, sizeof(name)) != 0)
			continue;
		e->used = ++t->uses;
		memcpy(ret_key, e->key, digest_size(s->digest));
		return true;
	}
	return false;
}

void pbkdf2_cache_keep(const struct pbkdf2_inputs *s, const uint8_t key[DIGEST_MAX])
{
	struct table *t = table_of_thread();
	uint8_t name[DIGEST_MAX];
	struct entry *oldest;

	if (t == NULL || !pbkdf2_cache_name_of(s, name))
		return;
	oldest = &t->entries[0];
	for (size_t i = 1; i < PBKDF2_CACHE_MAX; i++)
		if (t->entries[i].used < oldest->used)
			oldest = &t->entries[i];
	memcpy(oldest->name, name, sizeof(name));
	memcpy(oldest->key, key, digest_size(s->digest));
	oldest->used = ++t->uses;
}
