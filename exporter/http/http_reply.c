/* http_reply.c - makes responses of libmicrohttpd; a long one is made while it is sent. */
#include "http_reply.h"

#include <stdlib.h>

/* Bytes that are collected before they are sent. */
enum { PIECE = 32 * 1024 };

void http_reply_header(struct http_reply *reply, const char *name, const char *value)
{
	if (reply->response)
		MHD_add_response_header(reply->response, name, value);
}

static struct http_reply reply_make(unsigned status, struct MHD_Response *response,
				    const char *type)
{
	struct http_reply reply = { .status = status, .response = response };

	http_reply_header(&reply, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	http_reply_header(&reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	http_reply_header(&reply, "X-Content-Type-Options", "nosniff");
	return reply;
}

struct http_reply http_reply_bytes(unsigned status, struct view bytes, const char *type)
{
	return reply_make(status,
			  MHD_create_response_from_buffer(
			      bytes.n, (void *)(uintptr_t)bytes.p, MHD_RESPMEM_MUST_COPY),
			  type);
}

struct http_reply http_reply_text(unsigned status, const char *text)
{
	return http_reply_bytes(status, view_of(text), "text/plain; charset=utf-8");
}

struct http_reply http_reply_redirect(const char *location)
{
	struct http_reply reply = http_reply_text(MHD_HTTP_FOUND, "moved; see Location\n");

	http_reply_header(&reply, MHD_HTTP_HEADER_LOCATION, location);
	return reply;
}

struct http_reply http_reply_busy(const char *text)
{
	struct http_reply reply = http_reply_text(MHD_HTTP_TOO_MANY_REQUESTS, text);

	http_reply_header(&reply, MHD_HTTP_HEADER_RETRY_AFTER, "1");
	return reply;
}

struct http_reply http_reply_later(void)
{
	return (struct http_reply){ .later = true };
}

/* --- an answer as the body of a response ---------------------------------------------------- */

struct reply_body {
	struct text_stream *answer;
	struct strbuf strbuf;
	size_t sent; /* bytes of the text that were sent */
	bool complete;
};

/* Gives libmicrohttpd the next bytes. If making the answer fails half-way, the
 * connection is cut, so that the client does not take it for complete. */
static ssize_t read_body(void *cls, uint64_t position, char *dst, size_t max)
{
	struct reply_body *body = cls;
	size_t n;

	(void)position;
	if (body->sent == body->strbuf.n) {
		strbuf_clear(&body->strbuf);
		body->sent = 0;
	}
	while (!body->complete && body->strbuf.n < PIECE)
		body->complete = !body->answer->more(body->answer, &body->strbuf);
	if (body->strbuf.failed)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	n = body->strbuf.n - body->sent;
	if (n == 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (n > max)
		n = max;
	memcpy(dst, body->strbuf.p + body->sent, n);
	body->sent += n;
	return (ssize_t)n;
}

static void free_body(void *cls)
{
	struct reply_body *body = cls;

	body->answer->free(body->answer);
	strbuf_fini(&body->strbuf);
	free(body);
}

struct http_reply http_reply_stream(struct text_stream *answer, const char *type)
{
	struct reply_body *body = answer ? calloc(1, sizeof(*body)) : NULL;
	struct MHD_Response *response;
	struct http_reply reply;

	if (!body) {
		if (answer)
			answer->free(answer);
		return (struct http_reply){ 0 };
	}
	body->answer = answer;
	strbuf_init(&body->strbuf);
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE, read_body,
						     body, free_body);
	if (!response) {
		free_body(body);
		return (struct http_reply){ 0 };
	}
	reply = reply_make(MHD_HTTP_OK, response, type);
	reply.body = body;
	return reply;
}

/* --- an answer to HEAD ------------------------------------------------------------------------- */

/* Returns MHD_SIZE_UNKNOWN if the answer is too long, or failed. */
static uint64_t count_body(struct reply_body *body)
{
	uint64_t n = 0;

	while (!body->complete && n <= REPLY_COUNTED_MAX) {
		strbuf_clear(&body->strbuf);
		body->complete = !body->answer->more(body->answer, &body->strbuf);
		if (body->strbuf.failed)
			return MHD_SIZE_UNKNOWN;
		n += body->strbuf.n;
	}
	return body->complete ? n : MHD_SIZE_UNKNOWN;
}

static enum MHD_Result copy_header(void *cls, enum MHD_ValueKind kind, const char *name,
				   const char *value)
{
	(void)kind;
	return MHD_add_response_header(cls, name, value);
}

static ssize_t read_nothing(void *cls, uint64_t position, char *dst, size_t max)
{
	(void)cls, (void)position, (void)dst, (void)max;
	return MHD_CONTENT_READER_END_OF_STREAM;
}

/* The response must not be chunked, because libmicrohttpd would send the end of a
 * chunked body even for HEAD. */
static struct MHD_Response *bare_response(uint64_t length)
{
	struct MHD_Response *bare =
	    MHD_create_response_from_callback(length, 1, read_nothing, NULL, NULL);

	if (bare && length == MHD_SIZE_UNKNOWN)
		MHD_set_response_options(bare, MHD_RF_HTTP_VERSION_1_0_ONLY, MHD_RO_END);
	return bare;
}

struct MHD_Response *http_reply_endless_head(void)
{
	return bare_response(MHD_SIZE_UNKNOWN);
}

void http_reply_without_body(struct http_reply *reply)
{
	struct MHD_Response *bare;

	if (!reply->response || !reply->body)
		return;
	bare = bare_response(count_body(reply->body));
	if (bare)
		MHD_get_response_headers(reply->response, copy_header, bare);
	MHD_destroy_response(reply->response);
	reply->response = bare;
	reply->body = NULL;
}
