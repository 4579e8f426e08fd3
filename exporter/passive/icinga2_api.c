/* icinga2_api.c - uses libcurl's multi interface: a few requests at once, each on a
 * connection that stays open. Icinga's certificate is always verified. */
#include "icinga2_api.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

enum { PAUSE_MS = 100, POLL_MS = 100, CONNECT_SECONDS = 3, SECONDS = 10 };
enum { TTL_INTERVALS = 3 };

struct request {
	CURL *easy;
	struct message *message; /* NULL: the connection is free */
	struct strbuf body;
	char error[CURL_ERROR_SIZE];
};

struct icinga2_api {
	struct transport transport;
	CURLM *multi;
	struct curl_slist *headers, *connect_to;
	struct request requests[ICINGA2_CONNECTIONS];
	bool stopped; /* an error that all further requests would have, too */
};

/* --- the request ----------------------------------------------------------------------------- */

/* Writes a JSON string (RFC 8259 section 7). The text is UTF-8. */
static void icinga2_api_put_string(struct strbuf *out, struct view text)
{
	strbuf_text(out, "\"");
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == '"' || c == '\\')
			strbuf_format(out, "\\%c", c);
		else if (c < 0x20)
			strbuf_format(out, "\\u%04x", c);
		else
			strbuf_put(out, (struct view){ text.p + i, 1 });
	}
	strbuf_text(out, "\"");
}

static void icinga2_api_put_time(struct strbuf *out, const char *key, int64_t ms)
{
	strbuf_format(out, ",\"%s\":%lld.%03lld", key, (long long)(ms / 1000),
		      (long long)(ms % 1000));
}

/* Writes the text, and the performance data behind its bar as an array, because Icinga
 * does not look for them in the text. */
static void put_output(struct strbuf *out, const char *text)
{
	struct view values = { text + strcspn(text, "|\n"), 0 }, word;
	struct strbuf words;
	const char *gap = "";

	strbuf_init(&words);
	strbuf_put(&words, view_trim((struct view){ text, (size_t)(values.p - text) }));
	if (*values.p == '|') {
		values.p++;
		values.n = strcspn(values.p, "\n");
	}
	strbuf_text(&words, values.p + values.n);
	while (words.n > 0 && words.p[words.n - 1] == '\n')
		words.n--;
	strbuf_text(out, ",\"plugin_output\":");
	icinga2_api_put_string(out, strbuf_view(&words));
	out->failed = out->failed || words.failed;
	strbuf_fini(&words);
	strbuf_text(out, ",\"performance_data\":[");
	for (; view_next_word(&values, &word); gap = ",") {
		strbuf_text(out, gap);
		icinga2_api_put_string(out, word);
	}
	strbuf_text(out, "]");
}

void icinga2_api_body(struct strbuf *out, const struct message *p)
{
	struct strbuf name;

	strbuf_init(&name);
	strbuf_format(&name, "%s!%s", p->host, p->service);
	strbuf_text(out, "{\"type\":\"Service\",\"service\":");
	icinga2_api_put_string(out, strbuf_view(&name));
	out->failed = out->failed || name.failed;
	strbuf_fini(&name);
	strbuf_format(out, ",\"exit_status\":%u", (unsigned)p->state);
	put_output(out, p->text);
	strbuf_text(out, ",\"check_source\":\"mailvane_exporter\"");
	icinga2_api_put_time(out, "execution_start", p->at.ms);
	icinga2_api_put_time(out, "execution_end", p->at.ms + p->took.ns / 1000000);
	strbuf_format(
	    out, ",\"ttl\":%llu}",
	    (unsigned long long)(span_ms(p->interval) * TTL_INTERVALS / 1000 + 1));
}

/* --- the answer ------------------------------------------------------------------------------ */

static void judge_status(struct icinga2_api *api, struct message *p, long status,
			 struct buffer *why)
{
	if (status == 200) {
		p->outcome = MESSAGE_SENT;
		return;
	}
	if (status == 404) {
		p->outcome = MESSAGE_REFUSED;
		if (why->n == 0)
			buffer_format(why, "Icinga has no service '%s!%s'", p->host,
				      p->service);
		return;
	}
	/* all other answers are about the user or Icinga as a whole */
	api->stopped = true;
	if (why->n > 0)
		return;
	buffer_format(why, "Icinga answers %ld%s", status,
		      status == 401   ? ": user and password_file do not match"
		      : status == 403 ? ": the user needs the permission "
					"actions/process-check-result"
				      : "");
}

static void icinga2_api_judge(struct icinga2_api *api, struct request *r, CURLcode code,
			      struct buffer *why)
{
	long status = 0;

	if (code == CURLE_OK) {
		curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
		judge_status(api, r->message, status, why);
	} else {
		api->stopped = true;
		if (why->n == 0)
			buffer_text(why, r->error[0] != '\0' ? r->error
							     : curl_easy_strerror(code));
	}
	r->message = NULL;
}

/* Ignores the body; only the status counts. */
static size_t ignore(char *bytes, size_t size, size_t count, void *cls)
{
	(void)bytes, (void)cls;
	return size * count;
}

/* --- the transport --------------------------------------------------------------------------- */

static bool icinga2_api_begin(struct icinga2_api *api, struct request *r, struct message *p)
{
	strbuf_clear(&r->body);
	r->error[0] = '\0';
	icinga2_api_body(&r->body, p);
	if (r->body.failed)
		return false;
	curl_easy_setopt(r->easy, CURLOPT_POSTFIELDS, r->body.p);
	curl_easy_setopt(r->easy, CURLOPT_POSTFIELDSIZE, (long)r->body.n);
	if (curl_multi_add_handle(api->multi, r->easy) != CURLM_OK)
		return false;
	r->message = p;
	return true;
}

static void finish_done(struct icinga2_api *api, struct buffer *why)
{
	struct CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(api->multi, &left))) {
		CURLcode code = message->data.result;
		struct request *r = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &r);
		curl_multi_remove_handle(api->multi, r->easy);
		icinga2_api_judge(api, r, code, why);
	}
}

/* Starts as many requests as there are free connections. Returns how many are running. */
static size_t icinga2_api_fill(struct icinga2_api *api, struct message *messages,
			       size_t count, size_t *next)
{
	size_t busy = 0;

	for (size_t i = 0; i < ICINGA2_CONNECTIONS; i++) {
		struct request *r = &api->requests[i];

		while (!r->message && !api->stopped && *next < count)
			if (!icinga2_api_begin(api, r, &messages[(*next)++]))
				api->stopped = true;
		busy += r->message != NULL;
	}
	return busy;
}

static void icinga2_api_abandon(struct icinga2_api *api)
{
	for (size_t i = 0; i < ICINGA2_CONNECTIONS; i++) {
		struct request *r = &api->requests[i];

		if (r->message)
			curl_multi_remove_handle(api->multi, r->easy);
		r->message = NULL;
	}
}

static void icinga2_api_deliver(struct transport *transport, struct message *messages,
				size_t count, const atomic_bool *stopping,
				struct buffer *why)
{
	struct icinga2_api *api = (struct icinga2_api *)transport;
	size_t next = 0;
	int running;

	api->stopped = false;
	while (icinga2_api_fill(api, messages, count, &next) > 0 &&
	       !atomic_load(stopping)) {
		if (curl_multi_perform(api->multi, &running) != CURLM_OK)
			break;
		finish_done(api, why);
		if (running > 0)
			curl_multi_poll(api->multi, NULL, 0, POLL_MS, NULL);
	}
	icinga2_api_abandon(api);
}

static void free_api(struct transport *transport)
{
	struct icinga2_api *api = (struct icinga2_api *)transport;

	for (size_t i = 0; i < ICINGA2_CONNECTIONS; i++) {
		curl_easy_cleanup(api->requests[i].easy);
		strbuf_fini(&api->requests[i].body);
	}
	curl_multi_cleanup(api->multi);
	curl_slist_free_all(api->headers);
	curl_slist_free_all(api->connect_to);
	free(api);
	curl_global_cleanup();
}

/* --- setting up ------------------------------------------------------------------------------ */

/* The connection goes to the host of the url; the certificate is verified for tls_name. */
static char *url_of(struct icinga2_api *api, const struct passive_icinga2 *s)
{
	CURLU *url = curl_url();
	char *host = NULL, *port = NULL, *whole = NULL;
	struct strbuf to;

	strbuf_init(&to);
	if (curl_url_set(url, CURLUPART_URL, s->url, 0) == CURLUE_OK &&
	    curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
	    curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK) {
		strbuf_format(&to, "::%s:%s", host, port);
		if (s->tls_name) {
			curl_url_set(url, CURLUPART_HOST, s->tls_name, 0);
			api->connect_to = curl_slist_append(NULL, to.p);
		}
		curl_url_set(url, CURLUPART_PATH, "/v1/actions/process-check-result", 0);
		curl_url_get(url, CURLUPART_URL, &whole, 0);
	}
	strbuf_fini(&to);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(url);
	return whole;
}

static bool icinga2_api_set_up(struct icinga2_api *api, struct request *r, const char *url,
			       const struct passive_icinga2 *s)
{
	CURL *easy = curl_easy_init();
	bool good;

	r->easy = easy;
	if (!easy)
		return false;
	good = curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_USERNAME, s->user) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_PASSWORD, s->password) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK;
	if (s->ca_file) {
		good =
		    curl_easy_setopt(easy, CURLOPT_CAINFO, s->ca_file) == CURLE_OK && good;
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, api->headers);
	curl_easy_setopt(easy, CURLOPT_CONNECT_TO, api->connect_to);
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)SECONDS);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, r->error);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, r);
	strbuf_init(&r->body);
	return good;
}

static bool set_up_all(struct icinga2_api *api, const struct passive_icinga2 *s)
{
	char *url = url_of(api, s);
	bool good = url != NULL;

	api->multi = curl_multi_init();
	api->headers = curl_slist_append(NULL, "Accept: application/json");
	/* "Expect: 100-continue" would cost a round trip */
	curl_slist_append(api->headers, "Expect:");
	curl_slist_append(api->headers, "Content-Type: application/json");
	for (size_t i = 0; good && i < ICINGA2_CONNECTIONS; i++)
		good = icinga2_api_set_up(api, &api->requests[i], url, s);
	curl_free(url);
	return good && api->multi && api->headers;
}

struct transport *icinga2_api_new(const struct passive_icinga2 *settings,
				  struct buffer *error)
{
	struct icinga2_api *api = calloc(1, sizeof(*api));

	if (!api || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(api);
		buffer_text(error, "libcurl cannot start");
		return NULL;
	}
	api->transport = (struct transport){ .name = "icinga2",
					     .pause = span_of_ms(PAUSE_MS),
					     .deliver = icinga2_api_deliver,
					     .free = free_api };
	if (set_up_all(api, settings))
		return &api->transport;
	free_api(&api->transport);
	buffer_text(error, "libcurl cannot do what the API of Icinga 2 needs");
	return NULL;
}
