/* usual_capabilities.c - "mailvane-offer EDITION BEFORE AFTER SINCE_MS" in a file. */
#include "usual_capabilities.h"

#include "mechanism_choice.h"
#include "secret_name.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char magic[] = "mailvane-offer";

/* One mechanism more, and the bits of an offer are others. */
enum { EDITION = MECHANISM_COUNT };
static const uint64_t since_max_ms = UINT64_C(253402300799000); /* the year 9999 */

static bool usual_capabilities_parse(struct view text, struct drift *ret_drift)
{
	uint64_t numbers[4];
	struct view word;

	if (text.n == 0 || text.p[text.n - 1] != '\n')
		return false; /* cut off */
	text.n--;
	if (!view_next_word(&text, &word) || !view_equal(word, magic))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (!view_next_word(&text, &word) ||
		    !view_number(word, i < 3 ? UINT32_MAX : since_max_ms, &numbers[i]))
			return false;
	if (view_next_word(&text, &word) || numbers[0] != EDITION)
		return false;
	*ret_drift = (struct drift){ { (uint32_t)numbers[1], (uint32_t)numbers[2] },
				     { (int64_t)numbers[3] } };
	return true;
}

static struct drift usual_capabilities_load(const struct state_folder *f, const char *name,
					    struct moment now)
{
	struct drift drift = { 0 };
	char text[STATE_FILE_MAX];
	size_t n = state_folder_read(f, name, text, sizeof(text));

	if (!usual_capabilities_parse((struct view){ text, n }, &drift))
		return (struct drift){ 0 };
	if (drift.since.ms > now.ms) /* the clock has been set back since */
		drift.since = now;
	return drift;
}

static bool usual_capabilities_store(const struct state_folder *f, const char *name,
				     const struct drift *d)
{
	char text[STATE_FILE_MAX];
	struct buffer b;

	buffer_init(&b, text, sizeof(text));
	buffer_format(&b, "%s %d %lu %lu %lld\n", magic, EDITION,
		      (unsigned long)d->usual.before, (unsigned long)d->usual.after,
		      (long long)d->since.ms);
	return state_folder_write(f, name, buffer_view(&b));
}

static bool usual_capabilities_own_compare(const struct state_folder *f,
					   const struct plan *plan, struct finding *found,
					   char error[REFUSAL_MAX])
{
	const struct policy *policy = &plan->settings.policy;
	const struct target *t = found->target;
	struct result *r = &found->result;
	char name[STATE_NAME_MAX], address[ADDRESS_TEXT_MAX], port[8],
	    words[CAPABILITY_WORDS_MAX];
	const char *const texts[] = { t->host, t->service->name,
				      address_text(&r->address, address), port };
	struct drift before, now;

	snprintf(port, sizeof(port), "%u", (unsigned)t->service->port);
	if (!secret_name(f, "offer", texts, ARRAY_SIZE(texts), name, error))
		return false;
	before = now = usual_capabilities_load(f, name, r->at);
	if (drift_add(&now, &r->capability_set, r->at, policy->settle, words)) {
		result_add_notice(r, FAULT_CAPABILITY_CHANGED, words);
		verdict_decide(r, t->service, policy, t->overrides);
	}
	if (capability_set_same(&before.usual, &now.usual) &&
	    before.since.ms == now.since.ms)
		return true;
	return usual_capabilities_store(f, name, &now) ||
	       refusal(error, "--state-dir", "an offer is not kept", strerror(errno));
}

bool usual_capabilities_ready(const char *folder, char error[REFUSAL_MAX])
{
	struct state_folder f;

	if (!state_folder_open(&f, folder, error))
		return false;
	state_folder_close(&f);
	return true;
}

static bool is_heard(const struct result *r)
{
	return r->capability_set.before != 0 || r->capability_set.after != 0;
}

bool usual_capabilities_compare(const char *folder, const struct plan *plan,
				struct findings *findings, char error[REFUSAL_MAX])
{
	struct state_folder f;
	bool kept;

	if (!state_folder_open(&f, folder, error))
		return false;
	kept = true;
	for (size_t i = 0; i < findings->count && kept; i++)
		if (is_heard(&findings->list[i].result))
			kept = usual_capabilities_own_compare(&f, plan, &findings->list[i],
							      error);
	state_folder_close(&f);
	return kept;
}
