/* mail_reply.c - collects the parts of a reply while its lines arrive. */
#include "mail_reply.h"

#include <string.h>

void mail_reply_init(struct mail_reply *r)
{
	memset(r, 0, offsetof(struct mail_reply, words));
	buffer_init(&r->words, r->storage, sizeof(r->storage));
}

void mail_reply_set_code(struct mail_reply *r, struct view code)
{
	if (code.n >= sizeof(r->status_code))
		return;
	for (size_t i = 0; i < code.n; i++)
		if (code.p[i] <= ' ' || code.p[i] >= 0x7f)
			return;
	memset(r->status_code, 0, sizeof(r->status_code));
	if (code.n > 0)
		memcpy(r->status_code, code.p, code.n);
}

static void put_some(struct buffer *b, struct view v)
{
	if (v.n > b->cap - b->n)
		v.n = b->cap - b->n;
	buffer_put(b, v);
}

void mail_reply_add_text(struct mail_reply *r, struct view words)
{
	if (words.n == 0)
		return;
	if (r->words.n > 0)
		put_some(&r->words, view_of(" "));
	put_some(&r->words, words);
}
