/* fuzz_web_config.c - a file for --web.config.file of any bytes. Nothing crashes, leaks or takes
 * long; what is refused has a reason that names the file; what is taken is within its limits.
 */
#include "buffer.h"
#include "web_config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void must_be_sound(const struct web_config *config)
{
	unsigned cost;

	for (size_t i = 0; i < config->users.n; i++) {
		must(web_config_bcrypt(config->users.list[i].value, &cost) == NULL);
		must(cost >= 4 && cost <= 31);
	}
	for (size_t i = 0; i < config->headers.n; i++)
		for (const char *p = config->headers.list[i].value; *p; p++)
			must((unsigned char)*p >= 0x20 || *p == '\t');
	must(config->every.ns >= 0);
	if (config->tls.on) {
		must(*config->tls.cert && *config->tls.key);
		must(config->tls.min <= config->tls.max);
	}
}

/* The reader opens a path: that of a file which is in memory alone. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char path[40] = "/proc/self/fd/";
	int fd = memfd_create("web.yml", MFD_CLOEXEC);
	struct config_errors found;
	struct web_config *config;
	struct errors errors;
	struct buffer name;

	must(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
	must(fchmod(fd, 0600) == 0);
	buffer_init(&name, path, sizeof(path));
	buffer_format(&name, "/proc/self/fd/%d", fd);
	errors_init(&errors);
	config = web_config_load(buffer_string(&name), &errors);
	errors_take(&errors, &found);
	must((config == NULL) == (found.total > 0));
	for (size_t i = 0; i < found.count; i++)
		must(*found.list[i].what != '\0' &&
		     strncmp(found.list[i].where, path, strlen(path)) == 0);
	if (config)
		must_be_sound(config);
	web_config_free(config);
	config_errors_fini(&found);
	errors_fini(&errors);
	close(fd);
	return 0;
}
