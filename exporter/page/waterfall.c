/* waterfall.c - bars of the phases of a probe as SVG. */
#include "waterfall.h"

#include "html.h"

/* Sizes in whole units of the drawing. */
enum { WIDTH = 120, HEIGHT = 10, TABLE_WIDTH = 600, WIDTH_MIN = 2 };

/* Implicit TLS is before the greeting, STARTTLS after it. */
static const enum phase plain_order[PHASE_COUNT] = {
	PHASE_DNS, PHASE_CONNECT, PHASE_GREETING, PHASE_CAPABILITY, PHASE_STARTTLS,
	PHASE_TLS, PHASE_AUTH,    PHASE_MAILBOX,  PHASE_QUIT,
};
static const enum phase implicit_order[PHASE_COUNT] = {
	PHASE_DNS,      PHASE_CONNECT, PHASE_TLS,     PHASE_GREETING, PHASE_CAPABILITY,
	PHASE_STARTTLS, PHASE_AUTH,    PHASE_MAILBOX, PHASE_QUIT,
};

size_t waterfall_order(const struct target *target, const struct result *r,
		       enum phase ret_phases[PHASE_COUNT])
{
	const enum phase *order =
	    target->service->tls == TLS_MODE_IMPLICIT ? implicit_order : plain_order;
	size_t n = 0;

	for (unsigned i = 0; i < PHASE_COUNT; i++)
		if (r->phases[order[i]].ns >= 0)
			ret_phases[n++] = order[i];
	return n;
}

/* One bar: where it begins, and its width. */
struct bar {
	enum phase phase;
	unsigned x, width;
};

/* Computes the bars of a drawing of that width. Short phases are widened to be visible,
 * at the cost of long ones. */
static size_t waterfall_lay_out(const struct target *target, const struct result *r,
				unsigned width, struct bar bars[PHASE_COUNT])
{
	enum phase phases[PHASE_COUNT];
	size_t n = waterfall_order(target, r, phases);
	double sum = 0, spare = (double)width - (double)n * WIDTH_MIN;
	unsigned x = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)r->phases[phases[i]].ns;
	for (size_t i = 0; i < n; i++) {
		double share = sum > 0 ? (double)r->phases[phases[i]].ns / sum : 0;

		bars[i] =
		    (struct bar){ phases[i], x, WIDTH_MIN + (unsigned)(share * spare) };
		x += bars[i].width;
	}
	return n;
}

static bool is_broken(const struct result *r, enum phase phase)
{
	return r->fault != FAULT_OK && r->phase == phase;
}

static void waterfall_put_bar(struct strbuf *out, const struct result *r,
			      const struct bar *bar)
{
	char lasted[SPAN_TEXT_MAX];

	strbuf_format(out,
		      "<rect class=\"p%u%s\" x=\"%u\" y=\"1\" width=\"%u\" height=\"%d\">"
		      "<title>%s %s</title></rect>",
		      (unsigned)bar->phase, is_broken(r, bar->phase) ? " broken" : "",
		      bar->x, bar->width, HEIGHT - 2, phase_name(bar->phase),
		      html_duration(r->phases[bar->phase], lasted));
}

static void waterfall_put_words(struct strbuf *out, const struct result *r,
				const struct bar *bars, size_t n)
{
	char lasted[SPAN_TEXT_MAX];

	for (size_t i = 0; i < n; i++)
		strbuf_format(out, "%s%s %s%s", i > 0 ? ", " : "",
			      phase_name(bars[i].phase),
			      html_duration(r->phases[bars[i].phase], lasted),
			      is_broken(r, bars[i].phase) ? " (failed)" : "");
}

void waterfall_put(struct strbuf *out, const struct target *target, const struct result *r)
{
	struct bar bars[PHASE_COUNT];
	size_t n = waterfall_lay_out(target, r, WIDTH, bars);

	if (n == 0)
		return;
	strbuf_format(
	    out,
	    "<svg class=\"fall\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
	    "role=\"img\" aria-label=\"",
	    WIDTH, HEIGHT, WIDTH, HEIGHT);
	waterfall_put_words(out, r, bars, n);
	strbuf_text(out, "\">");
	for (size_t i = 0; i < n; i++)
		waterfall_put_bar(out, r, &bars[i]);
	strbuf_text(out, "</svg>");
}

static void waterfall_put_line(struct strbuf *out, const struct result *r,
			       const struct bar *bar)
{
	bool broken = is_broken(r, bar->phase);
	char lasted[SPAN_TEXT_MAX];

	strbuf_format(
	    out,
	    "<tr><th scope=\"row\">%s%s</th><td class=\"no\">%s</td>"
	    "<td class=\"wide\"><svg class=\"fall\" viewBox=\"0 0 %d %d\" "
	    "preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"p%u%s\" "
	    "x=\"%u\" y=\"1\" width=\"%u\" height=\"%d\"/></svg></td></tr>\n",
	    phase_name(bar->phase), broken ? " <small>failed here</small>" : "",
	    html_duration(r->phases[bar->phase], lasted), TABLE_WIDTH, HEIGHT,
	    (unsigned)bar->phase, broken ? " broken" : "", bar->x, bar->width, HEIGHT - 2);
}

void waterfall_table(struct strbuf *out, const struct target *target,
		     const struct result *r)
{
	struct bar bars[PHASE_COUNT];
	size_t n = waterfall_lay_out(target, r, TABLE_WIDTH, bars);
	char lasted[SPAN_TEXT_MAX];

	if (n == 0)
		return;
	strbuf_text(out,
		    "<table class=\"phases\"><thead><tr><th scope=\"col\">Phase</th>"
		    "<th scope=\"col\">Time</th><th scope=\"col\">Where in the whole</th>"
		    "</tr></thead>\n<tbody>");
	for (size_t i = 0; i < n; i++)
		waterfall_put_line(out, r, &bars[i]);
	strbuf_format(out,
		      "<tr class=\"sum\"><th scope=\"row\">whole probe</th>"
		      "<td class=\"no\">%s</td><td></td></tr></tbody></table>\n",
		      html_duration(r->took, lasted));
}

void waterfall_legend(struct strbuf *out)
{
	strbuf_text(out, "<ul class=\"legend\" aria-label=\"Colours of the phases\">");
	for (unsigned i = 0; i < PHASE_COUNT; i++)
		strbuf_format(out,
			      "<li><svg class=\"fall\" viewBox=\"0 0 10 10\" width=\"10\" "
			      "height=\"10\" aria-hidden=\"true\"><rect class=\"p%u\" "
			      "width=\"10\" height=\"10\"/></svg> %s</li>",
			      i, phase_name((enum phase)i));
	strbuf_text(out, "</ul>\n");
}
