/* customer_names.h - the customers' names of a shared host: each is asked for by SNI at each of its TLS
 * services, so many at once, until the time is up.
 *
 * A server that does not answer is one finding, however many names it has: who hears nothing
 * three times in a row asks there no more.
 */
#ifndef MAILVANE_CUSTOMER_NAMES_H
#define MAILVANE_CUSTOMER_NAMES_H

#include "check_mail_options.h"
#include "name_list.h"
#include "result.h"

enum { NAMES_QUESTIONS_MAX = 500000 };

enum name_progress {
	NAME_WAITING,    /* not asked, or no answer when the time was up */
	NAME_UNANSWERED, /* asked twice; what came is the server's finding */
	NAME_ANSWERED,
};

/* Of one name at one service. */
struct name_answer {
	uint8_t progress; /* enum name_progress */
	uint8_t state, fault, phase;
	bool fallback; /* it shows the one of the service */
	unsigned cert_faults;
	struct moment end; /* of the chain that is for this name; 0: there is none */
	char *reason;      /* in a sentence, if it is bad; else NULL */
};

/* One service of the host. */
struct names_port {
	const struct target *target;
	struct name_answer *answers;  /* one for each name */
	struct certificate *fallback; /* shown to who names nobody; NULL: none */
	struct result silence;        /* the latest without a certificate */
	bool silent;                  /* there is one */
	bool given_up;
	size_t answered;

	/* Of the walk. */
	bool fallback_asked, fallback_settled;
	unsigned silent_in_a_row, in_flight, pass;
	size_t next;
};

struct customer_names {
	struct name_list list;
	struct names_port *ports;
	size_t port_count;
	bool out_of_time;
};

/* Reads the file of the options and takes the TLS services of the plan, which must outlive it.
 * False, with a sentence, when it cannot. */
bool customer_names_init(struct customer_names *, struct plan *,
			 const struct check_mail_options *, char error[REFUSAL_MAX]);
/* Asks for all of them. False, with a sentence, when it cannot even begin. */
bool customer_names_ask(struct customer_names *, const struct plan *,
			const struct check_mail_options *, char error[REFUSAL_MAX]);
void customer_names_fini(struct customer_names *);

#endif
