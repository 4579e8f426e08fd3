/* trust.c - files and hashed directories of roots.
 *
 * The system's bundle takes tens of milliseconds to decode and a probe needs one root of it, so
 * where the directory is hashed only that is asked, and the bundle is read when an issuer was not
 * found there: the answer is the one OpenSSL's default paths give.
 */
#include "trust.h"

#include "buffer.h"
#include "openssl_shortage.h"
#include "regular_file.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The bundles of systems have a few hundred KiB. */
enum { TRUST_FILE_MAX = 64 << 20 };

/* "002c0b4f.0", as `openssl rehash` makes them. */
static bool is_hashed_name(const char *name)
{
	for (int i = 0; i < 8; i++)
		if (!isxdigit((unsigned char)name[i]))
			return false;
	return name[8] == '.' && isdigit((unsigned char)name[9]);
}

/* -1 with errno when it cannot be read. */
static int has_hashes(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	int found = 0;

	if (dir == NULL)
		return -1;
	while (!found && (entry = readdir(dir)) != NULL)
		found = is_hashed_name(entry->d_name);
	closedir(dir);
	return found;
}

static bool trust_complain(char *error, size_t cap, const char *kind, const char *path,
			   const char *why)
{
	snprintf(error, cap, "%s '%s': %s", kind, path, why);
	return false;
}

static bool has_certificate(X509_STORE *store)
{
	STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(store);

	for (int i = 0; i < sk_X509_OBJECT_num(objects); i++)
		if (X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i)) != NULL)
			return true;
	return false;
}

static bool load_file(X509_STORE *store, const char *path, char *error, size_t cap)
{
	const char *why;
	struct stat st;
	int fd = regular_file_open(path, &st, &why);

	if (fd < 0 && errno == 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		why = "is a directory; a directory is named by ca_path";
	if (fd < 0)
		return trust_complain(error, cap, "ca_file", path, why);
	close(fd);
	if (st.st_size == 0)
		return trust_complain(error, cap, "ca_file", path, "is empty");
	if (st.st_size > TRUST_FILE_MAX)
		return trust_complain(error, cap, "ca_file", path, "is larger than 64 MiB");
	if (X509_STORE_load_file(store, path) == 1 && has_certificate(store))
		return true;
	return trust_complain(error, cap, "ca_file", path,
			      "holds no certificates in PEM form, or a damaged one");
}

static bool load_path(X509_STORE *store, const char *path, char *error, size_t cap)
{
	int hashed = has_hashes(path);

	if (hashed < 0)
		return trust_complain(error, cap, "ca_path", path, strerror(errno));
	if (hashed == 0)
		return trust_complain(
		    error, cap, "ca_path", path,
		    "has no hashed certificates; run 'openssl rehash' on it");
	if (X509_STORE_load_path(store, path) == 1)
		return true;
	return trust_complain(error, cap, "ca_path", path, "out of memory");
}

static const char *trust_default_file(void)
{
	const char *named = getenv(X509_get_default_cert_file_env());

	return named != NULL ? named : X509_get_default_cert_file();
}

static const char *default_dir(void)
{
	const char *named = getenv(X509_get_default_cert_dir_env());

	return named != NULL ? named : X509_get_default_cert_dir();
}

/* Asked by X509_verify_cert. The flag that the bundle is loaded lies in the store's app data:
 * NULL while it is not. */
static int issuer_or_bundle(X509 **ret_issuer, X509_STORE_CTX *ctx, X509 *x)
{
	static char loaded;
	X509_STORE *store = X509_STORE_CTX_get0_store(ctx);
	int found = X509_STORE_CTX_get1_issuer(ret_issuer, ctx, x);
	uint64_t mark = openssl_shortage_mark();

	if (found != 0 || X509_STORE_get_ex_data(store, 0) != NULL)
		return found;
	X509_STORE_set_ex_data(store, 0, &loaded);
	if (X509_STORE_load_file(store, trust_default_file()) != 1) {
		openssl_shortage_look();
		/* It is tried again when there is memory, or a descriptor, for it. */
		if (openssl_shortage_since(mark) != NULL)
			X509_STORE_set_ex_data(store, 0, NULL);
		return found;
	}
	return X509_STORE_CTX_get1_issuer(ret_issuer, ctx, x);
}

static bool is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM;
}

/* A store that is not there is noted; one that cannot be read for want of something is not taken
 * for it. */
static bool load_system(X509_STORE *store, char *error, size_t cap, const char **ret_note)
{
	int hashed = has_hashes(default_dir());
	struct stat st;

	if (hashed < 0 && is_shortage(errno))
		return trust_complain(error, cap, "the system's trust store", default_dir(),
				      strerror(errno));
	if (hashed > 0 && X509_STORE_load_path(store, default_dir()) == 1) {
		X509_STORE_set_get_issuer(store, issuer_or_bundle);
		return true;
	}
	X509_STORE_set_default_paths(store);
	if (stat(trust_default_file(), &st) < 0 && hashed <= 0)
		*ret_note =
		    " (this system has no trust store: is ca-certificates installed?)";
	return true;
}

bool trust_load(X509_STORE *store, const struct tls_options *options, char *error,
		size_t cap, const char **ret_note)
{
	*ret_note = "";
	X509_STORE_set_flags(store, X509_V_FLAG_TRUSTED_FIRST);
	if (options->ca_file == NULL && options->ca_path == NULL &&
	    !load_system(store, error, cap, ret_note))
		return false;
	if (options->ca_file != NULL && !load_file(store, options->ca_file, error, cap))
		return false;
	return options->ca_path == NULL || load_path(store, options->ca_path, error, cap);
}
