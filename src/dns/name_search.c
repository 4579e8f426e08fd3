/* name_search.c - the name itself comes before or behind the domains of the search list. */
#include "name_search.h"

#include <string.h>

static bool name_search_is_absolute(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && name[n - 1] == '.';
}

static bool has_enough_dots(const char *name, unsigned ndots)
{
	unsigned dots = 0;

	for (; *name != '\0'; name++)
		dots += *name == '.';
	return dots >= ndots;
}

/* False: it would be too long. */
static bool join_name_and_domain(const char *name, const char *domain,
				 char ret_name[DNS_NAME_MAX])
{
	size_t n = strlen(name), m = strlen(domain);

	if (n + 1 + m >= DNS_NAME_MAX)
		return false;
	memcpy(ret_name, name, n);
	ret_name[n] = '.';
	memcpy(ret_name + n + 1, domain, m + 1);
	return true;
}

bool name_search_next(struct name_search *s, const struct resolv_conf *conf,
		      const char *name, char ret_name[DNS_NAME_MAX])
{
	size_t last = name_search_is_absolute(name) ? 0 : conf->search_count;
	size_t own = has_enough_dots(name, conf->ndots) ? 0 : last;

	while (s->next <= last) {
		size_t place = s->next++;

		s->is_own = place == own;
		if (s->is_own) {
			memcpy(ret_name, name, strlen(name) + 1);
			return true;
		}
		if (join_name_and_domain(name, conf->search[place - (place > own)],
					 ret_name))
			return true;
	}
	return false;
}
