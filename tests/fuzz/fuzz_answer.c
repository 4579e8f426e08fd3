/* fuzz_answer.c - whatever answers check_mailvane, from the first byte of its HTTP head: what is
 * printed then, read back from standard output, is fit for a scheduler and ends in an exit code
 * of plugins.
 */
#include "../unit/plain_output.h"
#include "exporter_answer.h"
#include "output.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { PRINTED_MAX = 256 * 1024 };

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* Standard output becomes a file in memory, which is emptied before each answer. */
static void empty_output(void)
{
	static bool is_memory;
	int fd;

	if (!is_memory) {
		fd = memfd_create("output", MFD_CLOEXEC);
		must(fd >= 0 && dup2(fd, STDOUT_FILENO) == STDOUT_FILENO);
		close(fd);
		is_memory = true;
	}
	must(ftruncate(STDOUT_FILENO, 0) == 0 && lseek(STDOUT_FILENO, 0, SEEK_SET) == 0);
}

static void check_output(void)
{
	static char printed[PRINTED_MAX];
	ssize_t n = pread(STDOUT_FILENO, printed, sizeof(printed), 0);

	must(n > 0 && (size_t)n < sizeof(printed) && printed[n - 1] == '\n');
	must(plain_output_fault((struct view){ printed, (size_t)n }) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const struct check_mailvane_options inquiries[] = {
		{ .url = "http://127.0.0.1:19025", .server = "mx1" },
		{ .url = "unix:/x\n|evil=1<b>", .server = "a\nb|c=1", .max_age = { 1 } },
		{ .url = "http://[::1%lo]:1/\xc2\x9b", .server = "\xe2\x80\xae\xff&" },
	};
	struct view http = { (const char *)bytes, n };

	for (size_t i = 0; i < ARRAY_SIZE(inquiries); i++) {
		struct exporter_answer answer;

		empty_output();
		exporter_answer_read(&inquiries[i], http, &answer);
		must(answer.code >= 0 && answer.code <= 3);
		output_report(answer.report, answer.last);
		check_output();
	}
	return 0;
}
