/* process.h - what the kernel says about this process. */
#ifndef MAILVANE_PROCESS_H
#define MAILVANE_PROCESS_H

/* NaN where the system does not say. */
struct process {
	double cpu_seconds;
	double open_fds, max_fds;
	double threads;
	double virtual_bytes, virtual_max_bytes, resident_bytes;
};

void process_read(struct process *);

#endif
