/* subject.h - writes a certificate's name in the order of Go's programs, because dashboards
 * for the blackbox_exporter select by it. */
#ifndef MAILVANE_SUBJECT_H
#define MAILVANE_SUBJECT_H

#include "strbuf.h"

/* `name` is the one of struct certificate (RFC 2253, in reverse order). Go's
 * crypto/x509/pkix sorts attributes by kind:
 * "CN=mail.example.com,OU=a+OU=b,O=Example,C=DE". */
void subject_put(struct strbuf *, const char *name);

#endif
