/* access.c - the rules in use, the login check, and a token bucket for the request rate. */
#include "access.h"

#include "client_table.h"
#include "https.h"
#include "logins.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct access {
	struct logins *logins;
	pthread_mutex_t lock; /* protects the members below */
	struct rules *rules;
	double tokens;          /* requests that are allowed now */
	struct instant counted; /* when the tokens were counted */
};

static void access_suspend_request(void *user)
{
	request_wait(user);
}

static void access_resume_request(void *user)
{
	request_resume(user);
}

struct access *access_new(struct rules *rules)
{
	static const struct login_hooks hooks = { access_suspend_request,
						  access_resume_request };
	struct access *access = calloc(1, sizeof(*access));

	if (access)
		access->logins = logins_new(&hooks);
	if (!access || !access->logins) {
		rules_release(rules);
		free(access);
		return NULL;
	}
	pthread_mutex_init(&access->lock, NULL);
	access_change(access, rules);
	return access;
}

void access_free(struct access *access)
{
	if (!access)
		return;
	logins_free(access->logins);
	rules_release(access->rules);
	pthread_mutex_destroy(&access->lock);
	free(access);
}

static double access_burst(const struct rules *rules)
{
	return rules->config && rules->config->burst > 1 ? rules->config->burst : 1;
}

void access_change(struct access *access, struct rules *rules)
{
	struct rules *before;

	pthread_mutex_lock(&access->lock);
	before = access->rules;
	access->rules = rules;
	access->tokens = access_burst(rules);
	access->counted = instant_now();
	pthread_mutex_unlock(&access->lock);
	rules_release(before);
}

struct rules *access_rules(struct access *access)
{
	struct rules *rules;

	pthread_mutex_lock(&access->lock);
	rules = rules_hold(access->rules);
	pthread_mutex_unlock(&access->lock);
	return rules;
}

/* --- a request ------------------------------------------------------------------------------- */

/* Adds one token for each interval, up to the burst; takes one for this request. */
static bool access_within_rate(struct access *access)
{
	struct instant now = instant_now();
	struct span every;
	bool within = true;

	pthread_mutex_lock(&access->lock);
	every = access->rules->config ? access->rules->config->every : (struct span){ 0 };
	if (every.ns > 0) {
		double most = access_burst(access->rules);

		access->tokens +=
		    (double)span_between(access->counted, now).ns / (double)every.ns;
		if (access->tokens > most)
			access->tokens = most;
		access->counted = now;
		within = access->tokens >= 1;
		if (within)
			access->tokens -= 1;
	}
	pthread_mutex_unlock(&access->lock);
	return within;
}

bool access_is_local(int fd)
{
	int domain = AF_UNSPEC;
	socklen_t length = sizeof(domain);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 &&
	       domain == AF_UNIX;
}

static bool access_has_client_certificate(const struct request *request)
{
	const union MHD_ConnectionInfo *tls = MHD_get_connection_info(
	    request->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);

	return tls && tls->tls_session && https_client_is_verified(tls->tls_session);
}

/* A proxy on this machine forwards requests of others, and sets one of these headers. */
static bool access_is_proxied(const struct request *request)
{
	static const char *const marks[] = { "Forwarded", "X-Forwarded-For", "X-Real-IP",
					     "Via" };

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (request_header(request, marks[i]))
			return true;
	return false;
}

bool access_is_trusted(const struct request *request)
{
	if (request->has_login || access_has_client_certificate(request))
		return true;
	return request->client->name.local && !access_is_proxied(request);
}

static enum login access_check_login(struct access *access, struct request *request)
{
	struct rules *rules = access_rules(access);
	enum login what = LOGIN_YES;

	if (rules->config && rules->config->users.n > 0 &&
	    !access_is_local(request->client->fd)) {
		request->has_login = true;
		what = logins_check(access->logins, &rules->config->users,
				    request_header(request, MHD_HTTP_HEADER_AUTHORIZATION),
				    request->client->name, request, &request->login);
	}
	rules_release(rules);
	return what;
}

static struct http_reply unauthorized(void)
{
	struct http_reply reply = http_reply_text(MHD_HTTP_UNAUTHORIZED, "Unauthorized\n");

	http_reply_header(&reply, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
			  "Basic realm=\"mailvane\", charset=\"UTF-8\"");
	return reply;
}

static bool access_apply_login(enum login what, struct http_reply *ret_refusal)
{
	switch (what) {
	case LOGIN_YES:
		return true;
	case LOGIN_NO:
		*ret_refusal = unauthorized();
		break;
	case LOGIN_BUSY:
		*ret_refusal = http_reply_busy("too many logins at once\n");
		break;
	case LOGIN_LATER:
		*ret_refusal = http_reply_later();
		break;
	}
	return false;
}

bool access_allows(struct access *access, struct request *request,
		   struct http_reply *ret_refusal)
{
	if (request->login)
		return access_apply_login(logins_result(request->login), ret_refusal);
	if (access_within_rate(access))
		return access_apply_login(access_check_login(access, request), ret_refusal);
	*ret_refusal = http_reply_busy("too many requests\n");
	return false;
}

/* --- an answer ------------------------------------------------------------------------------- */

/* Headers of the web configuration replace ours. */
void access_add_headers(struct access *access, struct http_reply *reply)
{
	struct rules *rules;
	const char *ours;

	if (!reply->response)
		return;
	rules = access_rules(access);
	for (size_t i = 0; rules->config && i < rules->config->headers.n; i++) {
		const struct web_pair *header = &rules->config->headers.list[i];

		ours = MHD_get_response_header(reply->response, header->name);
		if (ours)
			MHD_del_response_header(reply->response, header->name, ours);
		if (*header->value)
			http_reply_header(reply, header->name, header->value);
	}
	rules_release(rules);
}
