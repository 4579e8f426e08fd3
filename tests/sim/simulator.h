/* simulator.h - mailsim as a child process of a test. */
#ifndef MAILSIM_SIMULATOR_H
#define MAILSIM_SIMULATOR_H

#include <stdbool.h>
#include <stdint.h>

struct simulator;

/* Starts the program on a scenario given as text, with a control listener added, and waits
 * until it is ready. Ends the test program, with the reason on stderr, when that fails. */
struct simulator *simulator_start(const char *scenario);
/* The same with more than one thread. */
struct simulator *simulator_start_threads(const char *scenario, unsigned threads);
/* Ends it by SIGTERM, removes its files and returns its exit status; -1 if it died of a
 * signal. */
int simulator_stop(struct simulator *);

/* Of a listener by name; ends the test program when there is none. */
uint16_t simulator_port(const struct simulator *, const char *listener);
/* The root certificate, as PEM. */
const char *simulator_ca_file(const struct simulator *);

/* A counter of a listener ("connections", "pregreet"), now; 0 for a rude word not there. "*"
 * is the sum of all. */
long long simulator_count(const struct simulator *, const char *listener, const char *word);
/* Waits until it is at least so much; false after five seconds. */
bool simulator_reached(const struct simulator *, const char *listener, const char *word,
		       long long least);

/* The whole of the log or record, a heap string. */
char *simulator_manners(const struct simulator *);
char *simulator_record(const struct simulator *);

#endif
