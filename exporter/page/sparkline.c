/* sparkline.c - bars of a target's last hour as SVG. */
#include "sparkline.h"

#include "html.h"

enum { WIDTH = 120, HEIGHT = 16, CHART_WIDTH = 540, CHART_HEIGHT = 96, CLASSES = 63 };

/* Worst last, because later bars are drawn over earlier ones. */
static const enum state states[] = { STATE_OK, STATE_UNKNOWN, STATE_WARNING,
				     STATE_CRITICAL };

static unsigned sparkline_count_of(const struct target_history *c, enum state state)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->count; i++)
		n += c->samples[i] != 0 && history_sample_state(c->samples[i]) == state;
	return n;
}

static unsigned height_of(uint8_t sample, unsigned full)
{
	enum state state = history_sample_state(sample);
	unsigned height = 2 + history_sample_class(sample) * (full - 2) / CLASSES;

	if (state_is_bad(state))
		return full;
	return state == STATE_WARNING && height < full / 2 ? full / 2 : height;
}

void sparkline_words(struct strbuf *out, const struct target_history *c)
{
	unsigned known = 0;
	const char *gap = ": ";

	for (unsigned i = 0; i < ARRAY_SIZE(states); i++)
		known += sparkline_count_of(c, states[i]);
	strbuf_format(out, "last hour, %u sample%s", known, known == 1 ? "" : "s");
	for (unsigned i = ARRAY_SIZE(states); i-- > 0;) {
		unsigned n = sparkline_count_of(c, states[i]);

		if (n == 0)
			continue;
		strbuf_format(out, "%s%u %s", gap, n, state_name(states[i]));
		gap = ", ";
	}
}

/* Writes one path for all bars of a state. */
static void put_bars(struct strbuf *out, const struct target_history *c, enum state state)
{
	unsigned width = WIDTH / c->count;
	bool begun = false;

	for (unsigned i = 0; i < c->count; i++) {
		uint8_t sample = c->samples[i];

		if (sample == 0 || history_sample_state(sample) != state)
			continue;
		if (!begun)
			strbuf_format(out, "<path class=\"k%u\" stroke-width=\"%u\" d=\"",
				      (unsigned)state, width > 2 ? width - 2 : width);
		begun = true;
		strbuf_format(out, "M%u %dv-%u", i * width + width / 2, HEIGHT,
			      height_of(sample, HEIGHT));
	}
	if (begun)
		strbuf_text(out, "\"/>");
}

void sparkline_put(struct strbuf *out, const struct target_history *c)
{
	if (c->count == 0)
		return;
	strbuf_format(
	    out,
	    "<svg class=\"spark\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
	    "role=\"img\" aria-label=\"",
	    WIDTH, HEIGHT, WIDTH, HEIGHT);
	sparkline_words(out, c);
	strbuf_format(out, "\"><path class=\"ground\" d=\"M0 %d.5h%d\"/>", HEIGHT - 1,
		      WIDTH);
	for (unsigned i = 0; i < ARRAY_SIZE(states); i++)
		put_bars(out, c, states[i]);
	strbuf_text(out, "</svg>");
}

/* --- the chart ---------------------------------------------------------------------------- */

static void put_scale(struct strbuf *out)
{
	static const struct {
		int64_t ms;
		const char *text;
	} lines[] = {
		{ 10, "10 ms" }, { 100, "100 ms" }, { 1000, "1 s" }, { 10000, "10 s" }
	};

	for (unsigned i = 0; i < ARRAY_SIZE(lines); i++) {
		unsigned class = history_class(span_of_ms(lines[i].ms));
		unsigned y = CHART_HEIGHT - 2 - class * (CHART_HEIGHT - 2) / CLASSES;

		strbuf_format(out,
			      "<path class=\"scale\" d=\"M0 %u.5h%d\"/>"
			      "<text x=\"%d\" y=\"%u\">%s</text>",
			      y, CHART_WIDTH, CHART_WIDTH + 6, y + 4, lines[i].text);
	}
}

static void sparkline_put_bar(struct strbuf *out, const struct target_history *c,
			      unsigned i)
{
	unsigned width = CHART_WIDTH / c->count, ago = (c->count - 1 - i) * c->minutes;
	uint8_t sample = c->samples[i];
	unsigned height = height_of(sample, CHART_HEIGHT);
	char lasted[SPAN_TEXT_MAX];

	if (sample == 0)
		return;
	strbuf_format(
	    out,
	    "<rect class=\"f%u\" x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\">"
	    "<title>%u min ago: %s, about %s</title></rect>",
	    (unsigned)history_sample_state(sample), i * width + 1, CHART_HEIGHT - height,
	    width - 2, height, ago, state_name(history_sample_state(sample)),
	    html_duration(history_class_span(history_sample_class(sample)), lasted));
}

void sparkline_chart(struct strbuf *out, const struct target_history *c)
{
	if (c->count == 0)
		return;
	strbuf_format(
	    out, "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"",
	    CHART_WIDTH + 50, CHART_HEIGHT + 18);
	sparkline_words(out, c);
	strbuf_text(out, "\">");
	put_scale(out);
	for (unsigned i = 0; i < c->count; i++)
		sparkline_put_bar(out, c, i);
	strbuf_format(
	    out,
	    "<path class=\"ground\" d=\"M0 %d.5h%d\"/><text x=\"0\" y=\"%d\">1 h "
	    "ago</text><text x=\"%d\" y=\"%d\">30 min</text><text x=\"%d\" y=\"%d\" "
	    "text-anchor=\"end\">now</text></svg>",
	    CHART_HEIGHT, CHART_WIDTH, CHART_HEIGHT + 14, CHART_WIDTH / 2 - 20,
	    CHART_HEIGHT + 14, CHART_WIDTH, CHART_HEIGHT + 14);
}
