/* gate.c - the rules in use, the logins, and a bucket of requests. */
#include "gate.h"

#include "logins.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct gate {
	struct logins *logins;
	pthread_mutex_t lock; /* of what follows */
	struct rules *rules;
	double tokens;          /* requests that may come at once */
	struct instant counted; /* when the tokens were */
};

static void wait_for_login(void *user)
{
	request_wait(user);
}

static void login_is_known(void *user)
{
	request_resume(user);
}

struct gate *gate_new(struct rules *rules)
{
	static const struct login_hooks hooks = { wait_for_login, login_is_known };
	struct gate *gate = calloc(1, sizeof(*gate));

	if (gate)
		gate->logins = logins_new(&hooks);
	if (!gate || !gate->logins) {
		rules_release(rules);
		free(gate);
		return NULL;
	}
	pthread_mutex_init(&gate->lock, NULL);
	gate_change(gate, rules);
	return gate;
}

void gate_free(struct gate *gate)
{
	if (!gate)
		return;
	logins_free(gate->logins);
	rules_release(gate->rules);
	pthread_mutex_destroy(&gate->lock);
	free(gate);
}

static double burst(const struct rules *rules)
{
	return rules->config && rules->config->burst > 1 ? rules->config->burst : 1;
}

void gate_change(struct gate *gate, struct rules *rules)
{
	struct rules *before;

	pthread_mutex_lock(&gate->lock);
	before = gate->rules;
	gate->rules = rules;
	gate->tokens = burst(rules);
	gate->counted = instant_now();
	pthread_mutex_unlock(&gate->lock);
	rules_release(before);
}

struct rules *gate_rules(struct gate *gate)
{
	struct rules *rules;

	pthread_mutex_lock(&gate->lock);
	rules = rules_hold(gate->rules);
	pthread_mutex_unlock(&gate->lock);
	return rules;
}

/* --- a request ------------------------------------------------------------------------------- */

/* One more in each interval, up to the burst. */
static bool within_rate(struct gate *gate)
{
	struct instant now = instant_now();
	struct span every;
	bool within = true;

	pthread_mutex_lock(&gate->lock);
	every = gate->rules->config ? gate->rules->config->every : (struct span){ 0 };
	if (every.ns > 0) {
		double most = burst(gate->rules);

		gate->tokens +=
		    (double)span_between(gate->counted, now).ns / (double)every.ns;
		if (gate->tokens > most)
			gate->tokens = most;
		gate->counted = now;
		within = gate->tokens >= 1;
		if (within)
			gate->tokens -= 1;
	}
	pthread_mutex_unlock(&gate->lock);
	return within;
}

static struct guest_name name_of(const struct request *request)
{
	static const struct sockaddr unknown = { .sa_family = AF_UNIX };
	const union MHD_ConnectionInfo *at = MHD_get_connection_info(
	    request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *address = at && at->client_addr ? at->client_addr : &unknown;
	const union MHD_ConnectionInfo *fd =
	    MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return guest_name_of(address, fd ? fd->connect_fd : -1);
}

static enum login ask(struct gate *gate, struct request *request)
{
	struct rules *rules = gate_rules(gate);
	enum login what = LOGIN_YES;

	if (rules->config && rules->config->users.n > 0)
		what = logins_ask(gate->logins, &rules->config->users,
				  request_header(request, MHD_HTTP_HEADER_AUTHORIZATION),
				  name_of(request), request, &request->login);
	rules_release(rules);
	return what;
}

static struct reply unauthorized(void)
{
	struct reply reply = reply_text(MHD_HTTP_UNAUTHORIZED, "Unauthorized\n");

	reply_header(&reply, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
		     "Basic realm=\"mailvane\", charset=\"UTF-8\"");
	return reply;
}

static bool judge(enum login what, bool ending, struct request *request,
		  struct reply *ret_refusal)
{
	switch (what) {
	case LOGIN_YES:
		request->admitted = true;
		return true;
	case LOGIN_NO:
		*ret_refusal = unauthorized();
		break;
	case LOGIN_BUSY:
		*ret_refusal = reply_busy("too many logins at once\n");
		break;
	case LOGIN_LATER:
		*ret_refusal = ending ? reply_text(MHD_HTTP_SERVICE_UNAVAILABLE,
						   "mailvane_exporter ends\n")
				      : reply_later();
		break;
	}
	return false;
}

bool gate_admits(struct gate *gate, struct request *request, struct reply *ret_refusal)
{
	if (request->admitted)
		return true;
	if (request->login)
		return judge(logins_answer(request->login), request->ending, request,
			     ret_refusal);
	if (!within_rate(gate)) {
		*ret_refusal = reply_busy("too many requests\n");
		return false;
	}
	return judge(ask(gate, request), false, request, ret_refusal);
}

/* --- an answer ------------------------------------------------------------------------------- */

/* What the operator says replaces what we say. */
void gate_dress(struct gate *gate, struct reply *reply)
{
	struct rules *rules;
	const char *ours;

	if (!reply->response)
		return;
	rules = gate_rules(gate);
	for (size_t i = 0; rules->config && i < rules->config->headers.n; i++) {
		const struct web_pair *header = &rules->config->headers.list[i];

		ours = MHD_get_response_header(reply->response, header->name);
		if (ours)
			MHD_del_response_header(reply->response, header->name, ours);
		if (*header->value)
			reply_header(reply, header->name, header->value);
	}
	rules_release(rules);
}
