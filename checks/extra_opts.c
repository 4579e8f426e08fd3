/* extra_opts.c - the locator, the file, the section. The sentences of errors are those that the
 * Monitoring Plugins print. */
#include "extra_opts.h"

#include "buffer.h"
#include "plugin_text.h"
#include "regular_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const usual_places[] = {
	"/etc/monitoring-plugins/monitoring-plugins.ini",
	"/etc/monitoring-plugins.ini",
	"/etc/nagios/plugins.ini",
	"/etc/opt/nagios/plugins.ini",
	"/etc/nagios-plugins.ini",
	"/etc/opt/nagios-plugins.ini",
	"/usr/local/etc/monitoring-plugins/monitoring-plugins.ini",
};

static const char *const usual_names[] = { "monitoring-plugins.ini", "plugins.ini",
					   "nagios-plugins.ini" };

static bool extra_opts_complain(char error[EXTRA_OPTS_ERROR_MAX], const char *sentence)
{
	text_copy(error, EXTRA_OPTS_ERROR_MAX, sentence);
	return false;
}

/* --- the section ----------------------------------------------------------------------- */

static void *grown(struct arena *arena, const void *old, size_t old_size, size_t size)
{
	void *p = arena_alloc(arena, size);

	if (old_size > 0)
		memcpy(p, old, old_size);
	return p;
}

static void add_option(struct arena *arena, struct extra_opts *opts, char *option)
{
	size_t size = sizeof(*opts->options);

	if (opts->count == opts->cap) {
		size_t cap = opts->cap == 0 ? 16 : 2 * opts->cap;

		opts->options = grown(arena, opts->options, opts->count * size, cap * size);
		opts->cap = cap;
	}
	opts->options[opts->count++] = option;
}

/* White space as isspace() has it in the C locale. */
static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct view trimmed(struct view v)
{
	while (v.n > 0 && is_blank(*v.p))
		v = view_skip(v, 1);
	while (v.n > 0 && is_blank(v.p[v.n - 1]))
		v.n--;
	return v;
}

/* What stands before the byte; the rest goes on behind it. */
static struct view cut_at(struct view *rest, char byte)
{
	const char *at = rest->n > 0 ? memchr(rest->p, byte, rest->n) : NULL;
	struct view head = *rest;

	if (at != NULL)
		head.n = (size_t)(at - head.p);
	*rest = view_skip(*rest, head.n + 1);
	return head;
}

/* "key = value", "key =" and "key". */
static bool read_option(struct arena *arena, struct extra_opts *opts, struct view line)
{
	struct view value = line, key = trimmed(cut_at(&value, '='));
	char *option;
	size_t n;

	value = trimmed(value);
	if (key.n == 0 || memchr(line.p, '\0', line.n) != NULL)
		return false;
	option = arena_alloc(arena, key.n + value.n + sizeof("--="));
	n = key.n == 1 ? 1 : 2;
	memset(option, '-', n);
	memcpy(option + n, key.p, key.n);
	n += key.n;
	if (value.n > 0 && key.n > 1)
		option[n++] = '=';
	if (value.n > 0)
		memcpy(option + n, value.p, value.n);
	add_option(arena, opts, option);
	return true;
}

enum place { NOWHERE, ELSEWHERE, HERE };

/* "[name]" and perhaps an option behind it. */
static enum place enter_section(struct view *line, const char *section)
{
	struct view rest = view_skip(*line, 1), name;

	if (memchr(line->p, ']', line->n) == NULL)
		return ELSEWHERE;
	name = trimmed(cut_at(&rest, ']'));
	*line = trimmed(rest);
	if (name.n != strlen(section) || memcmp(name.p, section, name.n) != 0)
		return ELSEWHERE;
	return HERE;
}

static bool no_such_section(const char *file, const char *section,
			    char error[EXTRA_OPTS_ERROR_MAX])
{
	char shown[80], path[120];

	plugin_text_copy(shown, sizeof(shown), view_of(section));
	plugin_text_copy(path, sizeof(path), view_of(file));
	snprintf(error, EXTRA_OPTS_ERROR_MAX, "Invalid section '%s' in config file '%s'",
		 shown, path);
	return false;
}

bool extra_opts_read(struct arena *arena, struct view text, const char *file,
		     const char *section, struct extra_opts *opts,
		     char error[EXTRA_OPTS_ERROR_MAX])
{
	enum place place = NOWHERE;
	size_t before = opts->count;

	while (text.n > 0) {
		struct view line = trimmed(cut_at(&text, '\n'));

		if (line.n > 0 && *line.p == '[')
			place = enter_section(&line, section);
		if (line.n == 0 || *line.p == '#' || *line.p == ';' || place == ELSEWHERE)
			continue;
		if (place == NOWHERE || !read_option(arena, opts, line))
			return extra_opts_complain(error, "Config file error");
	}
	return opts->count > before || no_such_section(file, section, error);
}

/* --- the file -------------------------------------------------------------------------- */

static bool is_readable(const char *path)
{
	return access(path, R_OK) == 0;
}

static const char *file_in_path(struct arena *arena, const char *directories)
{
	struct view rest = view_of(directories);

	while (rest.n > 0) {
		struct view directory = cut_at(&rest, ':');

		for (size_t i = 0; i < ARRAY_SIZE(usual_names); i++) {
			size_t size = directory.n + strlen(usual_names[i]) + 2;
			char *path = arena_alloc(arena, size);

			snprintf(path, size, "%.*s/%s", (int)directory.n, directory.p,
				 usual_names[i]);
			if (is_readable(path))
				return path;
		}
	}
	return NULL;
}

static const char *extra_opts_default_file(struct arena *arena)
{
	const char *file = getenv("MP_CONFIG_FILE"), *path = getenv("NAGIOS_CONFIG_PATH");

	if (file != NULL && is_readable(file))
		return file;
	file = path != NULL ? file_in_path(arena, path) : NULL;
	for (size_t i = 0; file == NULL && i < ARRAY_SIZE(usual_places); i++)
		if (is_readable(usual_places[i]))
			file = usual_places[i];
	return file;
}

static bool cannot_read(const char *why, char error[EXTRA_OPTS_ERROR_MAX])
{
	snprintf(error, EXTRA_OPTS_ERROR_MAX, "Can't read config file: %s", why);
	return false;
}

static bool extra_opts_read_all(struct arena *arena, int fd, struct view *ret_text,
				char error[EXTRA_OPTS_ERROR_MAX])
{
	char *p = arena_alloc(arena, 4096);
	size_t n = 0, cap = 4096;
	ssize_t got;

	while ((got = read(fd, p + n, cap - n)) > 0) {
		n += (size_t)got;
		if (n > EXTRA_OPTS_FILE_MAX)
			return cannot_read("it is larger than 1 MiB", error);
		if (n == cap) {
			p = grown(arena, p, n, 2 * cap);
			cap *= 2;
		}
	}
	if (got < 0)
		return cannot_read(strerror(errno), error);
	*ret_text = (struct view){ p, n };
	return true;
}

/* The file holds passwords and says what a plugin does. */
static const char *owner_fault(const struct stat *st)
{
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return "it belongs to a user who is neither root nor the one that runs "
		       "this";
	if (st->st_mode & S_IWOTH)
		return "everybody can write to it (chmod o-w)";
	return NULL;
}

static bool extra_opts_read_file(struct arena *arena, const char *path,
				 struct view *ret_text, char error[EXTRA_OPTS_ERROR_MAX])
{
	const char *why;
	struct stat st;
	bool done;
	int fd;

	if (strcmp(path, "-") == 0)
		return extra_opts_read_all(arena, STDIN_FILENO, ret_text, error);
	fd = regular_file_open(path, &st, &why);
	if (fd < 0)
		return cannot_read(why, error);
	why = owner_fault(&st);
	done = why == NULL ? extra_opts_read_all(arena, fd, ret_text, error)
			   : cannot_read(why, error);
	close(fd);
	return done;
}

/* "[section][@file]" */
static bool expand(struct arena *arena, const char *locator, const char *section,
		   struct extra_opts *opts, char error[EXTRA_OPTS_ERROR_MAX])
{
	const char *at = strchr(locator, '@');
	size_t n = at != NULL ? (size_t)(at - locator) : strlen(locator);
	const char *file = at != NULL ? at + 1 : extra_opts_default_file(arena);
	struct view text;

	if (file == NULL || *file == '\0')
		return extra_opts_complain(
		    error, "Cannot find config file in any standard location.");
	if (n > 0)
		section = arena_text(arena, (struct view){ locator, n });
	return extra_opts_read_file(arena, file, &text, error) &&
	       extra_opts_read(arena, text, file, section, opts, error);
}

/* --- the command line ------------------------------------------------------------------ */

/* The locator of an --extra-opts at argv[i], "" if it has none, and how many words it takes;
 * NULL if that is another option. */
static const char *locator_at(int argc, char **argv, int i, int *ret_words)
{
	*ret_words = 1;
	if (strncmp(argv[i], "--extra-opts=", 13) == 0)
		return argv[i] + 13;
	if (strcmp(argv[i], "--extra-opts") != 0)
		return NULL;
	if (i + 1 == argc || (argv[i + 1][0] == '-' && argv[i + 1][1] != '\0'))
		return "";
	*ret_words = 2;
	return argv[i + 1];
}

bool extra_opts_expand(struct arena *arena, const char *default_section, int *argc,
		       char ***argv, char error[EXTRA_OPTS_ERROR_MAX])
{
	struct extra_opts opts = { 0 };
	char **all = arena_alloc(arena, ((size_t)*argc + 1) * sizeof(*all));
	int kept = 0, words;

	for (int i = 0; i < *argc; i += words) {
		const char *locator = i > 0 ? locator_at(*argc, *argv, i, &words) : NULL;

		if (locator == NULL) {
			all[kept++] = (*argv)[i];
			words = 1;
		} else if (!expand(arena, locator, default_section, &opts, error)) {
			return false;
		}
	}
	if (kept == *argc)
		return true;
	*argc = kept + (int)opts.count;
	*argv = arena_alloc(arena, ((size_t)*argc + 1) * sizeof(**argv));
	if (kept > 0)
		(*argv)[0] = all[0];
	if (opts.count > 0)
		memcpy(*argv + 1, opts.options, opts.count * sizeof(**argv));
	if (kept > 1)
		memcpy(*argv + 1 + opts.count, all + 1,
		       (size_t)(kept - 1) * sizeof(**argv));
	return true;
}
