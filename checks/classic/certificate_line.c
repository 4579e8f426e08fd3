/* certificate_line.c - sentences that scripts have matched for fifteen years. */
#include "certificate_line.h"

#include "buffer.h"
#include "plugin_text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* --- the name -------------------------------------------------------------------------- */

/* The parts of RFC 2253 text end at a ',' or '+' that no '\' precedes. */
static size_t part_length(const char *text)
{
	size_t n = 0;

	while (text[n] != '\0' && text[n] != ',' && text[n] != '+')
		n += text[n] == '\\' && text[n + 1] != '\0' ? 2 : 1;
	return n;
}

/* Section 2.4: a '\' before a special character. */
static void put_unescaped(struct buffer *b, struct view v)
{
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] == '\\' && i + 1 < v.n)
			i++;
		buffer_put(b, (struct view){ v.p + i, 1 });
	}
}

/* A name with several is written backwards (section 2.1); the first in the certificate is the
 * one shown. */
const char *certificate_name(const struct certificate *c, char dst[CERTIFICATE_NAME_MAX])
{
	struct view found = { NULL, 0 };
	char raw[CERTIFICATE_NAME_MAX];
	const char *p = c->subject;
	struct buffer b;

	for (;;) {
		size_t n = part_length(p);

		if (n >= 3 && strncmp(p, "CN=", 3) == 0)
			found = (struct view){ p + 3, n - 3 };
		p += n;
		if (*p == '\0')
			break;
		p++;
	}
	if (found.p == NULL)
		found = view_of("Unknown CN");
	buffer_init(&b, raw, sizeof(raw));
	put_unescaped(&b, found);
	return plugin_text_copy(dst, CERTIFICATE_NAME_MAX, buffer_view(&b));
}

/* --- the end --------------------------------------------------------------------------- */

static int64_t certificate_line_seconds_of(struct moment m)
{
	return m.ms >= 0 ? m.ms / 1000 : (m.ms - 999) / 1000;
}

static int64_t seconds_left(const struct certificate *c, struct moment now)
{
	return certificate_line_seconds_of(c->not_after) - certificate_line_seconds_of(now);
}

bool certificate_has_ended(const struct certificate *c, struct moment now)
{
	return seconds_left(c, now) <= 0;
}

/* "Sat Feb 20 00:36:25 2027 +0000" */
static void put_date(struct buffer *b, struct moment m)
{
	time_t seconds = (time_t)certificate_line_seconds_of(m);
	char text[64];
	struct tm tm;

	if (gmtime_r(&seconds, &tm) != NULL &&
	    strftime(text, sizeof(text), "%a %b %e %H:%M:%S %Y +0000", &tm) > 0)
		buffer_text(b, text);
}

static void put_hours_or_minutes(struct buffer *b, int64_t left)
{
	if (left >= 3600)
		buffer_format(b, "%lld hours", (long long)(left / 3600));
	else
		buffer_format(b, "%lld minutes", (long long)(left / 60));
}

enum state certificate_line(const struct certificate *c, struct moment now, int warning,
			    int critical, char dst[CERTIFICATE_LINE_MAX])
{
	int64_t left = seconds_left(c, now), days = left / 86400;
	enum state state = days > critical ? STATE_WARNING : STATE_CRITICAL;
	char name[CERTIFICATE_NAME_MAX];
	struct buffer b;

	if (c->not_after.ms == 0) {
		text_copy(dst, CERTIFICATE_LINE_MAX,
			  "CRITICAL - Wrong time format in certificate.");
		return STATE_CRITICAL;
	}
	if (certificate_has_ended(c, now))
		state = STATE_CRITICAL;
	else if (days > warning)
		state = STATE_OK;
	buffer_init(&b, dst, CERTIFICATE_LINE_MAX);
	buffer_format(&b, "%s - Certificate '%s' ", state_name(state),
		      certificate_name(c, name));
	if (left < 0) {
		buffer_text(&b, "expired on ");
		put_date(&b, c->not_after);
		buffer_text(&b, ".");
	} else if (left == 0) {
		buffer_text(&b, "just expired (");
		put_date(&b, c->not_after);
		buffer_text(&b, ").");
	} else if (state == STATE_OK) {
		buffer_text(&b, "will expire on ");
		put_date(&b, c->not_after);
		buffer_text(&b, ".");
	} else if (days > 0) {
		buffer_format(&b, "expires in %lld day(s) (", (long long)days);
		put_date(&b, c->not_after);
		buffer_text(&b, ").");
	} else {
		buffer_text(&b, "expires in ");
		put_hours_or_minutes(&b, left);
		buffer_text(&b, " (");
		put_date(&b, c->not_after);
		buffer_text(&b, ")");
	}
	buffer_string(&b);
	return state;
}
