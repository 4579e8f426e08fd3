#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "routes.h"

#include <string.h>

static char storage[600];
static struct buffer error;
static struct site site;

static bool init(const char *url, const char *prefix, const char *metrics)
{
	buffer_init(&error, storage, sizeof(storage));
	return site_init(&site, url, prefix, metrics, &error);
}

static void is(const char *url, const char *prefix, const char *home, const char *behind)
{
	assert_true(init(url, prefix, NULL));
	assert_string_equal(site.home, home);
	assert_string_equal(site.prefix, behind);
}

static void the_prefix_is_that_of_the_url(void **state)
{
	(void)state;
	is(NULL, NULL, "/", "");
	is(NULL, "/", "/", "");
	is(NULL, "mail/vane/", "/mail/vane/", "/mail/vane");
	is("http://m.example.com", NULL, "http://m.example.com/", "");
	is("https://m.example.com:8443/", NULL, "https://m.example.com:8443/", "");
	is("http://[::1]:9/mv", NULL, "http://[::1]:9/mv/", "/mv");
	is("http://m.example.com/mv/", "/", "http://m.example.com/mv/", "");
	is("http://m.example.com/mv/", "/x", "http://m.example.com/mv/", "/x");
	is("/mv//", NULL, "/mv/", "/mv");
	assert_string_equal(site.metrics, "/metrics");
}

static void refuses(bool made, const char *why)
{
	assert_false(made);
	if (!strstr(buffer_string(&error), why))
		fail_msg("'%s' does not say '%s'", error.p, why);
}

static void says_what_is_wrong(void **state)
{
	static char large[SITE_TEXT_MAX + 1];

	(void)state;
	refuses(init("m.example.com", NULL, NULL),
		"--web.external-url=m.example.com: it is the address of the page");
	refuses(init("", NULL, NULL), "external-url");
	refuses(init("ftp://m/", NULL, NULL), "external-url");
	refuses(init("//m/", NULL, NULL), "external-url");
	refuses(init("http:///x", NULL, NULL), "external-url");
	refuses(init("http://a b/", NULL, NULL), "external-url");
	refuses(init("http://m/?x=y", NULL, NULL), "external-url");
	refuses(init("http://m/a\r\nX: y", NULL, NULL), "external-url");
	refuses(init("http://user:pw@m/", NULL, NULL), "external-url");
	refuses(init(NULL, "a b", NULL), "--web.route-prefix=a b: it is a path");
	refuses(init(NULL, "/%41", NULL), "route-prefix");
	refuses(init(NULL, NULL, "metrics"), "--web.telemetry-path=metrics: it is a path");
	refuses(init(NULL, NULL, "/metrics/"), "telemetry-path");
	refuses(init(NULL, NULL, ""), "telemetry-path");
	memset(large, 'x', sizeof(large) - 1);
	refuses(init(NULL, large, NULL), "route-prefix");
	large[0] = '/';
	refuses(init(large, NULL, NULL), "external-url");
	refuses(init(NULL, NULL, large), "telemetry-path");
}

static void finds_the_path_behind_the_prefix(void **state)
{
	(void)state;
	assert_true(init(NULL, "/mv", NULL));
	assert_string_equal(site_path(&site, "/mv/metrics"), "/metrics");
	assert_string_equal(site_path(&site, "/mv/"), "/");
	assert_null(site_path(&site, "/mv"));
	assert_null(site_path(&site, "/mvx/"));
	assert_null(site_path(&site, "/"));
	assert_null(site_path(&site, "*"));
	assert_true(site_redirects(&site, "/"));
	assert_true(site_redirects(&site, "/mv"));
	assert_false(site_redirects(&site, "/mv/"));
	assert_true(init(NULL, NULL, NULL));
	assert_false(site_redirects(&site, "/"));
	assert_false(site_redirects(&site, ""));
}

static void the_metrics_may_be_anywhere_else(void **state)
{
	(void)state;
	assert_true(init(NULL, NULL, "/numbers"));
	assert_true(paths_fit(&routes, &site));
	assert_non_null(path_find(&routes, &site, "/numbers"));
	assert_null(path_find(&routes, &site, "/metrics"));
	assert_true(init(NULL, NULL, "/"));
	assert_true(paths_fit(&routes, &site));
	assert_null(path_find(&routes, &site, "/")->path);
	assert_true(init(NULL, NULL, "/-/healthy"));
	assert_false(paths_fit(&routes, &site));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_prefix_is_that_of_the_url),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(finds_the_path_behind_the_prefix),
		cmocka_unit_test(the_metrics_may_be_anywhere_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
