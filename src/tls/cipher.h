/* cipher.h - what RFC 9325 says of the cipher suite and the key exchange of a handshake. */
#ifndef MAILVANE_CIPHER_H
#define MAILVANE_CIPHER_H

#include "tls.h"

#include <openssl/ssl.h>

/* Of a finished handshake: in words what RFC 9325 advises against, "" if nothing. True: it is a
 * MUST NOT (section 4.1: NULL, RC4, less than 112 bits; 4.5: a DH group below 2048 bits), false: a
 * SHOULD NOT (no forward secrecy, less than 128 bits, finite-field DH at all). */
bool cipher_judge(const SSL *, char ret_flaw[TLS_CIPHER_FLAW_MAX]);

/* The same of a suite and the bits of its DH group. */
bool cipher_judge_suite(const SSL_CIPHER *, int dh_bits,
			char ret_flaw[TLS_CIPHER_FLAW_MAX]);

#endif
