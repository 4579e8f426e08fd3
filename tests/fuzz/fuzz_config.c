/* fuzz_config.c - a configuration file of any bytes. Nothing crashes, leaks or takes long; what
 * syntax.c lets through libconfig takes too; and what is taken is sound.
 */
#include "plan_check.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* libconfig's own words: syntax.c was to find it first, and say it better. */
static void must_not_be_libconfigs(const struct config_errors *errors)
{
	static const char *const words[] = { "syntax error", "duplicate setting name",
					     "mismatched element type in array",
					     "memory exhausted" };

	for (size_t i = 0; i < errors->count; i++)
		for (size_t k = 0; k < ARRAY_SIZE(words); k++)
			must(strcmp(errors->list[i].what, words[k]) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct view text = { (const char *)bytes, n };
	struct config_errors errors;
	struct loader loader;
	struct watch watch;
	struct plan *plan;

	watch_init(&watch);
	loader_init(&loader, &watch);
	loader.no_files = true;
	plan = loader_read_text(&loader, "a.conf", text);
	errors_take(&loader.errors, &errors);
	must((plan == NULL) == (errors.total > 0));
	must_not_be_libconfigs(&errors);
	must_be_clear(&errors, "a.conf", text);
	if (plan != NULL)
		must_be_sound(&loader, plan->targets, plan->target_count);
	config_errors_fini(&errors);
	loader_fini(&loader);
	plan_release(plan);
	watch_fini(&watch);
	return 0;
}
