/* fuzz_target_file.c - a target file of any bytes: JSON when it begins with '[' or '{', else
 * CSV. What is taken is sound, and every error has a line that exists.
 */
#include "plan_check.h"
#include "target_files.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const char base[] =
    "ehlo_name = \"monitor.example.com\";\n"
    "accounts = ( { name = \"probe\"; user = \"u\"; password_file = \"p\"; } );\n"
    "services = ( { name = \"plain\"; protocol = \"imap\"; port = 1430; tls = \"none\"; } "
    ");\n"
    "target_files = \"none\";\n";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct config_errors errors;
	struct loader loader;
	struct watch watch;
	struct plan *plan;
	char *copy;

	watch_init(&watch);
	loader_init(&loader, &watch);
	loader.no_files = true;
	plan = loader_read_text(&loader, "a.conf", view_of(base));
	must(plan != NULL);
	loader.plan = plan;
	copy = malloc(n + 1);
	must(copy != NULL);
	if (n > 0)
		memcpy(copy, bytes, n);
	if (n > 0 && (bytes[0] == '[' || bytes[0] == '{'))
		target_json_read(&loader, "a.file", (struct view){ copy, n });
	else
		target_csv_read(&loader, "a.file", copy, n);
	errors_take(&loader.errors, &errors);
	must_be_clear(&errors, "a.file", (struct view){ (const char *)bytes, n });
	must_be_sound(&loader, loader.targets.targets, loader.targets.count);
	free(copy);
	config_errors_fini(&errors);
	loader_fini(&loader);
	watch_fini(&watch);
	return 0;
}
