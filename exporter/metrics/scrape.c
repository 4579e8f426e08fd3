/* scrape.c - answers /metrics from the headers of the request, and sets the headers of the
 * answer. */
#include "scrape.h"

#include "exposition.h"
#include "gzip.h"
#include "negotiation.h"
#include "store.h"

/* A header may be sent in several lines (RFC 9110 section 5.3). */
struct parts {
	const char *name;
	struct buffer value;
};

static enum MHD_Result add_header_part(void *cls, enum MHD_ValueKind kind, const char *name,
				       const char *value)
{
	struct parts *parts = cls;

	(void)kind;
	if (value && view_equal(view_of(name), parts->name))
		buffer_format(&parts->value, parts->value.n > 0 ? ", %s" : "%s", value);
	return MHD_YES;
}

/* Returns "" if the header was not sent. */
static const char *whole_header(struct request *request, const char *name,
				char storage[NEGOTIATION_MAX])
{
	struct parts parts = { .name = name };

	buffer_init(&parts.value, storage, NEGOTIATION_MAX);
	MHD_get_connection_values(request->connection, MHD_HEADER_KIND, add_header_part,
				  &parts);
	return buffer_string(&parts.value);
}

static struct http_reply metrics(struct request *request, struct representation as,
				 enum coding coding)
{
	struct plan *plan = store_plan(request->store);
	struct text_stream *answer;
	struct health health;
	struct http_reply reply;

	store_health(request->store, &health);
	health.served = true;
	request_count_slots(request, health.slots);
	answer = exposition_new(plan, &health, as.format);
	plan_release(plan);
	reply = http_reply_stream(coding == CODING_GZIP ? gzip_new(answer) : answer,
				  as.content_type);
	if (coding == CODING_GZIP)
		http_reply_header(&reply, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
	return reply;
}

struct http_reply scrape_answer(struct request *request)
{
	char accept[NEGOTIATION_MAX], encoding[NEGOTIATION_MAX];
	struct representation as =
	    negotiate_format(whole_header(request, MHD_HTTP_HEADER_ACCEPT, accept));
	enum coding coding = negotiate_coding(
	    whole_header(request, MHD_HTTP_HEADER_ACCEPT_ENCODING, encoding));
	struct http_reply reply;

	if (coding == CODING_NONE)
		reply = http_reply_text(
		    MHD_HTTP_NOT_ACCEPTABLE,
		    "only gzip and identity are supported; see Accept-Encoding\n");
	else
		reply = metrics(request, as, coding);
	http_reply_header(&reply, MHD_HTTP_HEADER_VARY, "Accept, Accept-Encoding");
	return reply;
}
