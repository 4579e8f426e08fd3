/* openssl_shortage.c - OpenSSL's allocations pass through here, before main() has begun. */
#include "openssl_shortage.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

static const char no_memory[] = "out of memory";
static const char no_descriptors[] = "out of file descriptors";

static _Thread_local struct {
	uint64_t count;
	const char *latest;
} shortage;

static void openssl_shortage_note(const char *what)
{
	shortage.count++;
	shortage.latest = what;
}

static void *noted(void *p, size_t size)
{
	if (p == NULL && size > 0)
		openssl_shortage_note(no_memory);
	return p;
}

static void *openssl_shortage_take(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return noted(malloc(size), size);
}

static void *openssl_shortage_change(void *p, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return noted(realloc(p, size), size);
}

static void give_back(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

/* OpenSSL takes no other functions once it has asked for memory, and other libraries than ours may
 * start it. */
__attribute__((constructor)) static void listen_in(void)
{
	CRYPTO_set_mem_functions(openssl_shortage_take, openssl_shortage_change, give_back);
}

uint64_t openssl_shortage_mark(void)
{
	return shortage.count;
}

const char *openssl_shortage_since(uint64_t mark)
{
	return shortage.count != mark ? shortage.latest : NULL;
}

void openssl_shortage_add(void)
{
	openssl_shortage_note(no_memory);
}

void openssl_shortage_look(void)
{
	unsigned long error;

	while ((error = ERR_get_error()) != 0) {
		int reason = ERR_GET_REASON(error);

		if (reason == ERR_R_MALLOC_FAILURE ||
		    (ERR_SYSTEM_ERROR(error) && reason == ENOMEM))
			openssl_shortage_note(no_memory);
		else if (ERR_SYSTEM_ERROR(error) && (reason == EMFILE || reason == ENFILE))
			openssl_shortage_note(no_descriptors);
	}
}
