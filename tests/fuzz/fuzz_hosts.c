/* fuzz_hosts.c - whatever stands in a hosts file, each of its names is found with addresses, those
 * of its first line among them, and no more than there is room for.
 */
#include "hosts.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static char *text_of(const uint8_t *bytes, size_t n)
{
	char *text = malloc(n + 1);

	must(text != NULL);
	if (n > 0)
		memcpy(text, bytes, n);
	text[n] = '\0';
	return text;
}

/* A line of one address and one name without any further character, or nothing. */
static bool first_entry(const uint8_t *bytes, size_t n, struct address *ret_address,
			char ret_name[64])
{
	struct view v = { (const char *)bytes, n };
	size_t address = 0, name;

	while (address < n && (bytes[address] > ' ' && bytes[address] != '#'))
		address++;
	if (address == n || bytes[address] != ' ')
		return false;
	for (name = address + 1; name < n && bytes[name] > ' ' && bytes[name] != '#';
	     name++)
		;
	if (name < n && memchr(" \t\r\n#", bytes[name], 6) == NULL)
		return false;
	if (name == address + 1 || name - address > 60 ||
	    !address_parse((struct view){ v.p, address }, 0, ret_address))
		return false;
	memcpy(ret_name, bytes + address + 1, name - address - 1);
	ret_name[name - address - 1] = '\0';
	return true;
}

static bool is_among(const struct address *wanted, const struct address *found,
		     size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (address_same_host(wanted, &found[i]))
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	enum { ROOM = 4 };
	struct address found[ROOM], first;
	struct hosts h;
	char name[64];
	size_t count;

	hosts_init(&h, "/dev/null");
	hosts_parse_text(&h, text_of(bytes, n));
	must(hosts_find(&h, "localhost", found, ROOM) <= ROOM);
	must(hosts_find(&h, "", found, ROOM) == 0);
	if (first_entry(bytes, n, &first, name)) {
		count = hosts_find(&h, name, found, ROOM);
		must(count > 0 && count <= ROOM && is_among(&first, found, count));
	}
	hosts_parse_text(&h, NULL);
	must(hosts_find(&h, "localhost", found, ROOM) == 0);
	hosts_fini(&h);
	return 0;
}
