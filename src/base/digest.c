/* digest.c - their sizes. */
#include "digest.h"

size_t digest_size(enum digest digest)
{
	static const size_t sizes[] = {
		[DIGEST_MD5] = 16, [DIGEST_SHA1] = 20, [DIGEST_SHA256] = 32
	};

	return sizes[digest];
}
