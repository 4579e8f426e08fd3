/* peer.c - blocking on purpose: the plainest code is the one to trust in a test. */
#include "peer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void need(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

struct job {
	struct peer *peer;
	unsigned connections;
};

static void *run(void *arg)
{
	struct job job = *(struct job *)arg;

	free(arg);
	for (unsigned i = 0; i < job.connections; i++) {
		int fd = accept4(job.peer->listener, NULL, NULL, SOCK_CLOEXEC);

		need(fd >= 0, "accept");
		job.peer->serve(job.peer, fd);
		close(fd);
	}
	return NULL;
}

void peer_open(struct peer *p, int family, unsigned connections)
{
	struct job *job = malloc(sizeof(*job));
	socklen_t n = sizeof(p->address);

	need(job != NULL, "malloc");
	*job = (struct job){ p, connections };
	signal(SIGPIPE, SIG_IGN);
	address_parse(view_of(family == AF_INET6 ? "::1" : "127.0.0.1"), 0, &p->address);
	p->listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	need(p->listener >= 0, "socket");
	if (p->receive_buffer != 0)
		setsockopt(p->listener, SOL_SOCKET, SO_RCVBUF, &p->receive_buffer,
			   sizeof(p->receive_buffer));
	need(bind(p->listener, &p->address.any, address_length(&p->address)) == 0, "bind");
	need(listen(p->listener, 16) == 0, "listen");
	need(getsockname(p->listener, &p->address.any, &n) == 0, "getsockname");
	need(pthread_create(&p->thread, NULL, run, job) == 0, "pthread_create");
}

void peer_close(struct peer *p)
{
	pthread_join(p->thread, NULL);
	close(p->listener);
}

size_t peer_read_line(int fd, char *dst, size_t cap)
{
	size_t n = 0;

	while (n + 1 < cap && (n == 0 || dst[n - 1] != '\n')) {
		ssize_t got = recv(fd, dst + n, 1, 0);

		if (got <= 0)
			break;
		n++;
	}
	dst[n] = '\0';
	return n;
}

void peer_set_reset(int fd)
{
	const struct linger now = { 1, 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

static int on_sni(SSL *ssl, int *alert, void *arg)
{
	struct peer *p = arg;
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

	(void)alert;
	p->saw_sni = name != NULL;
	snprintf(p->sni, sizeof(p->sni), "%s", name != NULL ? name : "");
	return SSL_TLSEXT_ERR_OK;
}

static int on_status(SSL *ssl, void *arg)
{
	struct peer *p = arg;

	p->asked_staple = true;
	if (p->staple == NULL)
		return SSL_TLSEXT_ERR_NOACK;
	SSL_set_tlsext_status_ocsp_resp(ssl, OPENSSL_memdup(p->staple, (size_t)p->staple_n),
					p->staple_n);
	return SSL_TLSEXT_ERR_OK;
}

static void use_dh(SSL_CTX *c, const char *group)
{
	EVP_PKEY_CTX *make = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
	EVP_PKEY *parameters = NULL;

	need(EVP_PKEY_paramgen_init(make) == 1 &&
		 EVP_PKEY_CTX_set_group_name(make, group) == 1 &&
		 EVP_PKEY_paramgen(make, &parameters) == 1 &&
		 SSL_CTX_set0_tmp_dh_pkey(c, parameters) == 1,
	     "DH group");
	EVP_PKEY_CTX_free(make);
}

static SSL_CTX *context_of(struct peer *p)
{
	SSL_CTX *c = SSL_CTX_new(TLS_server_method());

	need(c != NULL, "SSL_CTX_new");
	SSL_CTX_set_security_level(c, 0);
	SSL_CTX_set_min_proto_version(c,
				      p->version_min != 0 ? p->version_min : TLS1_VERSION);
	SSL_CTX_set_max_proto_version(c, p->version_max);
	need(SSL_CTX_set_cipher_list(c, p->ciphers != NULL ? p->ciphers
							   : "DEFAULT:@SECLEVEL=0") == 1,
	     "ciphers");
	if (p->dh_group != NULL)
		use_dh(c, p->dh_group);
	need(SSL_CTX_set1_groups_list(c, "X25519:P-256:P-384:P-224:P-192") == 1, "groups");
	need(SSL_CTX_use_certificate(c, p->chain[0]->x) == 1, "certificate");
	need(SSL_CTX_use_PrivateKey(c, p->chain[0]->key) == 1, "key");
	for (int i = 1; i < 4 && p->chain[i] != NULL; i++)
		SSL_CTX_add1_chain_cert(c, p->chain[i]->x);
	SSL_CTX_set_mode(c, SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_tlsext_servername_callback(c, on_sni);
	SSL_CTX_set_tlsext_servername_arg(c, p);
	SSL_CTX_set_tlsext_status_cb(c, on_status);
	SSL_CTX_set_tlsext_status_arg(c, p);
	if (p->client_root != NULL)
		X509_STORE_add_cert(SSL_CTX_get_cert_store(c), p->client_root->x);
	if (p->ask_certificate)
		SSL_CTX_set_verify(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
				   NULL);
	return c;
}

static void talk_politely(struct peer *p, SSL *ssl)
{
	size_t n = 0;
	int got = 1;

	SSL_write(ssl, "hello\r\n", 7);
	while (got > 0 && n + 1 < sizeof(p->heard)) {
		got = SSL_read(ssl, p->heard + n, (int)(sizeof(p->heard) - 1 - n));
		n += got > 0 ? (size_t)got : 0;
	}
	p->saw_close_notify = SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN;
	SSL_shutdown(ssl);
}

void serve_tls(struct peer *p, int fd)
{
	SSL_CTX *c = context_of(p);
	SSL *ssl = SSL_new(c);

	SSL_set_fd(ssl, fd);
	memset(p->heard, 0, sizeof(p->heard));
	p->accepted = SSL_accept(ssl) == 1;
	if (p->accepted && p->talk != NULL)
		p->talk(ssl, fd);
	else if (p->accepted && !p->early_close)
		talk_politely(p, ssl);
	SSL_free(ssl);
	SSL_CTX_free(c);
}
