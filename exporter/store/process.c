/* process.c - getrlimit, the CPU clock and /proc/self (Linux; NaN elsewhere). */
#include "process.h"

#include "view.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static double limit_value(int failed, const struct rlimit *limit)
{
	if (failed)
		return NAN;
	return limit->rlim_cur == RLIM_INFINITY ? INFINITY : (double)limit->rlim_cur;
}

static double cpu_seconds(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) < 0)
		return NAN;
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double open_fds(void)
{
	DIR *directory = opendir("/proc/self/fd");
	double count = -1; /* -1: without the descriptor of opendir itself */

	if (!directory)
		return NAN;
	for (struct dirent *entry; (entry = readdir(directory));)
		if (entry->d_name[0] != '.')
			count++;
	closedir(directory);
	return count;
}

/* Reads the fields behind the program's name, which may contain anything (proc(5)). */
static void read_stat(struct process *ret_process)
{
	char stat[1024];
	struct view rest, word;
	ssize_t total = -1, name_end;
	int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		total = read(fd, stat, sizeof(stat));
		close(fd);
	}
	for (name_end = total; name_end > 0 && stat[name_end - 1] != ')';)
		name_end--;
	if (name_end <= 0)
		return;
	rest = (struct view){ stat + name_end, (size_t)(total - name_end) };
	for (int field = 3; view_next_word(&rest, &word); field++) {
		uint64_t number;

		if (!view_number(word, UINT64_MAX, &number))
			continue;
		if (field == 20)
			ret_process->threads = (double)number;
		else if (field == 23)
			ret_process->virtual_bytes = (double)number;
		else if (field == 24)
			ret_process->resident_bytes =
			    (double)number * (double)sysconf(_SC_PAGESIZE);
	}
}

void process_read(struct process *ret_process)
{
	struct rlimit files, memory;

	*ret_process = (struct process){
		.cpu_seconds = cpu_seconds(),
		.open_fds = open_fds(),
		.max_fds = limit_value(getrlimit(RLIMIT_NOFILE, &files), &files),
		.threads = NAN,
		.virtual_bytes = NAN,
		.virtual_max_bytes = limit_value(getrlimit(RLIMIT_AS, &memory), &memory),
		.resident_bytes = NAN,
	};
	read_stat(ret_process);
}
