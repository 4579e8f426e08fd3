/* tls_bench.h - one trusted root, one good server certificate, and clients that meet a peer. */
#ifndef MAILVANE_TLS_BENCH_H
#define MAILVANE_TLS_BENCH_H

#include "client.h"

extern struct identity root, leaf; /* leaf: of mx1.test */
extern struct tls_context *context;

/* For cmocka_run_group_tests. */
int make_world(void **state);
int end_world(void **state);

void say_bytes(int fd, const void *, size_t n);
void say(int fd, const char *text);

/* The client starts TLS at once, with the context above. */
void meet(struct client *, struct peer *);
/* It does so only if it has a context of its own. */
void meet_plain(struct client *, struct peer *);

void expect_fault(const struct client *, enum fault, const char *reason);
void finish(struct client *);

/* For on_received: QUIT and close; STARTTLS first. */
void say_and_part(struct client *, struct view);
void upgrade(struct client *, struct view);

#endif
