/* subject.h - a certificate's name in the order that Go's programs print it, which is what
 * users of the blackbox_exporter select by.
 */
#ifndef MAILVANE_SUBJECT_H
#define MAILVANE_SUBJECT_H

#include "strbuf.h"

/* `name` is that of struct certificate (RFC 2253, the last in the certificate first). Go's
 * crypto/x509/pkix puts attributes in an order of its own, those of one kind together:
 * "CN=mail.example.com,OU=a+OU=b,O=Example,C=DE". */
void subject_put(struct strbuf *, const char *name);

#endif
