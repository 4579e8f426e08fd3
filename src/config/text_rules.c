/* text_rules.c - what a text of a configuration file may be. */
#include "text_rules.h"

#include "printable.h"

#include <string.h>

/* The labels our metrics have themselves, and the two that Prometheus gives a meaning. */
static const char *const own_labels[] = {
	"server", "service", "address",  "phase",   "fault",
	"state",  "version", "cipher",   "subject", "issuer",
	"serial", "reason",  "quantile", "le",      "fingerprint_sha256",
};

const char *text_fault(struct view text)
{
	char shown[TEXT_MAX + 4];

	if (text.n == 0)
		return "is empty";
	if (text.n > TEXT_MAX)
		return "is longer than 512 bytes";
	/* What must be changed to be shown is not fit to be a name. */
	if (printable_copy(shown, sizeof(shown), text) != text.n ||
	    memcmp(shown, text.p, text.n) != 0)
		return "contains a control or invisible character, a blank at an end, or "
		       "is "
		       "not UTF-8";
	return NULL;
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

const char *identifier_fault(struct view text)
{
	if (text.n == 0)
		return "is empty";
	if (text.n > IDENTIFIER_MAX)
		return "is longer than 64 characters";
	for (size_t i = 0; i < text.n; i++)
		if (!(text.p[i] >= 'a' && text.p[i] <= 'z') && !ascii_is_digit(text.p[i]) &&
		    memchr("._-", text.p[i], 3) == NULL)
			return "may have lower-case letters, digits, '.', '_' and '-' only";
	return NULL;
}

const char *path_fault(struct view text)
{
	if (text.n == 0)
		return "is empty";
	if (text.n > PATH_TEXT_MAX)
		return "is longer than 4000 bytes";
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f)
			return "contains a control character";
	return NULL;
}

const char *label_name_fault(struct view name)
{
	if (name.n == 0)
		return "is empty";
	if (name.n > IDENTIFIER_MAX)
		return "is longer than 64 characters";
	for (size_t i = 0; i < name.n; i++)
		if (!is_alpha(name.p[i]) && name.p[i] != '_' &&
		    !(i > 0 && ascii_is_digit(name.p[i])))
			return "is not a label name: letters, digits and '_', no digit "
			       "first";
	if (view_starts(name, "__"))
		return "begins with '__', which Prometheus keeps for itself";
	for (size_t i = 0; i < ARRAY_SIZE(own_labels); i++)
		if (strlen(own_labels[i]) == name.n &&
		    memcmp(own_labels[i], name.p, name.n) == 0)
			return "is a label that the metrics have already";
	return NULL;
}
