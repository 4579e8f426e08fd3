/* x509_text.h - what stands in a certificate, as text that may be shown. */
#ifndef MAILVANE_X509_TEXT_H
#define MAILVANE_X509_TEXT_H

#include "buffer.h"
#include "pin.h"

#include <openssl/x509v3.h>

/* Room for a distinguished name, a name of the SAN or a serial number, with the NUL. */
enum { X509_TEXT_MAX = 512 };

/* RFC 2253 in UTF-8, "CN=mail.example.com,O=Example"; "" for an empty name. Returns dst. */
const char *x509_name_text(const X509_NAME *, char dst[X509_TEXT_MAX]);

/* What people know it by, as certificate_label has it: "CN=Root,O=Example", "mail.example.com" or
 * "serial 01ab". Returns dst. */
const char *x509_label_text(const X509 *, char dst[X509_TEXT_MAX]);

/* A DNS or IP name of the SAN; false for another kind. */
bool x509_san_text(const GENERAL_NAME *, char dst[X509_TEXT_MAX]);

/* Lower-case hexadecimal. Returns dst. */
const char *x509_serial_text(const X509 *, char dst[X509_TEXT_MAX]);

/* SHA-256 of the whole certificate, lower-case hexadecimal. */
enum { X509_FINGERPRINT_MAX = 65 };
bool x509_fingerprint(const X509 *, char dst[X509_FINGERPRINT_MAX]);

/* Of its public key, as it stands in the certificate. */
bool x509_pin(const X509 *, struct pin *ret_pin);

#endif
