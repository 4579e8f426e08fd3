/* fuzz_staple.c - whatever is stapled to a certificate, it is judged in a line fit to show; and
 * without being asked for it is only ever bad for saying that the certificate was revoked.
 */
#include "staple.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* An authority, and a certificate of it that asks for a staple. The seeds are of their keys,
 * which nobody kept. */
static const char *const authority =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBaTCCARCgAwIBAgICEAEwCgYIKoZIzj0EAwIwHDENMAsGA1UECgwEVGVzdDEL\n"
    "MAkGA1UEAwwCQ0EwHhcNMjYxMTIyMDgwMTMwWhcNMzUwMjA4MDkwMTMwWjAcMQ0w\n"
    "CwYDVQQKDARUZXN0MQswCQYDVQQDDAJDQTBZMBMGByqGSM49AgEGCCqGSM49AwEH\n"
    "A0IABLfETC5rNI8QhQo1L1rHJhyy2/VKXMd46uXzErFvukkqDIx6lXyjiKii5brR\n"
    "4F2VRiiL8usZnqaO8xf7V67zX4qjQjBAMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0P\n"
    "AQH/BAQDAgGGMB0GA1UdDgQWBBTxBEkisHv0VOEdA49lSPnPGBhBqTAKBggqhkjO\n"
    "PQQDAgNHADBEAiB+SYod48Fv+1mfk0y0zZCPEj4+/zFSqRsfKjLCjSa5dgIgVlS8\n"
    "FaRw7r1pbUSGnwqXeknlRjZsvDWeYxv5bt3yc/0=\n"
    "-----END CERTIFICATE-----\n";
static const char *const server =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBkzCCATigAwIBAgICEAIwCgYIKoZIzj0EAwIwHDENMAsGA1UECgwEVGVzdDEL\n"
    "MAkGA1UEAwwCQ0EwHhcNMjYxMTIyMDgwMTMwWhcNMzIwNTE0MDkwMTMwWjAdMQ0w\n"
    "CwYDVQQKDARUZXN0MQwwCgYDVQQDDANteDEwWTATBgcqhkjOPQIBBggqhkjOPQMB\n"
    "BwNCAAS++FaiFiCk10vW1FWAssAHguOl/Tzj+TW15jv3h3R1X+QE9DJeX9lyXPLg\n"
    "Apqh7wYs4HUqBLF3YW7nUx0jQK6Uo2kwZzAJBgNVHRMEAjAAMBMGA1UdJQQMMAoG\n"
    "CCsGAQUFBwMBMB0GA1UdDgQWBBSFm3n16qN+PsIOwBecJ6L/awaSqDATBgNVHREE\n"
    "DDAKgghteDEudGVzdDARBggrBgEFBQcBGAQFMAMCAQUwCgYIKoZIzj0EAwIDSQAw\n"
    "RgIhAIV8KGZX4iNmOzQp0dZRfoRrCBRWPDORECtXqheVsGajAiEAoDsH/iFhopf8\n"
    "hIHivEdnnMDrZZFaVKrs+l7JmQ9N8Io=\n"
    "-----END CERTIFICATE-----\n";

/* Of the seeds: between the begin and the end of the good ones. */
static const struct moment now = { 1795345200000 };

static void must(bool holds)
{
	if (!holds)
		abort();
}

static X509 *read_pem(const char *text)
{
	BIO *memory = BIO_new_mem_buf(text, -1);
	X509 *x = PEM_read_bio_X509(memory, NULL, NULL, NULL);

	must(x != NULL);
	BIO_free(memory);
	return x;
}

static void must_be_text(const char *text)
{
	must(text[0] != '\0' && strlen(text) < PRINTABLE_MAX);
	for (; *text != '\0'; text++)
		must((unsigned char)*text >= ' ' && *text != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static X509 *issuer, *asks;
	struct view staple = { (const char *)bytes, n };
	char words[PRINTABLE_MAX] = "", more[PRINTABLE_MAX] = "";

	if (issuer == NULL) {
		issuer = read_pem(authority);
		asks = read_pem(server);
	}
	if (staple_is_bad(&(struct staple_options){ asks, issuer, now }, staple, words))
		must_be_text(words);
	else
		must(n > 0 && words[0] == '\0');
	/* The authority's own certificate asks for none, and is its own issuer. */
	if (staple_is_bad(&(struct staple_options){ issuer, issuer, now }, staple, more))
		must(view_starts(view_of(more), "revoked "));
	staple_is_bad(&(struct staple_options){ asks, NULL, now }, staple, words);
	ERR_clear_error();
	return 0;
}
