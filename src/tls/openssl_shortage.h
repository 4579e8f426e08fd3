/* openssl_shortage.h - what OpenSSL had no memory or descriptor for on this thread.
 *
 * It tells of such a thing as it tells of a broken server: an alert, an issuer that is missing, a
 * signature that does not fit. So it is counted where it happens, and whoever judges by what OpenSSL
 * says asks first whether anything was lacking meanwhile.
 */
#ifndef MAILVANE_OPENSSL_SHORTAGE_H
#define MAILVANE_OPENSSL_SHORTAGE_H

#include <stdint.h>

/* How often something was lacking so far. */
uint64_t openssl_shortage_mark(void);

/* NULL: nothing has been lacking since the mark; else what, in words. */
const char *openssl_shortage_since(uint64_t mark);

/* Files that OpenSSL opens itself tell of a shortage in its queue of errors only: counts those and
 * empties the queue. */
void openssl_shortage_look(void);

/* For what we could not do ourselves in one of OpenSSL's callbacks. */
void openssl_shortage_add(void);

#endif
