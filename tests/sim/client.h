/* client.h - a blocking client of a test: says bytes, hears exactly the bytes it expects. */
#ifndef MAILSIM_CLIENT_H
#define MAILSIM_CLIENT_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client;

/* Ends the test program, with the reason on stderr, when it cannot connect. */
struct client *client_connect(const char *host, uint16_t port);
/* Drops the connection as it is. */
void client_close(struct client *);
/* close_notify first, when TLS is on. */
void client_leave(struct client *);

void client_say(struct client *, const char *text);

/* Reads as many bytes as `expected` has, five seconds at most, and returns what came, lent
 * until the next call: compare them. */
const char *client_hear(struct client *, const char *expected);
/* The same for `count` bytes. */
const char *client_read(struct client *, size_t count);
/* Up to a line end. */
const char *client_line(struct client *);
/* Up to the end of the stream, as a heap string. */
char *client_read_all(struct client *);

/* How the stream ends, without bytes before: "end", "close_notify", "reset", "tls error",
 * "bytes", or "nothing" when nothing happens for `ms`. */
const char *client_ending(struct client *, int ms);

/* What to do differently in a handshake; zeroed: nothing. */
struct client_tls {
	const char *ca_file;
	const char *name; /* SNI, and what is verified */
	int max_version;  /* TLS1_VERSION ...; 0: all */
};

/* Shakes hands. False when it failed; then client_error tells. */
bool client_secure(struct client *, const struct client_tls *);
/* X509_V_OK or why the certificate is not good. */
long client_verdict(const struct client *);
SSL *client_ssl(struct client *);
const char *client_error(const struct client *);

#endif
