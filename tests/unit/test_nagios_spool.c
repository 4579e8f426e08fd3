#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "folder.h"
#include "nagios_spool.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct transport *transport;
static char why_storage[256];
static struct buffer why;
static atomic_bool leaving;

static struct message message(void)
{
	return (struct message){
		.host = "mx1",
		.service = "mail imaps",
		.text = "MAIL OK - a\\b | imaps_time=0.1s;;;0\nimaps (port 993): OK\n",
		.state = STATE_OK,
		.at = { 1795262400500 },
		.took = { 250000000 },
		.interval = { 60000000000 },
	};
}

static enum message_outcome deliver(struct message *messages, size_t count)
{
	buffer_init(&why, why_storage, sizeof(why_storage));
	transport->deliver(transport, messages, count, &leaving, &why);
	buffer_string(&why);
	return messages[0].outcome;
}

/* Names with the suffix; the last one found in name. */
static size_t files(const char *suffix, char name[32])
{
	DIR *folder = opendir("spool");
	size_t count = 0;

	assert_non_null(folder);
	for (struct dirent *e; (e = readdir(folder));) {
		bool marker = strlen(e->d_name) > 3 &&
			      strcmp(e->d_name + strlen(e->d_name) - 3, ".ok") == 0;

		if (e->d_name[0] == '.' || marker != (*suffix != '\0'))
			continue;
		text_copy(name, 32, e->d_name);
		count++;
	}
	closedir(folder);
	return count;
}

static void a_file_holds_all_results_and_is_marked(void **state)
{
	struct message messages[] = { message(), message() };
	char name[32], marker[32], path[64], *text;
	struct stat facts;

	(void)state;
	messages[1].service = "mail smtp";
	messages[1].state = STATE_CRITICAL;
	assert_int_equal(deliver(messages, 2), MESSAGE_SENT);
	assert_int_equal(messages[1].outcome, MESSAGE_SENT);
	assert_string_equal(why.p, "");
	assert_int_equal(files("", name), 1);
	assert_int_equal(strlen(name), 7);
	assert_int_equal(name[0], 'c');
	assert_int_equal(files(".ok", marker), 1);
	assert_memory_equal(marker, name, 7);

	snprintf(path, sizeof(path), "spool/%s", name);
	assert_int_equal(stat(path, &facts), 0);
	assert_int_equal(facts.st_mode & 0777, 0644);
	text = folder_read(path);
	assert_non_null(text);
	assert_non_null(strstr(text, "\nfile_time="));
	assert_non_null(strstr(
	    text, "\n\nhost_name=mx1\nservice_description=mail imaps\ncheck_type=1\n"));
	assert_non_null(strstr(text, "\nstart_time=1795262400.500000\n"
				     "finish_time=1795262400.750000\n"));
	assert_non_null(strstr(text,
			       "\nexited_ok=1\nreturn_code=0\noutput=MAIL OK - a\\\\b | "
			       "imaps_time=0.1s;;;0\\nimaps (port 993): OK\n\n"));
	assert_non_null(strstr(text, "\nservice_description=mail smtp\n"));
	assert_non_null(strstr(text, "\nreturn_code=2\n"));
	free(text);
}

static void nothing_is_left_of_what_could_not_be_written(void **state)
{
	struct message p = message();

	(void)state;
	assert_int_equal(rename("spool", "elsewhere"), 0);
	assert_int_equal(deliver(&p, 1), MESSAGE_RETRY);
	assert_string_equal(why.p, "cannot write to spool: No such file or directory");
	assert_int_equal(rename("elsewhere", "spool"), 0);
	assert_int_equal(deliver(&p, 1), MESSAGE_SENT);
}

static void sixteen_files_wait_at_most(void **state)
{
	struct message late = message();
	char name[32], path[64];

	(void)state;
	for (int i = 0; i < NAGIOS_SPOOL_FILES_MAX; i++) {
		struct message p = message();

		assert_int_equal(deliver(&p, 1), MESSAGE_SENT);
	}
	assert_int_equal(deliver(&late, 1), MESSAGE_RETRY);
	/* Not yet worth a word: it may look once a minute. */
	assert_string_equal(why.p, "");
	assert_int_equal(files("", name), NAGIOS_SPOOL_FILES_MAX);
	assert_true(span_ms(transport->pause) > 1000);
	snprintf(path, sizeof(path), "spool/%s", name);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(deliver(&late, 1), MESSAGE_SENT);
	assert_int_equal(files("", name), NAGIOS_SPOOL_FILES_MAX);
}

static int set_up(void **state)
{
	(void)state;
	folder_enter();
	assert_int_equal(mkdir("spool", 0755), 0);
	transport = nagios_spool_new("spool");
	assert_non_null(transport);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	transport->free(transport);
	folder_leave();
	return 0;
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(a_file_holds_all_results_and_is_marked),
		IN_A_FOLDER(nothing_is_left_of_what_could_not_be_written),
		IN_A_FOLDER(sixteen_files_wait_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
