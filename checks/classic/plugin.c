/* plugin.c - the table of names. */
#include "plugin.h"

#include <string.h>

static const struct plugin plugins[] = {
	/* clang-format off */
	{ "POP",   PLUGIN_TCP,  110, false, "+OK",  "QUIT\r\n",      "STLS\r\n",        "+OK" },
	{ "SMTP",  PLUGIN_SMTP, 25,  false, "220",  "QUIT\r\n",      "STARTTLS\r\n",    "220" },
	{ "IMAP",  PLUGIN_TCP,  143, false, "* OK", "a1 LOGOUT\r\n", "a0 STARTTLS\r\n", "a0 OK" },
	{ "SIMAP", PLUGIN_TCP,  993, true,  "* OK", "a1 LOGOUT\r\n", NULL,              NULL },
	{ "SPOP",  PLUGIN_TCP,  995, true,  "+OK",  "QUIT\r\n",      NULL,              NULL },
	{ "SSMTP", PLUGIN_TCP,  465, true,  "220",  "QUIT\r\n",      NULL,              NULL },
	/* clang-format on */
};

const char *plugin_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

const char *plugin_service(const char *basename, char dst[PLUGIN_SERVICE_MAX])
{
	const char *word = strncmp(basename, "check_", 6) == 0 ? basename + 6 : basename;
	size_t n = 0;

	for (; word[n] != '\0' && n < PLUGIN_SERVICE_MAX - 1; n++) {
		bool lower = word[n] >= 'a' && word[n] <= 'z';

		dst[n] = lower ? (char)(word[n] - 'a' + 'A') : word[n];
		if (dst[n] < ' ' || dst[n] > '~' || dst[n] == '|')
			dst[n] = '_';
	}
	dst[n] = '\0';
	return dst;
}

const struct plugin *plugin_find(const char *basename)
{
	char service[PLUGIN_SERVICE_MAX];

	if (strncmp(basename, "check_", 6) != 0)
		return NULL;
	plugin_service(basename, service);
	for (size_t i = 0; i < ARRAY_SIZE(plugins); i++)
		if (strncmp(service, plugins[i].prefix, strlen(plugins[i].prefix)) == 0)
			return &plugins[i];
	return NULL;
}
