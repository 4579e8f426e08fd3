/* descriptors.c - see descriptors.h. */
#include "descriptors.h"

#include <limits.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

static unsigned descriptors_of(rlim_t limit)
{
	return limit == RLIM_INFINITY || limit > UINT_MAX ? UINT_MAX : (unsigned)limit;
}

unsigned descriptors_limit(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? descriptors_of(limit.rlim_cur)
						     : UINT_MAX;
}

unsigned descriptors_raise(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	return descriptors_limit();
}

unsigned descriptors_fit(unsigned wanted, unsigned limit, unsigned others)
{
	unsigned left = limit > others ? limit - others : 0;
	unsigned fit = left - left / 4;

	if (fit > wanted)
		fit = wanted;
	return fit > 0 ? fit : 1;
}

bool descriptors_left(void)
{
	int fd = eventfd(0, EFD_CLOEXEC);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}
