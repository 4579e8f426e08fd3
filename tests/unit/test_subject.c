#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "subject.h"

static void prints(const char *name, const char *want)
{
	struct strbuf d;

	strbuf_init(&d);
	subject_put(&d, name);
	strbuf_put(&d, (struct view){ "", 1 });
	assert_string_equal(d.p, want);
	strbuf_fini(&d);
}

/* What Go 1.22 prints for the same certificates. */
static void as_go_does(void **state)
{
	(void)state;
	prints("", "");
	prints("CN=mail.example.com", "CN=mail.example.com");
	prints("CN=WR2,O=Google Trust Services,C=US",
	       "CN=WR2,O=Google Trust Services,C=US");
	prints("CN=m,OU=ops,O=A\\, B,L=Berlin,ST=BE,C=DE",
	       "CN=m,ST=BE,L=Berlin,OU=ops,O=A\\, B,C=DE");
	prints("OU=b,OU=a,CN=m", "CN=m,OU=a+OU=b");
	prints("C=DE,CN=m", "CN=m,C=DE");
	prints("CN=last,CN=first,O=x", "CN=last,O=x");
	prints("serialNumber=7,CN=m", "SERIALNUMBER=7,CN=m");
	prints("emailAddress=a@example.com,CN=m,O=x",
	       "CN=m,O=x,emailAddress=a@example.com");
	prints("CN=a\\+b\\\\,O=x", "CN=a\\+b\\\\,O=x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_go_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
