/* process.h - figures of this process from the kernel: CPU, memory, descriptors, threads.
 */
#ifndef MAILVANE_PROCESS_H
#define MAILVANE_PROCESS_H

/* NaN: the system does not say. */
struct process {
	double cpu_seconds;
	double open_fds, max_fds;
	double threads;
	double virtual_bytes, virtual_max_bytes, resident_bytes;
};

void process_read(struct process *);

#endif
