/* sni.c - a list of contexts, asked in order. */
#include "sni.h"

#include <stdlib.h>
#include <string.h>

struct sni {
	struct sni *next;
	const struct sni_plan *plan;
	SSL_CTX *context; /* NULL: refuse */
};

static bool matches(const char *pattern, const char *name)
{
	size_t n = strlen(name), m = strlen(pattern);

	if (pattern[0] != '*')
		return view_equal(view_of(name), pattern);
	return n >= m && view_equal(view_of(name + n - m + 1), pattern + 1);
}

static int choose(SSL *ssl, int *alert, void *list)
{
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

	for (struct sni *s = list; s != NULL && name != NULL; s = s->next) {
		if (!matches(s->plan->name, name))
			continue;
		if (s->context != NULL && SSL_set_SSL_CTX(ssl, s->context) != NULL)
			return SSL_TLSEXT_ERR_OK;
		*alert = SSL_AD_UNRECOGNIZED_NAME;
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	}
	return SSL_TLSEXT_ERR_OK;
}

static bool add(const struct sni_plan *plan, struct authority *authority, struct sni ***end)
{
	struct sni *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return false;
	s->plan = plan;
	**end = s;
	*end = &s->next;
	if (plan->certificate == NULL)
		return true;
	s->context = SSL_CTX_new(TLS_server_method());
	if (s->context == NULL)
		return false;
	SSL_CTX_set_security_level(s->context, 0);
	return authority_furnish(authority, plan->certificate, s->context);
}

bool sni_new(const struct sni_plan *plan, SSL_CTX *context, struct authority *authority,
	     struct sni **ret_sni)
{
	struct sni *list = NULL, **end = &list;

	for (; plan != NULL; plan = plan->next)
		if (!add(plan, authority, &end)) {
			sni_free(list);
			return false;
		}
	if (list != NULL) {
		SSL_CTX_set_tlsext_servername_callback(context, choose);
		SSL_CTX_set_tlsext_servername_arg(context, list);
	}
	*ret_sni = list;
	return true;
}

void sni_free(struct sni *s)
{
	while (s != NULL) {
		struct sni *next = s->next;

		SSL_CTX_free(s->context);
		free(s);
		s = next;
	}
}
