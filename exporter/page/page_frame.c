/* page_frame.c - head and foot of every page, and the icons of the states. */
#include "page_frame.h"

#include "html.h"
#include "page_script.h"
#include "page_style.h"

/* Seconds after which a browser without JavaScript reloads the page. */
enum { REFRESH_S = 30 };

/* The shapes of the states, in a square of 16 units. The class `cut` has the colour of
 * the background. */
static const char *const shapes[PAGE_KINDS] = {
	[STATE_OK] =
	    "<circle cx='8' cy='8' r='7.5'/><path class='cut' d='M4.5 8.5l2.5 2.5 4.5-5'/>",
	[STATE_WARNING] =
	    "<path d='M8 .8l7.8 14.2H.2z'/><path class='cut' d='M8 6v4.2m0 1.6v1.4'/>",
	[STATE_CRITICAL] =
	    "<path d='M5 .5h6L15.500 5v6L11 15.500H5L.5 11V5z'/>"
	    "<path class='cut' d='M5.200 5.200l5.600 5.600m0-5.600l-5.600 5.600'/>",
	[STATE_UNKNOWN] = "<path d='M8 0l8 8-8 8-8-8z'/>"
			  "<path class='cut' d='M6 6.200c.2-2.600 4-2.400 4-.2 0 1.500-2 "
			  "1.500-2 3.200m0 1.500v1.300'/>",
	[PAGE_PENDING] = "<circle class='open' cx='8' cy='8' r='6.500'/>",
};

static const char *const icon_colours[PAGE_KINDS] = { "1a7f37", "bf8700", "d1242f",
						      "8250df", "6e7781" };

static void put_shapes(struct strbuf *out)
{
	strbuf_text(out,
		    "<svg class=\"shapes\" aria-hidden=\"true\" width=\"0\" height=\"0\">");
	for (unsigned i = 0; i < PAGE_KINDS; i++)
		strbuf_format(out, "<symbol id=\"%s\" viewBox=\"0 0 16 16\">%s</symbol>",
			      page_kind_class(i), shapes[i]);
	strbuf_text(out, "</svg>\n");
}

/* Writes the shape as a separate image, which has no style sheet. */
static void put_icon(struct strbuf *out, unsigned kind)
{
	strbuf_text(out, "<link rel=\"icon\" id=\"icon\" href=\"data:image/svg+xml,");
	for (const char *c = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>"
			     "<style>.cut{fill:none;stroke:white;stroke-width:2}"
			     ".open{fill:none;stroke:gray;stroke-width:3}</style><g fill='";
	     *c; c++)
		strbuf_format(out, *c == '<' || *c == '>' || *c == '#' ? "%%%02X" : "%c",
			      *c);
	strbuf_format(out, "%%23%s'%%3E", icon_colours[kind]);
	for (const char *c = shapes[kind]; *c; c++)
		strbuf_format(out, *c == '<' || *c == '>' || *c == '#' ? "%%%02X" : "%c",
			      *c);
	strbuf_text(out, "%3C/g%3E%3C/svg%3E\">\n");
}

static void put_search(struct strbuf *out, const struct page_query *q)
{
	strbuf_text(out,
		    "<header class=\"top\"><a class=\"brand\" href=\"./\">mailvane</a>\n"
		    "<form role=\"search\" action=\"./\" method=\"get\"><label "
		    "for=\"q\">Search</label>"
		    "<input type=\"search\" id=\"q\" name=\"q\" maxlength=\"120\" "
		    "placeholder=\"server, host, service, words\" value=\"");
	html_text(out, q->text);
	strbuf_text(out, "\"><button>Search</button></form>\n"
			 "<p class=\"live\" id=\"live\" hidden></p>"
			 "<p class=\"said\" id=\"said\" role=\"status\"></p></header>\n");
}

void page_frame_head(struct strbuf *out, const char *title, unsigned kind,
		     const struct page_query *q)
{
	strbuf_format(
	    out,
	    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n"
	    "<noscript><meta http-equiv=\"refresh\" content=\"%d\"></noscript>\n"
	    "<title>",
	    REFRESH_S);
	html_text(out, title);
	strbuf_text(out, " \xc2\xb7 mailvane</title>\n");
	put_icon(out, kind);
	strbuf_text(out, "<style>");
	for (size_t i = 0; page_style[i]; i++)
		strbuf_text(out, page_style[i]);
	strbuf_text(out, "</style></head>\n<body>\n");
	put_shapes(out);
	put_search(out, q);
	strbuf_text(out, "<main id=\"main\">\n");
}

void page_frame_foot(struct strbuf *out, const struct page_params *params)
{
	const struct health *health = &params->health;
	char at[MOMENT_TEXT_MAX], loaded[MOMENT_TEXT_MAX];

	strbuf_format(
	    out,
	    "<footer><p>As of <time datetime=\"%s\">%s</time> \xc2\xb7 %zu targets, "
	    "configuration read at %s \xc2\xb7 mailvane %s \xc2\xb7 <a href=\"",
	    moment_text(params->now, at), at, health->targets,
	    moment_text(health->loaded, loaded), health->version);
	html_text(out, params->metrics);
	strbuf_text(out, "\">metrics for Prometheus</a></p></footer>\n</main>\n");
	strbuf_format(out, "<script>%s</script>\n</body></html>\n", page_script);
}

void page_frame_link(struct strbuf *out, const struct page_query *q, unsigned kinds,
		     size_t page, bool shown)
{
	strbuf_format(out, "<a%s href=\"", shown ? " aria-current=\"true\"" : "");
	page_query_link(out, q, kinds, page);
	strbuf_text(out, "\">");
}
