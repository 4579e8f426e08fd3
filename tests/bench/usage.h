/* usage.h - what this process has used so far. */
#ifndef MAILVANE_BENCH_USAGE_H
#define MAILVANE_BENCH_USAGE_H

#include <stdint.h>

/* User and system time of all threads, in microseconds. */
int64_t usage_cpu_us(void);
/* Resident set now, in bytes. */
int64_t usage_rss(void);
/* CLOCK_MONOTONIC in microseconds. */
int64_t usage_clock_us(void);
/* Descriptors up to the hard limit. */
void usage_raise_limit(void);

#endif
