/* address_verdict.c - clients go on to another address: WARNING, unless the operator says otherwise. */
#include "address_verdict.h"

static void address_verdict_remark(struct finding *f, size_t bad, size_t count)
{
	char sentence[VERDICT_SENTENCE_MAX], address[ADDRESS_TEXT_MAX];
	struct buffer b;

	report_sentence(f, sentence);
	buffer_init(&b, f->remark, sizeof(f->remark));
	buffer_format(&b, "%zu of %zu addresses bad", bad, count);
	if (f->result.address.any.sa_family != AF_UNSPEC)
		buffer_format(&b, ", %s", address_text(&f->result.address, address));
	buffer_format(&b, ": %.120s", sentence);
	buffer_string(&b);
}

static void decide_group(struct finding *group, size_t count)
{
	size_t bad = 0;

	for (size_t i = 0; i < count; i++)
		bad += state_is_bad(group[i].result.state);
	if (bad == 0 || bad == count)
		return;
	for (size_t i = 0; i < count; i++) {
		struct finding *f = &group[i];

		if (!state_is_bad(f->result.state))
			continue;
		address_verdict_remark(f, bad, count);
		f->result.state = target_some_bad(f->target);
	}
}

void address_verdict_decide(struct finding *findings, size_t count)
{
	for (size_t i = 0, n; i < count; i += n) {
		for (n = 1; i + n < count && findings[i + n].target == findings[i].target;
		     n++)
			;
		decide_group(&findings[i], n);
	}
}
