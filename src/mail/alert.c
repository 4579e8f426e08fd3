/* alert.c - several alerts of a server are joined to one text. */
#include "alert.h"

#include "dialogue_buffers.h"
#include "redaction.h"

#include <string.h>

static bool alert_is_recorded(const char *alert, struct view words)
{
	struct view known = view_of(alert);

	return known.n > 0 && memmem(known.p, known.n, words.p, words.n) != NULL;
}

void alert_record(struct dialogue *d, struct view words)
{
	char quoted[PRINTABLE_MAX], joined[2 * PRINTABLE_MAX + 32];
	const char *mark = dialogue_in_tls(d) ? "" : "(without TLS) ";
	struct buffer b;
	char *alert;

	if (!dialogue_buffers_ensure(d))
		return;
	alert = d->buffers->alert;
	redaction_copy(d, words, quoted, sizeof(quoted));
	if (quoted[0] == '\0')
		text_copy(quoted, sizeof(quoted), "(an alert without words)");
	if (alert_is_recorded(alert, view_of(quoted)))
		return;
	buffer_init(&b, joined, sizeof(joined));
	buffer_format(&b, "%s%s%s%s", alert, alert[0] != '\0' ? " / " : "", mark, quoted);
	redaction_copy(d, buffer_view(&b), alert, sizeof(d->buffers->alert));
}
