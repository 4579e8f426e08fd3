/* dns_stub.h - a scripted DNS server for tests, on the loop of the test, UDP and TCP. */
#ifndef MAILVANE_DNS_STUB_H
#define MAILVANE_DNS_STUB_H

#include "address.h"

#include <uv.h>

enum { STUB_A = 1, STUB_CNAME = 5, STUB_AAAA = 28, STUB_ANY = 255 };
enum {
	STUB_NOERROR = 0,
	STUB_FORMERR = 1,
	STUB_SERVFAIL = 2,
	STUB_NXDOMAIN = 3,
	STUB_NOTIMP = 4,
	STUB_REFUSED = 5
};
enum { STUB_RECORDS_MAX = 24, STUB_PORTS_MAX = 64 };

enum stub_flag {
	STUB_SILENT = 1 << 0,
	STUB_TRUNCATED = 1 << 1,  /* empty with TC over UDP, whole over TCP */
	STUB_WRONG_ID = 1 << 2,   /* an answer to a question nobody asked */
	STUB_GARBAGE = 1 << 3,    /* a right header, then nonsense */
	STUB_DROP_FIRST = 1 << 4, /* as if the first datagram was lost */
	STUB_FLOOD = 1 << 5,      /* nothing but wrong ids by UDP, right over TCP */
	STUB_TCP_SILENT = 1 << 6,
	STUB_AUTHENTIC = 1 << 7, /* AD, to who asks for it */
	STUB_TCP_FLOOD =
	    1 << 8, /* truncated by UDP; by TCP wrong ids for as long as it is read */
	STUB_TCP_CUT = 1 << 9, /* the same; by TCP half of an answer, then the end */
};

struct stub_record {
	const char *owner; /* NULL: the name of the question */
	int type;          /* 0: no more records */
	uint32_t ttl;
	const char *value;
};

struct stub_rule {
	const char *name;
	int type;
	int rcode;
	unsigned flags;
	struct stub_record records[STUB_RECORDS_MAX];
	unsigned asked; /* counted by the stub */
};

struct stub {
	uv_udp_t udp;
	uv_tcp_t tcp;
	struct address address;
	struct stub_rule *rules; /* until one without a name; the first that fits answers */
	unsigned udp_questions, tcp_questions, connections;
	unsigned flood_sent;            /* wrong answers by TCP */
	unsigned ports[STUB_PORTS_MAX]; /* where the last questions by UDP came from */
	uv_timer_t flooding;
	uv_stream_t *flooded;
	char udp_in[512];
};

/* On 127.0.0.1 and a free port. Without a rule the answer is NXDOMAIN. */
void stub_open(struct stub *, uv_loop_t *, struct stub_rule *);
void stub_close(struct stub *);

/* "127.0.0.1:5353", as struct resolver_options wants it. */
const char *stub_place(const struct stub *, char dst[ADDRESS_TEXT_MAX]);

#endif
