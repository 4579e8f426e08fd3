/* fact.h - one table of all facts of a result: key, type and unit, where it is shown, how it is read
 * and what it means.
 *
 * The JSON of check_mail and of /api/v1/status, the page of a target and -v are written from this
 * table; metrics that show a fact are named in it. A new fact is one row in fact.c, and the line
 * of the probe that fills it.
 */
#ifndef MAILVANE_FACT_H
#define MAILVANE_FACT_H

#include "plan.h"

/* What facts are read from. */
struct fact_subject {
	const struct result *result;
	const struct record *record; /* NULL in a plugin, which keeps no history */
	const struct target *target;
	const char *reason; /* the verdict in a sentence */
};

enum fact_type {
	FACT_TEXT,  /* text of a server, or a sentence */
	FACT_WORD,  /* a word or text that this program writes */
	FACT_LINES, /* text with line ends */
	FACT_NUMBER,
	FACT_SECONDS, /* a duration */
	FACT_TIME,    /* a date */
	FACT_FLAG,
	FACT_FAULTS, /* a set of faults or notices */
	FACT_TEXTS,  /* a list */
	FACT_PHASES, /* a duration for each phase; negative: not reached */
	FACT_GROUP, /* the following rows whose keys begin with its key and a point; as text, a summary */
};

/* Where a fact is shown. */
enum fact_place {
	FACT_PLUGIN = 1 << 0,     /* check_mail --json */
	FACT_STATUS = 1 << 1,     /* /api/v1/status */
	FACT_PROBE_CARD = 1 << 2, /* the page of a target: the card of its last probe */
	FACT_CERT_CARD = 1 << 3,  /* the card of its certificate */
	FACT_VERBOSE = 1 << 4,    /* check_mail -v */
	FACT_DEPRECATED = 1 << 5, /* an older key, which the next release removes */
	FACT_AS_AGE = 1 << 6,     /* on the page as an age, even if it is not known */
};

enum { FACT_STORAGE_MAX = 640 };

/* Only the member for the fact's type is set. Texts are lent by the subject or are in `storage`. */
struct fact_value {
	union {
		const char *text; /* FACT_TEXT, _WORD, _LINES, _GROUP; may be NULL */
		int64_t number;
		struct span span;
		struct moment time;
		bool flag;
		struct {
			unsigned set;
			enum fault first; /* the fault of the lowest bit */
		} faults;
		struct {
			const char *const *list;
			size_t count;
		} texts;
		const struct span *phases; /* PHASE_COUNT of them */
	};
	char storage[FACT_STORAGE_MAX];
};

struct fact {
	const char *key; /* in JSON; with a point: a member of the group before it */
	enum fact_type type;
	unsigned places; /* enum fact_place */
	/* Reads the fact. False: it is not known. */
	bool (*get)(const struct fact_subject *, struct fact_value *ret_value);

	const char *help; /* the description in the schema; NULL: none is needed */
	/* Its name on the page; NULL: it is shown in small print in the row before it. */
	const char *label;
	const char *line;   /* the text of -v before it, or in place of a flag */
	const char *absent; /* what /api/v1/status says if it is not known; NULL: null */
	const char *metric; /* the metric that shows it; NULL: none */
};

extern const struct fact facts[];
extern const size_t fact_count;

/* The key without its group. */
const char *fact_name(const struct fact *);
/* Whether a fact is a member of the group. */
bool fact_is_in(const struct fact *, const struct fact *group);

/* Writes the facts of a place, FACT_PLUGIN or FACT_STATUS, as members of the open JSON object. A fact
 * that is not known is null. Times are RFC 3339 dates for a plugin, else Unix times. */
struct json;
void facts_json(struct json *, const struct fact_subject *, enum fact_place);

#endif
