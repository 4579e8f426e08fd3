/* html.c - escaping, and times in words. */
#include "html.h"

#include "buffer.h"

void html_view(struct strbuf *out, struct view text)
{
	size_t from = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (!memchr("&<>\"'", text.p[i], 5))
			continue;
		strbuf_put(out, (struct view){ text.p + from, i - from });
		strbuf_format(out, "&#%d;", text.p[i]);
		from = i + 1;
	}
	strbuf_put(out, (struct view){ text.p + from, text.n - from });
}

void html_text(struct strbuf *out, const char *text)
{
	html_view(out, view_of(text));
}

void html_bdi(struct strbuf *out, const char *text)
{
	strbuf_text(out, "<bdi>");
	html_text(out, text);
	strbuf_text(out, "</bdi>");
}

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

void html_url(struct strbuf *out, const char *text)
{
	for (; *text; text++) {
		if (is_unreserved(*text))
			strbuf_put(out, (struct view){ text, 1 });
		else
			strbuf_format(out, "%%%02X", (unsigned)(unsigned char)*text);
	}
}

const char *html_span(struct span s, char dst[SPAN_TEXT_MAX])
{
	int64_t whole = s.ns / 1000000000;

	if (whole <= 0)
		return "0s";
	return span_text(span_of_ms(whole * 1000), dst);
}

const char *html_duration(struct span s, char dst[SPAN_TEXT_MAX])
{
	double ms = (double)s.ns / 1e6;
	struct buffer b;

	buffer_init(&b, dst, SPAN_TEXT_MAX);
	if (ms < 0.995)
		buffer_format(&b, "%.2f ms", ms > 0 ? ms : 0);
	else if (ms < 9.95)
		buffer_format(&b, "%.1f ms", ms);
	else if (ms < 999.5)
		buffer_format(&b, "%.0f ms", ms);
	else
		buffer_format(&b, "%.1f s", ms / 1000);
	return buffer_string(&b);
}

void html_age(struct strbuf *out, struct moment at, struct moment now)
{
	char date[MOMENT_TEXT_MAX], age[SPAN_TEXT_MAX];

	if (at.ms == 0) {
		strbuf_text(out, "never");
		return;
	}
	moment_text(at, date);
	strbuf_format(out, "<time datetime=\"%s\" title=\"%s\">%s ago</time>", date, date,
		      html_span(moment_between(at, now), age));
}
