/* Rows of the tables of replies.c, one line each, and what decides between rows. */
#include "replies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct dialogue_buffers room;
static char output[DIALOGUE_OUTPUT_MAX];

struct row {
	enum phase phase;
	int code;
	const char *word, *words;
	enum fault fault;
};

enum { CLOSING = 1, BAFFLED = 2, IN_TLS = 4 };

static struct mail_reply *reply_of(struct mail_reply *r, int code, const char *word,
				   const char *words)
{
	mail_reply_init(r);
	r->code = code;
	r->closing = code == 421;
	mail_reply_set_code(r, view_of(word));
	mail_reply_add_text(r, view_of(words));
	return r;
}

static void dialogue_at(struct dialogue *d, enum phase phase)
{
	static const struct dialogue_params params = { .protocol = &smtp_protocol,
						       .ehlo_name = "x" };

	dialogue_init(d, &params, &room, output);
	d->phase = phase;
}

static void assert_fault(enum fault is, const struct row *row)
{
	if (is == row->fault)
		return;
	print_error("%d %s %s at %s: %s, not %s\n", row->code, row->word, row->words,
		    phase_name(row->phase), fault_name(is), fault_name(row->fault));
	fail();
}

/* clang-format off */
static const struct row smtp[] = {
	{ PHASE_GREETING,   421, "",       "closing",                         FAULT_UNAVAILABLE      },
	{ PHASE_GREETING,   421, "4.7.0",  "Error: too many connections",     FAULT_THROTTLED        },
	{ PHASE_GREETING,   421, "4.3.2",  "Connection rate limit exceeded.", FAULT_THROTTLED        },
	{ PHASE_GREETING,   421, "4.7.28", "spam",                            FAULT_THROTTLED        },
	{ PHASE_GREETING,   450, "4.3.2",  "later",                           FAULT_UNAVAILABLE      },
	{ PHASE_GREETING,   450, "4.7.1",  "greylisted",                      FAULT_TEMPFAIL         },
	{ PHASE_GREETING,   451, "4.3.0",  "",                                FAULT_TEMPFAIL         },
	{ PHASE_GREETING,   452, "4.3.1",  "disk full",                       FAULT_TEMPFAIL         },
	{ PHASE_GREETING,   500, "",       "",                                FAULT_PROTOCOL         },
	{ PHASE_GREETING,   502, "",       "",                                FAULT_PROTOCOL         },
	{ PHASE_GREETING,   503, "",       "",                                FAULT_PROTOCOL         },
	{ PHASE_GREETING,   504, "",       "",                                FAULT_PROTOCOL         },
	{ PHASE_GREETING,   505, "",       "",                                FAULT_REJECTED         },
	{ PHASE_GREETING,   521, "",       "",                                FAULT_REJECTED         },
	{ PHASE_GREETING,   554, "5.7.1",  "too many connections, for ever",  FAULT_REJECTED         },
	{ PHASE_CAPABILITY, 501, "5.5.4",  "bad name",                        FAULT_REJECTED         },
	{ PHASE_CAPABILITY, 550, "",       "",                                FAULT_REJECTED         },
	{ PHASE_STARTTLS,   454, "4.7.0",  "too many connections",            FAULT_STARTTLS_REFUSED },
	{ PHASE_STARTTLS,   501, "",       "",                                FAULT_STARTTLS_REFUSED },
	{ PHASE_STARTTLS,   554, "",       "",                                FAULT_STARTTLS_REFUSED },
	{ PHASE_STARTTLS,   421, "",       "",                                FAULT_UNAVAILABLE      },
	{ PHASE_AUTH,       421, "",       "",                                FAULT_UNAVAILABLE      },
	{ PHASE_AUTH,       432, "4.7.12", "",                                FAULT_AUTH_TEMPFAIL    },
	{ PHASE_AUTH,       454, "4.7.0",  "",                                FAULT_AUTH_TEMPFAIL    },
	{ PHASE_AUTH,       454, "4.7.0",  "Too many login attempts",         FAULT_AUTH_TEMPFAIL    },
	{ PHASE_AUTH,       450, "4.3.2",  "",                                FAULT_AUTH_TEMPFAIL    },
	{ PHASE_AUTH,       500, "",       "",                                FAULT_AUTH_UNSUPPORTED },
	{ PHASE_AUTH,       501, "5.5.2",  "",                                FAULT_PROTOCOL         },
	{ PHASE_AUTH,       502, "",       "",                                FAULT_AUTH_UNSUPPORTED },
	{ PHASE_AUTH,       503, "",       "",                                FAULT_AUTH_UNSUPPORTED },
	{ PHASE_AUTH,       504, "",       "",                                FAULT_AUTH_UNSUPPORTED },
	{ PHASE_AUTH,       530, "5.7.0",  "",                                FAULT_AUTH_UNSUPPORTED },
	{ PHASE_AUTH,       534, "5.7.9",  "",                                FAULT_AUTH_UNSUPPORTED },
	{ PHASE_AUTH,       538, "5.7.11", "",                                FAULT_AUTH_UNSUPPORTED },
	{ PHASE_AUTH,       535, "5.7.8",  "too many connections",            FAULT_AUTH_FAILED      },
	{ PHASE_AUTH,       535, "5.7.8",  "Error: authentication failed: generic failure", FAULT_AUTH_TEMPFAIL },
	{ PHASE_AUTH,       535, "5.7.8",  "Error: authentication failed: authentication failure", FAULT_AUTH_FAILED },
	{ PHASE_MAILBOX,    535, "5.7.8",  "generic failure",                 FAULT_REJECTED         },
	{ PHASE_AUTH,       535, "5.7.9",  "",                                FAULT_AUTH_FAILED      },
	{ PHASE_AUTH,       550, "5.7.9",  "",                                FAULT_AUTH_UNSUPPORTED },
	{ PHASE_AUTH,       554, "5.7.11", "",                                FAULT_AUTH_UNSUPPORTED },
	{ PHASE_AUTH,       550, "5.7.1",  "",                                FAULT_AUTH_FAILED      },
	{ PHASE_AUTH,       525, "5.7.13", "",                                FAULT_AUTH_FAILED      },
	{ PHASE_AUTH,       354, "",       "",                                FAULT_PROTOCOL         },
};

static const struct row words[] = {
	{ PHASE_AUTH,       0,       "AUTHENTICATIONFAILED", "",                     FAULT_AUTH_FAILED      },
	{ PHASE_AUTH,       0,       "authenticationfailed", "",                     FAULT_AUTH_FAILED      },
	{ PHASE_AUTH,       0,       "AUTHORIZATIONFAILED",  "",                     FAULT_AUTH_FAILED      },
	{ PHASE_AUTH,       0,       "EXPIRED",              "",                     FAULT_AUTH_FAILED      },
	{ PHASE_AUTH,       0,       "PRIVACYREQUIRED",      "",                     FAULT_AUTH_UNSUPPORTED },
	{ PHASE_AUTH,       0,       "CONTACTADMIN",         "",                     FAULT_AUTH_FAILED      },
	{ PHASE_MAILBOX,    0,       "CONTACTADMIN",         "",                     FAULT_REJECTED         },
	{ PHASE_AUTH,       0,       "UNAVAILABLE",          "",                     FAULT_AUTH_TEMPFAIL    },
	{ PHASE_MAILBOX,    0,       "UNAVAILABLE",          "",                     FAULT_UNAVAILABLE      },
	{ PHASE_AUTH,       0,       "SERVERBUG",            "",                     FAULT_AUTH_TEMPFAIL    },
	{ PHASE_MAILBOX,    0,       "SERVERBUG",            "",                     FAULT_UNAVAILABLE      },
	{ PHASE_MAILBOX,    0,       "CORRUPTION",           "",                     FAULT_UNAVAILABLE      },
	{ PHASE_MAILBOX,    0,       "INUSE",                "",                     FAULT_IN_USE           },
	{ PHASE_AUTH,       0,       "LIMIT",                "",                     FAULT_THROTTLED        },
	{ PHASE_MAILBOX,    0,       "CLIENTBUG",            "",                     FAULT_PROTOCOL         },
	{ PHASE_MAILBOX,    0,       "NOPERM",               "",                     FAULT_REJECTED         },
	{ PHASE_MAILBOX,    0,       "NONEXISTENT",          "",                     FAULT_REJECTED         },
	{ PHASE_MAILBOX,    0,       "OVERQUOTA",            "",                     FAULT_REJECTED         },
	{ PHASE_AUTH,       0,       "AUTH",                 "wrong",                FAULT_AUTH_FAILED      },
	{ PHASE_AUTH,       0,       "AUTH",                 "Plaintext authentication disallowed", FAULT_AUTH_UNSUPPORTED },
	{ PHASE_AUTH,       IN_TLS,  "AUTH",                 "Plaintext authentication failed",     FAULT_AUTH_FAILED      },
	{ PHASE_AUTH,       0,       "AUTH",                 "authenticating: generic failure",        FAULT_AUTH_TEMPFAIL },
	{ PHASE_AUTH,       0,       "AUTH",                 "authenticating: authentication failure", FAULT_AUTH_FAILED   },
	{ PHASE_AUTH,       0,       "",                     "generic failure",      FAULT_AUTH_TEMPFAIL    },
	{ PHASE_MAILBOX,    0,       "",                     "generic failure",      FAULT_REJECTED         },
	{ PHASE_AUTH,       0,       "SYS/TEMP",             "",                     FAULT_AUTH_TEMPFAIL    },
	{ PHASE_MAILBOX,    0,       "SYS/TEMP",             "",                     FAULT_TEMPFAIL         },
	{ PHASE_AUTH,       0,       "SYS/PERM",             "",                     FAULT_REJECTED         },
	{ PHASE_AUTH,       0,       "IN-USE",               "",                     FAULT_IN_USE           },
	{ PHASE_AUTH,       0,       "LOGIN-DELAY",          "",                     FAULT_LOGIN_DELAY      },
	{ PHASE_AUTH,       0,       "TRYLATER",             "",                     FAULT_AUTH_TEMPFAIL    },
	{ PHASE_GREETING,   0,       "TRYLATER",             "",                     FAULT_TEMPFAIL         },
	{ PHASE_AUTH,       0,       "TRANSITION-NEEDED",    "",                     FAULT_AUTH_TEMPFAIL    },
	{ PHASE_AUTH,       0,       "ENCRYPT-NEEDED",       "",                     FAULT_AUTH_UNSUPPORTED },
	{ PHASE_AUTH,       0,       "AUTH-TOO-WEAK",        "",                     FAULT_AUTH_UNSUPPORTED },
	{ PHASE_AUTH,       0,       "REFERRAL",             "",                     FAULT_REJECTED         },
	/* A code we do not know is none; a known one outweighs the words. */
	{ PHASE_AUTH,       0,       "ALERT",                "",                     FAULT_AUTH_FAILED      },
	{ PHASE_AUTH,       0,       "ALERT",                "Too many simultaneous connections.", FAULT_THROTTLED },
	{ PHASE_AUTH,       0,       "EXPIRED",              "too many connections", FAULT_AUTH_FAILED      },
	/* Words */
	{ PHASE_AUTH,       0,       "",                     "Login failed.",        FAULT_AUTH_FAILED      },
	{ PHASE_AUTH,       0,       "",                     "Too many login attempts", FAULT_AUTH_FAILED   },
	{ PHASE_AUTH,       0,       "",                     "Temporary problem, please try again later", FAULT_AUTH_TEMPFAIL },
	{ PHASE_AUTH,       0,       "",                     "an internal error occurred", FAULT_AUTH_TEMPFAIL },
	{ PHASE_AUTH,       0,       "",                     "contemporary art",     FAULT_AUTH_FAILED      },
	{ PHASE_AUTH,       0,       "",                     "Maximum number of connections exceeded", FAULT_THROTTLED },
	{ PHASE_MAILBOX,    0,       "",                     "no such mailbox",      FAULT_REJECTED         },
	{ PHASE_MAILBOX,    0,       "",                     "temporarily locked",   FAULT_TEMPFAIL         },
	{ PHASE_GREETING,   0,       "",                     "go away",              FAULT_REJECTED         },
	/* STARTTLS refused is refused, whatever the reason. */
	{ PHASE_STARTTLS,   0,       "UNAVAILABLE",          "",                     FAULT_STARTTLS_REFUSED },
	{ PHASE_STARTTLS,   BAFFLED, "",                     "",                     FAULT_STARTTLS_REFUSED },
	/* BAD */
	{ PHASE_AUTH,       BAFFLED, "",                     "temporary",            FAULT_PROTOCOL         },
	{ PHASE_AUTH,       BAFFLED, "UNAVAILABLE",          "",                     FAULT_AUTH_TEMPFAIL    },
	/* BYE */
	{ PHASE_AUTH,       CLOSING, "",                     "",                     FAULT_UNAVAILABLE      },
	{ PHASE_AUTH,       CLOSING, "AUTHENTICATIONFAILED", "",                     FAULT_UNAVAILABLE      },
	{ PHASE_GREETING,   CLOSING, "LIMIT",                "",                     FAULT_THROTTLED        },
	{ PHASE_GREETING,   CLOSING, "",                     "too many connections", FAULT_THROTTLED        },
	{ PHASE_STARTTLS,   CLOSING, "",                     "",                     FAULT_UNAVAILABLE      },
};
/* clang-format on */

static void test_smtp(void **state)
{
	struct dialogue d;
	struct mail_reply r;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(smtp); i++) {
		dialogue_at(&d, smtp[i].phase);
		reply_of(&r, smtp[i].code, smtp[i].word, smtp[i].words);
		assert_fault(replies_smtp_fault(&d, &r), &smtp[i]);
	}
}

static void enter_tls(struct dialogue *d)
{
	static const struct dialogue_params params = { .protocol = &pop3_protocol,
						       .tls = TLS_MODE_IMPLICIT,
						       .ehlo_name = "x" };
	enum phase phase = d->phase;

	dialogue_init(d, &params, &room, output);
	dialogue_start(d, TRUST_VERIFIED);
	d->phase = phase;
}

static void test_words(void **state)
{
	struct dialogue d;
	struct mail_reply r;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		dialogue_at(&d, words[i].phase);
		if (words[i].code & IN_TLS)
			enter_tls(&d);
		reply_of(&r, 0, words[i].word, words[i].words);
		r.closing = words[i].code & CLOSING;
		r.not_understood = words[i].code & BAFFLED;
		assert_fault(replies_word_fault(&d, &r), &words[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_smtp),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
