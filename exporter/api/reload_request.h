/* reload_request.h - /-/reload: the configuration is read again, and who asked hears how it
 * went. */
#ifndef MAILVANE_RELOAD_REQUEST_H
#define MAILVANE_RELOAD_REQUEST_H

#include "reply.h"
#include "request.h"

/* The function of the path. The main thread reloads while the request waits. */
struct reply reload_request(struct request *);

#endif
