#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tls_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct identity root, leaf;
struct tls_context *context;

int make_world(void **state)
{
	struct tls_options options = { 0 };
	const struct identity *trusted[] = { &root };
	char error[300];
	char *file;

	(void)state;
	root = pki_issue(&(struct pki_options){ .name = "Root", .ca = true }, NULL);
	leaf =
	    pki_issue(&(struct pki_options){ .name = "mx1", .san = "DNS:mx1.test" }, &root);
	file = pki_file(trusted, 1);
	options.ca_file = file;
	context = tls_context_new(&options, error, sizeof(error));
	unlink(file);
	free(file);
	return context == NULL;
}

int end_world(void **state)
{
	(void)state;
	tls_context_free(context);
	pki_drop(&root);
	pki_drop(&leaf);
	return 0;
}

void say_bytes(int fd, const void *p, size_t n)
{
	if (send(fd, p, n, MSG_NOSIGNAL) != (ssize_t)n)
		abort();
}

void say(int fd, const char *text)
{
	say_bytes(fd, text, strlen(text));
}

void meet(struct client *c, struct peer *p)
{
	c->context = context;
	c->name = c->name != NULL ? c->name : "mx1.test";
	peer_open(p, AF_INET, 1);
	client_run(c, &p->address);
	peer_close(p);
	assert_int_equal(c->closed, 1);
}

void expect_fault(const struct client *c, enum fault fault, const char *reason)
{
	if (c->fault != fault || strstr(c->reason, reason) == NULL)
		fail_msg("%s: %s", fault_name(c->fault), c->reason);
	assert_int_equal(c->failed, 1);
}

void finish(struct client *c)
{
	tls_facts_fini(&c->facts);
}

void say_and_part(struct client *c, struct view v)
{
	(void)v;
	assert_true(stream_send(&c->stream, view_of("QUIT\r\n")));
	stream_close(&c->stream);
}

void upgrade(struct client *c, struct view v)
{
	if (memcmp(v.p, "220 mx1", 7) == 0) {
		stream_send(&c->stream, view_of("STARTTLS\r\n"));
	} else if (memcmp(v.p, "220 go", 6) == 0) {
		assert_false(stream_has_input(&c->stream));
		assert_true(stream_start_tls(&c->stream, context, "mx1.test", NULL));
	} else {
		say_and_part(c, v);
	}
}

void meet_plain(struct client *c, struct peer *p)
{
	peer_open(p, AF_INET, 1);
	client_run(c, &p->address);
	peer_close(p);
}
