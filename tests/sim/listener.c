/* listener.c - opens the listening sockets of a scenario. */
#include "listener.h"

#include "flood.h"
#include "sni.h"
#include "speaker.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

union endpoint {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t endpoint_of(const struct listener_plan *plan, unsigned host, uint16_t port,
			     union endpoint *ret)
{
	*ret = (union endpoint){ 0 };
	if (inet_pton(AF_INET6, plan->host, &ret->v6.sin6_addr) == 1) {
		ret->v6.sin6_family = AF_INET6;
		ret->v6.sin6_port = htons(port);
		return sizeof(ret->v6);
	}
	*ret = (union endpoint){ 0 };
	inet_pton(AF_INET, plan->host, &ret->v4.sin_addr);
	ret->v4.sin_addr.s_addr = htonl(ntohl(ret->v4.sin_addr.s_addr) + host);
	ret->v4.sin_family = AF_INET;
	ret->v4.sin_port = htons(port);
	return sizeof(ret->v4);
}

/* -1 with errno. */
static int socket_open(const union endpoint *at, socklen_t n, bool shared)
{
	int fd = socket(at->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1, saved;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (shared)
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	/* Inherited by what is accepted: saves a call each. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (at->any.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, &at->any, n) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/* SO_REUSEPORT would let us share a port with another program, so ask without it first. */
static bool port_free(const struct listener_plan *plan, unsigned host, uint16_t port)
{
	union endpoint at;
	socklen_t n = endpoint_of(plan, host, port, &at);
	int fd = socket_open(&at, n, false);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static uint16_t port_of(int fd)
{
	union endpoint at = { 0 };
	socklen_t n = sizeof(at);

	getsockname(fd, &at.any, &n);
	return ntohs(at.any.sa_family == AF_INET6 ? at.v6.sin6_port : at.v4.sin_port);
}

static bool open_all(struct listener *l, unsigned threads)
{
	const struct listener_plan *plan = l->plan;

	l->port = plan->port;
	for (unsigned i = 0; i < l->socket_count; i++) {
		unsigned host = i / threads;
		union endpoint at;
		socklen_t n;

		if (l->port != 0 && i % threads == 0 && !port_free(plan, host, l->port))
			return false;
		n = endpoint_of(plan, host, l->port, &at);
		l->sockets[i] = socket_open(&at, n, threads > 1);
		if (l->sockets[i] < 0)
			return false;
		if (l->port == 0)
			l->port = port_of(l->sockets[i]);
	}
	return true;
}

static void close_all(struct listener *l)
{
	for (unsigned i = 0; i < l->socket_count; i++) {
		if (l->sockets[i] >= 0)
			close(l->sockets[i]);
		l->sockets[i] = -1;
	}
}

bool listener_open(struct listener *l, const struct listener_plan *plan, unsigned threads)
{
	/* A port picked at the first address may be taken at the second. */
	int tries = plan->port == 0 && plan->hosts > 1 ? 20 : 1;
	int saved;

	*l = (struct listener){ .plan = plan, .speaker = speaker_of(plan->protocol) };
	l->socket_count = plan->hosts * threads;
	l->sockets = malloc(l->socket_count * sizeof(*l->sockets));
	if (l->sockets == NULL) {
		l->socket_count = 0;
		return false;
	}
	memset(l->sockets, -1, l->socket_count * sizeof(*l->sockets));
	while (tries-- > 0) {
		if (open_all(l, threads))
			return true;
		saved = errno;
		close_all(l);
		errno = saved;
	}
	fprintf(stderr, "mailsim: listener %s: cannot listen on %s port %u: %s\n",
		plan->name, plan->host, plan->port, strerror(errno));
	listener_close(l);
	return false;
}

static int version_number(unsigned version)
{
	static const int numbers[] = { TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION,
				       TLS1_3_VERSION };

	return version == 0 ? 0 : numbers[version - 10];
}

static int any_certificate(int ok, X509_STORE_CTX *store)
{
	(void)ok;
	(void)store;
	return 1;
}

/* Each error has its alert. */
static int refuse(X509_STORE_CTX *store, int error)
{
	X509_STORE_CTX_set_error(store, error);
	return 0;
}

static int refuse_issuer(int ok, X509_STORE_CTX *store)
{
	(void)ok;
	return refuse(store, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
}

static int refuse_age(int ok, X509_STORE_CTX *store)
{
	(void)ok;
	return refuse(store, X509_V_ERR_CERT_HAS_EXPIRED);
}

static int refuse_all(int ok, X509_STORE_CTX *store)
{
	(void)ok;
	return refuse(store, X509_V_ERR_CERT_REJECTED);
}

static void want_certificate(SSL_CTX *context, enum client_certificate want)
{
	static int (*const judges[])(int, X509_STORE_CTX *) = {
		[CLIENT_ASKED] = any_certificate,    [CLIENT_REQUIRED] = any_certificate,
		[CLIENT_UNKNOWN_CA] = refuse_issuer, [CLIENT_EXPIRED] = refuse_age,
		[CLIENT_BAD] = refuse_all,
	};

	if (want != CLIENT_NONE)
		SSL_CTX_set_verify(
		    context,
		    SSL_VERIFY_PEER |
			(want != CLIENT_ASKED ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
		    judges[want]);
}

static bool use_ciphers(SSL_CTX *context, const struct listener_plan *plan)
{
	EVP_PKEY_CTX *make;
	EVP_PKEY *group = NULL;
	char list[200];
	bool good;

	snprintf(list, sizeof(list), "%s:@SECLEVEL=0",
		 plan->ciphers != NULL ? plan->ciphers : "ALL");
	if (SSL_CTX_set_cipher_list(context, list) != 1)
		return false;
	if (plan->dh_group == NULL)
		return true;
	make = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
	good = EVP_PKEY_paramgen_init(make) == 1 &&
	       EVP_PKEY_CTX_set_group_name(make, plan->dh_group) == 1 &&
	       EVP_PKEY_paramgen(make, &group) == 1 &&
	       SSL_CTX_set0_tmp_dh_pkey(context, group) == 1;
	EVP_PKEY_CTX_free(make);
	return good;
}

static bool floods(const struct listener_plan *plan)
{
	const struct mischief *m = plan->mischief;

	while (m != NULL && m->trick != TRICK_FLOOD)
		m = m->next;
	return m != NULL;
}

bool listener_secure(struct listener *l, struct authority *authority)
{
	const struct listener_plan *plan = l->plan;

	if (plan->tls == TLS_MODE_NONE)
		return true;
	l->context = SSL_CTX_new(TLS_server_method());
	if (l->context == NULL)
		return false;
	/* Weak keys and old versions are among the things to be served. */
	SSL_CTX_set_security_level(l->context, 0);
	if (!use_ciphers(l->context, plan)) {
		fprintf(stderr, "mailsim: listener %s (line %u): no such cipher or group\n",
			plan->name, plan->line);
		return false;
	}
	SSL_CTX_set_min_proto_version(
	    l->context, plan->tls_min == 0 ? TLS1_VERSION : version_number(plan->tls_min));
	SSL_CTX_set_max_proto_version(l->context, version_number(plan->tls_max));
	SSL_CTX_set_mode(l->context, SSL_MODE_ENABLE_PARTIAL_WRITE |
					 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
					 SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_options(l->context, SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_session_cache_mode(l->context, SSL_SESS_CACHE_OFF);
	if (floods(plan))
		flood_prepare(l->context);
	want_certificate(l->context, plan->client_certificate);
	if (authority_furnish(authority, plan->certificate, l->context) &&
	    sni_new(plan->names, l->context, authority, &l->sni))
		return true;
	fprintf(stderr, "mailsim: listener %s (line %u) has no certificate\n", plan->name,
		plan->line);
	return false;
}

void listener_close(struct listener *l)
{
	close_all(l);
	free(l->sockets);
	SSL_CTX_free(l->context);
	sni_free(l->sni);
	l->sni = NULL;
	l->sockets = NULL;
	l->socket_count = 0;
	l->context = NULL;
}
