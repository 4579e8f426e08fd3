/* foreign_banner.c - known_banners first lines; a table. */
#include "foreign_banner.h"

bool foreign_banner_is_tls(struct view first_bytes)
{
	enum { ALERT = 0x15, HANDSHAKE = 0x16, MAJOR_VERSION = 3 };

	return first_bytes.n >= 2 && first_bytes.p[1] == MAJOR_VERSION &&
	       (first_bytes.p[0] == ALERT || first_bytes.p[0] == HANDSHAKE);
}

/* clang-format off */
static const struct {
	const char *start, *name;
} known_banners[] = {
	{ "220 ",             "an SMTP (or FTP) server" },
	{ "220-",             "an SMTP (or FTP) server" },
	{ "421 ",             "an SMTP server"          },
	{ "521 ",             "an SMTP server"          },
	{ "554",              "an SMTP server"          },
	{ "* OK",             "an IMAP server"          },
	{ "* PREAUTH",        "an IMAP server"          },
	{ "* BYE",            "an IMAP server"          },
	{ "+OK",              "a POP3 server"           },
	{ "-ERR",             "a POP3 server"           },
	{ "\"IMPLEMENTATION", "a ManageSieve server"    },
	{ "SSH-",             "an SSH server"           },
	{ "HTTP/",            "a web server"            },
	{ "<!DOCTYPE",        "a web server"            },
	{ "<html",            "a web server"            },
	{ "RFB ",             "a VNC server"            },
};
/* clang-format on */

const char *foreign_banner_name(struct view first_line)
{
	for (size_t i = 0; i < ARRAY_SIZE(known_banners); i++)
		if (view_starts(first_line, known_banners[i].start))
			return known_banners[i].name;
	return NULL;
}
