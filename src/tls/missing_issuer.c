/* missing_issuer.c - the extensions of a certificate that speak of the one above it. */
#include "missing_issuer.h"

#include "printable.h"
#include "x509_text.h"

#include <openssl/x509v3.h>

#include <string.h>
#include <strings.h>

/* Longer ones are of no use cut. */
enum { URL_MAX = 120 };

static bool take_url(const GENERAL_NAME *name, char dst[URL_MAX])
{
	const ASN1_IA5STRING *uri;
	struct view v;

	if (name->type != GEN_URI)
		return false;
	uri = name->d.uniformResourceIdentifier;
	v = (struct view){ (const char *)ASN1_STRING_get0_data(uri),
			   (size_t)ASN1_STRING_length(uri) };
	return v.n < URL_MAX && v.n > 7 && strncasecmp(v.p, "http://", 7) == 0 &&
	       printable_copy(dst, URL_MAX, v) == v.n && strchr(dst, ' ') == NULL;
}

/* "" for none. */
static const char *url_of_issuer(const X509 *x, char dst[URL_MAX])
{
	AUTHORITY_INFO_ACCESS *list = X509_get_ext_d2i(x, NID_info_access, NULL, NULL);

	dst[0] = '\0';
	for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(list); i++) {
		const ACCESS_DESCRIPTION *one = sk_ACCESS_DESCRIPTION_value(list, i);

		if (OBJ_obj2nid(one->method) != NID_ad_ca_issuers)
			continue;
		if (take_url(one->location, dst))
			break;
		dst[0] = '\0';
	}
	AUTHORITY_INFO_ACCESS_free(list);
	return dst;
}

enum above { ABOVE_UNKNOWN, ABOVE_INTERMEDIATE, ABOVE_ROOT };

/* The authority key identifier may name the issuer's issuer (RFC 5280 section 4.2.1.1): for a
 * root it is the same. */
static enum above above(const X509 *x, const char *url)
{
	AUTHORITY_KEYID *key =
	    X509_get_ext_d2i(x, NID_authority_key_identifier, NULL, NULL);
	enum above found = url[0] != '\0' ? ABOVE_INTERMEDIATE : ABOVE_UNKNOWN;

	for (int i = 0; key != NULL && i < sk_GENERAL_NAME_num(key->issuer); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(key->issuer, i);

		if (name->type != GEN_DIRNAME)
			continue;
		found = X509_NAME_cmp(name->d.directoryName, X509_get_issuer_name(x)) == 0
			    ? ABOVE_ROOT
			    : ABOVE_INTERMEDIATE;
		break;
	}
	AUTHORITY_KEYID_free(key);
	return found;
}

/* One of that name was sent, but with another key. */
static bool has_namesake(const STACK_OF(X509) * sent, const X509 *x)
{
	for (int i = 1; i < sk_X509_num(sent); i++)
		if (X509_NAME_cmp(X509_get_subject_name(sk_X509_value(sent, i)),
				  X509_get_issuer_name(x)) == 0)
			return true;
	return false;
}

static void say_below(struct buffer *b, const STACK_OF(X509) * sent, const X509 *x,
		      const char *name, const char *url)
{
	enum above kind = above(x, url);
	int count = sk_X509_num(sent);

	if (kind == ABOVE_ROOT) {
		buffer_format(b, "unknown authority '%s': not in the trust store", name);
		return;
	}
	buffer_format(b, "missing %s '%s': ",
		      kind == ABOVE_INTERMEDIATE ? "intermediate" : "issuer", name);
	if (has_namesake(sent, x))
		buffer_text(b, "the one sent has another key");
	else if (count > 1)
		buffer_format(b, "not among the %d certificates sent", count);
	else
		buffer_text(b, "the server sent no intermediate certificate");
	buffer_text(b, ", and it is not in the trust store");
}

void missing_issuer_say(struct buffer *b, const STACK_OF(X509) * sent, X509 *x, int depth)
{
	char name[X509_TEXT_MAX], url[URL_MAX];

	if (x509_name_text(X509_get_issuer_name(x), name)[0] == '\0')
		text_copy(name, sizeof(name), "without a name");
	url_of_issuer(x, url);
	if (depth == 0)
		say_below(b, sent, x, name, url);
	else
		buffer_format(b,
			      "unknown authority '%s' above the chain that was sent: not "
			      "in the trust store",
			      name);
	if (url[0] != '\0')
		buffer_format(b, "; it can be had from %s", url);
}
