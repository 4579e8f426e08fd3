/* effective.c - the answer of /config; its position is a server. */
#include "effective.h"

#include "config.h"
#include "store.h"

#include <stdlib.h>

struct effective {
	struct text_stream answer;
	struct plan *plan;
	char *head; /* NULL: already sent */
	size_t at;
};

static bool effective_more(struct text_stream *answer, struct strbuf *out)
{
	struct effective *e = (struct effective *)answer;
	bool first = e->at == 0;
	char *server;

	if (e->head) {
		strbuf_text(out, e->head);
		strbuf_text(out, "servers = (\n");
		free(e->head);
		e->head = NULL;
	}
	server = config_dump_server(e->plan, &e->at);
	if (!server && e->at < e->plan->target_count) {
		out->failed = true;
		return false;
	}
	if (!server) {
		strbuf_text(out, first ? ");\n" : "\n);\n");
		return false;
	}
	strbuf_text(out, first ? "" : ",\n");
	strbuf_text(out, server);
	free(server);
	return true;
}

static void effective_dispose(struct text_stream *answer)
{
	struct effective *e = (struct effective *)answer;

	plan_release(e->plan);
	free(e->head);
	free(e);
}

struct text_stream *effective_new(char *head, struct plan *plan)
{
	struct effective *e = head ? calloc(1, sizeof(*e)) : NULL;

	if (!e) {
		free(head);
		return NULL;
	}
	e->answer = (struct text_stream){ effective_more, effective_dispose };
	e->plan = plan_hold(plan);
	e->head = head;
	return &e->answer;
}

struct http_reply effective_answer(struct request *request)
{
	struct plan *plan = store_plan(request->store);
	struct http_reply reply =
	    http_reply_stream(effective_new(store_config_text(request->store), plan),
			      "text/plain; charset=utf-8");

	plan_release(plan);
	return reply;
}
