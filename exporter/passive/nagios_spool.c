/* nagios_spool.c - writes one file a second while Nagios reads them; if it does not, 16
 * files in all.
 *
 * Files wait until Nagios looks again (check_result_reaper_frequency). The more files wait,
 * the longer the pause before the next one, for a Nagios that looks once a minute.
 */
#include "nagios_spool.h"

#include "regular_file.h"
#include "strbuf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	NAME_SIZE = 8,
	PAUSE_MS = 1000,
	UNREAD_TOO_LONG_MS = 180 * 1000,
	/* bytes; the rest of a batch goes into the next file */
	FILE_ENOUGH = STRBUF_MAX / 2,
};

struct spool_file {
	char name[NAME_SIZE]; /* "cXXXXXX" */
	struct instant written;
};

struct nagios_spool {
	struct transport transport;
	char *path;
	/* files that Nagios has not read yet, oldest first */
	struct spool_file files[NAGIOS_SPOOL_FILES_MAX];
	size_t file_count;
};

/* --- the format ------------------------------------------------------------------------------ */

/* Writes a value on one line; Nagios decodes the escapes. */
static void nagios_spool_put_escaped(struct strbuf *out, const char *text)
{
	for (; *text; text++)
		if (*text == '\n')
			strbuf_text(out, text[1] ? "\\n" : "");
		else if (*text == '\\')
			strbuf_text(out, "\\\\");
		else
			strbuf_put(out, (struct view){ text, 1 });
}

static void nagios_spool_put_time(struct strbuf *out, const char *key, int64_t ms)
{
	strbuf_format(out, "%s=%lld.%06lld\n", key, (long long)(ms / 1000),
		      (long long)(ms % 1000 * 1000));
}

static void put_result(struct strbuf *out, const struct message *p)
{
	strbuf_format(out, "\nhost_name=%s\nservice_description=%s\n", p->host, p->service);
	strbuf_text(out, "check_type=1\ncheck_options=0\nscheduled_check=0\n"
			 "reschedule_check=0\nlatency=0.0\n");
	nagios_spool_put_time(out, "start_time", p->at.ms);
	nagios_spool_put_time(out, "finish_time", p->at.ms + p->took.ns / 1000000);
	strbuf_format(out, "early_timeout=0\nexited_ok=1\nreturn_code=%u\noutput=",
		      (unsigned)p->state);
	nagios_spool_put_escaped(out, p->text);
	strbuf_text(out, "\n");
}

/* --- files ----------------------------------------------------------------------------------- */

static void nagios_spool_path_of(const struct nagios_spool *s, const char *name,
				 const char *suffix, struct strbuf *ret_path)
{
	strbuf_init(ret_path);
	strbuf_format(ret_path, "%s/%s%s", s->path, name, suffix);
}

/* Removes files from the list that Nagios has read. */
static void nagios_spool_look(struct nagios_spool *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->file_count; i++) {
		struct strbuf path;

		nagios_spool_path_of(s, s->files[i].name, "", &path);
		if (!path.failed && access(path.p, F_OK) == 0)
			s->files[kept++] = s->files[i];
		strbuf_fini(&path);
	}
	s->file_count = kept;
}

/* Readable by all, because Nagios deletes files that it cannot read without a message. */
static bool nagios_spool_fill(int fd, struct view text)
{
	bool good = regular_file_write(fd, text) && fchmod(fd, 0644) == 0;

	return close(fd) == 0 && good;
}

static bool mark(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	return fd >= 0 && close(fd) == 0;
}

/* False: errno is set, and no file is left. */
static bool write_file(struct nagios_spool *s, struct view text)
{
	struct strbuf path, marker;
	bool good = false;
	int fd = -1, saved = ENOMEM;
	char *name;

	nagios_spool_path_of(s, "cXXXXXX", "", &path);
	if (!path.failed)
		fd = mkostemp(path.p, O_CLOEXEC);
	if (fd < 0) {
		saved = path.failed ? ENOMEM : errno;
		strbuf_fini(&path);
		errno = saved;
		return false;
	}
	name = path.p + path.n - strlen("cXXXXXX");
	nagios_spool_path_of(s, name, ".ok", &marker);
	good = nagios_spool_fill(fd, text) && !marker.failed && mark(marker.p);
	if (good) {
		struct spool_file *file = &s->files[s->file_count++];

		text_copy(file->name, NAME_SIZE, name);
		file->written = instant_now();
	} else {
		saved = errno;
		unlink(path.p);
	}
	strbuf_fini(&marker);
	strbuf_fini(&path);
	errno = saved;
	return good;
}

/* --- the transport --------------------------------------------------------------------------- */

static void set_pause(struct nagios_spool *s)
{
	s->transport.pause = span_of_ms((int64_t)PAUSE_MS << (s->file_count / 4));
}

static void say_unread(const struct nagios_spool *s, struct buffer *why)
{
	struct span age = span_between(s->files[0].written, instant_now());

	if (age.ns / 1000000 > UNREAD_TOO_LONG_MS)
		buffer_format(why,
			      "nobody reads the files in %s; is Nagios running, and is "
			      "that its check_result_path?",
			      s->path);
}

static void nagios_spool_deliver(struct transport *transport, struct message *messages,
				 size_t count, const atomic_bool *stopping,
				 struct buffer *why)
{
	struct nagios_spool *s = (struct nagios_spool *)transport;
	struct strbuf text;
	size_t put = 0;

	(void)stopping;
	nagios_spool_look(s);
	if (s->file_count == NAGIOS_SPOOL_FILES_MAX) {
		say_unread(s, why);
		return;
	}
	strbuf_init(&text);
	strbuf_format(&text, "# mailvane_exporter\nfile_time=%lld\n",
		      (long long)(moment_now().ms / 1000));
	while (put < count && text.n < FILE_ENOUGH)
		put_result(&text, &messages[put++]);
	if (text.failed) {
		buffer_text(why, "out of memory");
	} else if (write_file(s, strbuf_view(&text))) {
		for (size_t i = 0; i < put; i++)
			messages[i].outcome = MESSAGE_SENT;
	} else {
		buffer_format(why, "cannot write to %s: %s", s->path, strerror(errno));
	}
	strbuf_fini(&text);
	set_pause(s);
}

static void free_spool(struct transport *transport)
{
	struct nagios_spool *s = (struct nagios_spool *)transport;

	free(s->path);
	free(s);
}

struct transport *nagios_spool_new(const char *path)
{
	struct nagios_spool *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->transport = (struct transport){ .name = "nagios",
					   .deliver = nagios_spool_deliver,
					   .free = free_spool };
	set_pause(s);
	s->path = strdup(path);
	if (s->path)
		return &s->transport;
	free(s);
	return NULL;
}
