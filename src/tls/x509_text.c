/* x509_text.c - all of it was written by a stranger, so all of it goes through printable_copy. */
#include "x509_text.h"

#include "address.h"
#include "printable.h"

#include <openssl/bio.h>
#include <openssl/evp.h>

#include <string.h>

/* UTF-8 stays, which RFC 2253 section 5 allows and people can read. */
enum { NAME_FLAGS = XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB };

const char *x509_name_text(const X509_NAME *name, char dst[X509_TEXT_MAX])
{
	BIO *memory = BIO_new(BIO_s_mem());
	char *p = NULL;
	long n;

	dst[0] = '\0';
	if (memory != NULL && X509_NAME_print_ex(memory, name, 0, NAME_FLAGS) >= 0) {
		n = BIO_get_mem_data(memory, &p);
		if (n > 0)
			printable_copy(dst, X509_TEXT_MAX, (struct view){ p, (size_t)n });
	}
	BIO_free(memory);
	return dst;
}

static bool ip_text(const ASN1_OCTET_STRING *octets, char dst[X509_TEXT_MAX])
{
	const unsigned char *p = ASN1_STRING_get0_data(octets);
	struct address a = { 0 };

	switch (ASN1_STRING_length(octets)) {
	case sizeof(a.v4.sin_addr):
		a.v4.sin_family = AF_INET;
		memcpy(&a.v4.sin_addr, p, sizeof(a.v4.sin_addr));
		break;
	case sizeof(a.v6.sin6_addr):
		a.v6.sin6_family = AF_INET6;
		memcpy(&a.v6.sin6_addr, p, sizeof(a.v6.sin6_addr));
		break;
	default:
		return false;
	}
	address_text(&a, dst);
	return true;
}

bool x509_san_text(const GENERAL_NAME *name, char dst[X509_TEXT_MAX])
{
	if (name->type == GEN_IPADD)
		return ip_text(name->d.iPAddress, dst);
	if (name->type != GEN_DNS)
		return false;
	printable_copy(dst, X509_TEXT_MAX,
		       (struct view){ (const char *)ASN1_STRING_get0_data(name->d.dNSName),
				      (size_t)ASN1_STRING_length(name->d.dNSName) });
	return true;
}

static void put_hex(struct buffer *b, const unsigned char *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		char pair[2] = { digits[p[i] >> 4], digits[p[i] & 15] };

		buffer_put(b, (struct view){ pair, 2 });
	}
}

const char *x509_serial_text(const X509 *x, char dst[X509_TEXT_MAX])
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
	struct buffer b;

	buffer_init(&b, dst, X509_TEXT_MAX);
	if (ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER)
		buffer_text(&b, "-");
	put_hex(&b, ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial));
	return buffer_string(&b);
}

bool x509_fingerprint(const X509 *x, char dst[X509_FINGERPRINT_MAX])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	struct buffer b;
	unsigned n;

	if (X509_digest(x, EVP_sha256(), digest, &n) != 1 || n != 32)
		return false;
	buffer_init(&b, dst, X509_FINGERPRINT_MAX);
	put_hex(&b, digest, n);
	buffer_string(&b);
	return true;
}

bool x509_pin(const X509 *x, struct pin *ret_pin)
{
	unsigned char *der = NULL, digest[EVP_MAX_MD_SIZE];
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
	bool good =
	    n > 0 && EVP_Digest(der, (size_t)n, digest, NULL, EVP_sha256(), NULL) == 1;

	OPENSSL_free(der);
	if (good)
		memcpy(ret_pin->sha256, digest, PIN_BYTES);
	return good;
}

static bool x509_first_san(const X509 *x, char dst[X509_TEXT_MAX])
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	bool found = false;

	for (int i = 0; i < sk_GENERAL_NAME_num(names) && !found; i++)
		found = x509_san_text(sk_GENERAL_NAME_value(names, i), dst);
	GENERAL_NAMES_free(names);
	return found;
}

const char *x509_label_text(const X509 *x, char dst[X509_TEXT_MAX])
{
	const X509_NAME *subject = X509_get_subject_name(x);
	char serial[X509_TEXT_MAX];
	struct buffer b;

	if (X509_NAME_get_index_by_NID(subject, NID_commonName, -1) < 0 &&
	    x509_first_san(x, dst))
		return dst;
	if (X509_NAME_entry_count(subject) > 0)
		return x509_name_text(subject, dst);
	buffer_init(&b, dst, X509_TEXT_MAX);
	buffer_format(&b, "serial %s", x509_serial_text(x, serial));
	return buffer_string(&b);
}
