/* record.c - one write per line, so that lines of several workers do not mix. */
#include "record.h"

#include "session.h"
#include "worker.h"

#include <errno.h>
#include <unistd.h>

static void put_escaped(struct buffer *b, struct view bytes)
{
	for (size_t i = 0; i < bytes.n; i++) {
		unsigned char c = (unsigned char)bytes.p[i];

		if (c == '\r' || c == '\n')
			buffer_text(b, c == '\r' ? "\\r" : "\\n");
		else if (c == '"' || c == '\\')
			buffer_format(b, "\\%c", c);
		else if (c < 0x20 || c > 0x7e)
			buffer_format(b, "\\x%02x", c);
		else
			buffer_put(b, (struct view){ bytes.p + i, 1 });
	}
}

void record_bytes(struct session *s, const char *word, struct view bytes)
{
	int fd = s->worker->sim->record;
	char storage[4 * SESSION_INPUT_MAX + 256];
	struct buffer b;

	/* A handshake is not mail: no command begins with its record type. */
	if (fd < 0 || (bytes.n > 0 && bytes.p[0] == 0x16))
		return;
	buffer_init(&b, storage, sizeof(storage));
	buffer_format(&b, "listener=%s conn=%llu %s \"", s->listener->plan->name, s->number,
		      word);
	put_escaped(&b, bytes);
	buffer_text(&b, "\"\n");
	while (write(fd, b.p, b.n) < 0 && errno == EINTR)
		;
}
