/* fact.h - every fact of a result in one table: its key, type and unit, where it shows, how it is
 * read and what it means.
 *
 * The JSON of check_mail and of /api/v1/status, the page of a target and -v are written from this
 * table; metrics that show a fact are named in it. A new fact is one row in fact.c, and the line
 * of the probe that fills it.
 */
#ifndef MAILVANE_FACT_H
#define MAILVANE_FACT_H

#include "plan.h"

/* What the facts are read from. */
struct fact_subject {
	const struct result *result;
	const struct record *record; /* NULL: of a plugin, which keeps no history */
	const struct target *target;
	const char *reason; /* the verdict in a sentence */
};

enum fact_type {
	FACT_TEXT,  /* of a server, or for people */
	FACT_WORD,  /* one of ours */
	FACT_LINES, /* text with line ends */
	FACT_NUMBER,
	FACT_SECONDS, /* a span */
	FACT_TIME,    /* a moment */
	FACT_FLAG,
	FACT_FAULTS, /* a set of faults, or of notices */
	FACT_TEXTS,  /* a list */
	FACT_PHASES, /* a span for each phase; negative: not reached */
	FACT_GROUP, /* the rows behind it whose keys begin with its key and a point; as text a summary */
};

/* Where a fact shows. */
enum fact_place {
	FACT_PLUGIN = 1 << 0,     /* check_mail --json */
	FACT_STATUS = 1 << 1,     /* /api/v1/status */
	FACT_PROBE_CARD = 1 << 2, /* the page of a target: its last probe; */
	FACT_CERT_CARD = 1 << 3,  /* its certificate */
	FACT_VERBOSE = 1 << 4,    /* check_mail -v */
	FACT_DEPRECATED = 1 << 5, /* an older key, left out by the next release */
	FACT_AS_AGE =
	    1 << 6, /* on the page as its distance from now, and if unknown, too */
};

enum { FACT_ROOM_MAX = 640 };

/* Only the member of the fact's type is set. Lent by the subject, or in `room`. */
struct fact_value {
	union {
		const char *text; /* FACT_TEXT, _WORD, _LINES, _GROUP; may be NULL */
		int64_t number;
		struct span span;
		struct moment time;
		bool flag;
		struct {
			unsigned set;
			enum fault first; /* of the lowest bit */
		} faults;
		struct {
			const char *const *list;
			size_t count;
		} texts;
		const struct span *phases; /* PHASE_COUNT of them */
	};
	char room[FACT_ROOM_MAX];
};

struct fact {
	const char *key; /* in JSON; behind a point: a member of the group before it */
	enum fact_type type;
	unsigned places; /* enum fact_place */
	/* False: it is not known. */
	bool (*get)(const struct fact_subject *, struct fact_value *ret_value);

	const char *help; /* the description in the schema; NULL: the key says it */
	/* On the page its row is called so; NULL: it stands small in the row before it. */
	const char *label;
	const char *line; /* -v puts this before it, or instead of a flag */
	const char
	    *absent; /* the word of /api/v1/status where it is not known; NULL: null */
	const char *metric; /* shows it, too; NULL: none does */
};

extern const struct fact facts[];
extern const size_t fact_count;

/* The key within its group. */
const char *fact_name(const struct fact *);
/* It is a member of the group. */
bool fact_is_in(const struct fact *, const struct fact *group);

/* Writes the facts of a place, FACT_PLUGIN or FACT_STATUS, as members of the object that is open:
 * what is not known as null. Times are RFC 3339 for a plugin, else Unix times. */
struct json;
void facts_json(struct json *, const struct fact_subject *, enum fact_place);

#endif
