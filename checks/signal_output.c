/* signal_output.c - the lines are made beforehand, because a signal's handler may only write. */
#include "signal_output.h"

#include "out_of_memory.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { UNKNOWN = 3 };

static char stopped[120], late[200], starved[120], broken[200], name[40];

static _Noreturn void signal_output_say(const char *line)
{
	if (write(STDOUT_FILENO, line, strlen(line)) < 0)
		_exit(UNKNOWN);
	_exit(UNKNOWN);
}

static void speak(int number)
{
	if (number == SIGABRT)
		signal_output_say(broken);
	signal_output_say(number == SIGALRM ? late : stopped);
}

static void speak_of_memory(void)
{
	signal_output_say(starved);
}

void signal_output_prepare(const char *service)
{
	struct sigaction caught = { .sa_handler = speak };

	snprintf(name, sizeof(name), "%s", service);
	snprintf(stopped, sizeof(stopped),
		 "%s UNKNOWN - ended by a signal before there was a verdict\n", name);
	snprintf(starved, sizeof(starved), "%s UNKNOWN - out of memory\n", name);
	snprintf(broken, sizeof(broken),
		 "%s UNKNOWN - the plugin was ended by a check of its own (abort): out of "
		 "memory "
		 "or descriptors, or a bug\n",
		 name);
	out_of_memory_last_words(speak_of_memory);
	sigemptyset(&caught.sa_mask);
	sigaction(SIGABRT, &caught, NULL);
	sigaction(SIGTERM, &caught, NULL);
	sigaction(SIGINT, &caught, NULL);
	sigaction(SIGHUP, &caught, NULL);
	signal(SIGPIPE, SIG_IGN);
}

void signal_output_after(unsigned seconds)
{
	struct sigaction caught = { .sa_handler = speak };

	snprintf(
	    late, sizeof(late),
	    "%s UNKNOWN - no verdict after %u s, and not by the server's fault: a file "
	    "system that hangs, or a machine with no time to spare\n",
	    name, seconds);
	sigemptyset(&caught.sa_mask);
	sigaction(SIGALRM, &caught, NULL);
	alarm(seconds);
}
