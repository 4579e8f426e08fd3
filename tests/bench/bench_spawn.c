/* bench_spawn - what starting a program costs, as a scheduler starts it: fork, exec, wait.
 *
 *     bench_spawn ROUNDS COUNT PROGRAM [ARGUMENT...] -- PROGRAM [ARGUMENT...]
 *
 * Rounds of both alternate; the medians of the CPU time of one run, of parent and child, are
 * printed: floor_us=710 us=850 other=0. `other` counts runs of the second that ended with
 * neither 0, 1 nor 2.
 */
#include "usage.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS_MAX = 100 };

static int64_t children_us(void)
{
	struct rusage r;

	getrusage(RUSAGE_CHILDREN, &r);
	return (int64_t)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000000 +
	       r.ru_utime.tv_usec + r.ru_stime.tv_usec;
}

/* The exit code; 99 for any other end. */
static int spawn(char **argv)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		int nowhere = open("/dev/null", O_RDWR);

		dup2(nowhere, STDOUT_FILENO);
		execv(argv[0], argv);
		_exit(98);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
		return 99;
	return WEXITSTATUS(status);
}

static double round_of(char **argv, long count, long *other)
{
	int64_t before = usage_cpu_us() + children_us();

	for (long i = 0; i < count; i++)
		*other += spawn(argv) > 2;
	return (double)(usage_cpu_us() + children_us() - before) / (double)count;
}

static int order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, long count)
{
	qsort(values, (size_t)count, sizeof(*values), order);
	return values[count / 2];
}

int main(int argc, char **argv)
{
	double floors[ROUNDS_MAX], ours[ROUNDS_MAX];
	long rounds = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
	long count = argc > 2 ? strtol(argv[2], NULL, 10) : 0, floor_other = 0, other = 0;
	char **first = argv + 3, **second = first;

	while (second < argv + argc && strcmp(*second, "--") != 0)
		second++;
	if (rounds < 1 || rounds > ROUNDS_MAX || count < 1 || second == first ||
	    second + 1 >= argv + argc) {
		fputs("usage: bench_spawn ROUNDS COUNT PROGRAM... -- PROGRAM...\n", stderr);
		return 2;
	}
	*second++ = NULL;
	for (long i = 0; i < rounds; i++) {
		floors[i] = round_of(first, count, &floor_other);
		ours[i] = round_of(second, count, &other);
	}
	printf("floor_us=%.0f us=%.0f other=%ld\n", median(floors, rounds),
	       median(ours, rounds), other);
	return 0;
}
