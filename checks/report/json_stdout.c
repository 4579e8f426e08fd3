/* json_stdout.c - see json_stdout.h. */
#include "json_stdout.h"

#include <stdio.h>

static void put_to_stdout(void *to, struct view text)
{
	(void)to;
	fwrite(text.p, 1, text.n, stdout);
}

void json_to_stdout(struct json *j)
{
	json_init(j, put_to_stdout, NULL);
}

void json_stdout_end(struct json *j)
{
	json_end(j);
	putchar('\n');
}
