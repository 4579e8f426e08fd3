/* negotiation.c - reads the members of a header with their weights, and chooses the best.
 */
#include "negotiation.h"

#include "view.h"

#include <string.h>

/* Weights are in thousandths. */
enum { WEIGHT_MAX = 1000 };

/* One member of a comma-separated list: "text/plain; version=0.0.4; q=0.5". */
struct member {
	struct view name;
	struct view version, escaping; /* parameters; empty: not given */
	int weight;
};

/* --- lists -------------------------------------------------------------------------------- */

/* Cuts the text before the next `end` outside quotes off the front of *rest. */
static struct view take_until(struct view *rest, char end)
{
	struct view taken = { rest->p, 0 };
	bool quoted = false;

	while (taken.n < rest->n && (quoted || taken.p[taken.n] != end))
		quoted ^= taken.p[taken.n++] == '"';
	*rest = view_skip(*rest, taken.n + 1);
	return view_trim(taken);
}

/* "0.75", "1", "1.000" (RFC 9110 section 12.4.2). Anything else counts as 1, as if there
 * were no weight. */
static int weight_of(struct view text)
{
	int weight, unit = WEIGHT_MAX;

	if (text.n == 0 || (text.p[0] != '0' && text.p[0] != '1'))
		return WEIGHT_MAX;
	weight = (text.p[0] - '0') * WEIGHT_MAX;
	if (text.n > 1 && text.p[1] != '.')
		return WEIGHT_MAX;
	for (size_t i = 2; i < text.n && i < 5; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return WEIGHT_MAX;
		weight += (text.p[i] - '0') * (unit /= 10);
	}
	return weight < WEIGHT_MAX ? weight : WEIGHT_MAX;
}

static struct view negotiation_unquoted(struct view v)
{
	if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"')
		return (struct view){ v.p + 1, v.n - 2 };
	return v;
}

static bool next_member(struct view *rest, struct member *ret_member)
{
	struct view part, name, value;

	if (rest->n == 0)
		return false;
	part = take_until(rest, ',');
	*ret_member = (struct member){ .weight = WEIGHT_MAX };
	ret_member->name = take_until(&part, ';');
	while (part.n > 0) {
		value = take_until(&part, ';');
		name = take_until(&value, '=');
		value = negotiation_unquoted(view_trim(value));
		if (view_equal(name, "q"))
			ret_member->weight = weight_of(value);
		else if (view_equal(name, "version"))
			ret_member->version = value;
		else if (view_equal(name, "escaping"))
			ret_member->escaping = value;
	}
	return true;
}

static struct view start_of(const char *value)
{
	return (struct view){ value, value ? strnlen(value, NEGOTIATION_MAX) : 0 };
}

/* --- formats ------------------------------------------------------------------------------ */

static const struct media_type {
	const char *type, *any_of_type, *version;
} offers[] = {
	/* With equal weights the first one is used. */
	[TEXT_PROMETHEUS] = { "text/plain", "text/*", "0.0.4" },
	[TEXT_OPENMETRICS] = { "application/openmetrics-text", "application/*", "1.0.0" },
};

/* How closely a member describes an offer; 0: not at all. */
static int closeness(const struct member *m, const struct media_type *capability_set)
{
	if (view_equal(m->name, capability_set->type)) {
		if (m->version.n == 0)
			return 3;
		return view_equal(m->version, capability_set->version) ? 4 : 0;
	}
	if (view_equal(m->name, capability_set->any_of_type))
		return 2;
	return view_equal(m->name, "*/*");
}

/* Names of ours need no escaping in any scheme, so that which is asked for is the one used.
 * Without a question none is named: Prometheus 2 knows nothing of it. */
static const char *openmetrics_type(struct view escaping)
{
#define OPENMETRICS "application/openmetrics-text; version=1.0.0; charset=utf-8"
	static const char *const schemes[][2] = {
		{ "allow-utf-8", OPENMETRICS "; escaping=allow-utf-8" },
		{ "underscores", OPENMETRICS "; escaping=underscores" },
		{ "dots", OPENMETRICS "; escaping=dots" },
		{ "values", OPENMETRICS "; escaping=values" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++)
		if (view_equal(escaping, schemes[i][0]))
			return schemes[i][1];
	return escaping.n > 0 ? schemes[1][1] : OPENMETRICS;
}

/* The member of the header that describes an offer most closely. */
struct ranked {
	int closeness, weight;
	size_t place; /* position in the list */
	struct view escaping;
};

static struct ranked rank(const char *accept, const struct media_type *capability_set)
{
	struct view rest = start_of(accept);
	struct ranked best = { 0 };
	struct member m;

	for (size_t place = 0; next_member(&rest, &m); place++) {
		int close = closeness(&m, capability_set);

		if (close > best.closeness)
			best = (struct ranked){ close, m.weight, place, m.escaping };
	}
	return best;
}

struct representation negotiate_format(const char *accept)
{
	struct ranked text = rank(accept, &offers[TEXT_PROMETHEUS]);
	struct ranked open = rank(accept, &offers[TEXT_OPENMETRICS]);

	if (open.weight > text.weight ||
	    (open.weight > 0 && open.weight == text.weight && open.place < text.place))
		return (struct representation){ TEXT_OPENMETRICS,
						openmetrics_type(open.escaping) };
	return (struct representation){ TEXT_PROMETHEUS,
					"text/plain; version=0.0.4; charset=utf-8" };
}

/* --- codings ------------------------------------------------------------------------------ */

enum coding negotiate_coding(const char *accept_encoding)
{
	enum { NOT_SAID = -1 };
	struct view rest = start_of(accept_encoding);
	int gzip = NOT_SAID, identity = NOT_SAID, others = NOT_SAID;
	struct member m;

	while (next_member(&rest, &m)) {
		if (view_equal(m.name, "gzip") || view_equal(m.name, "x-gzip"))
			gzip = m.weight;
		else if (view_equal(m.name, "identity"))
			identity = m.weight;
		else if (view_equal(m.name, "*"))
			others = m.weight;
	}
	if (gzip == NOT_SAID)
		gzip = others == NOT_SAID ? 0 : others;
	/* If identity is not named it is acceptable, as the last choice. */
	if (identity == NOT_SAID && others == 0)
		identity = 0;
	if (gzip > 0 && gzip >= identity)
		return CODING_GZIP;
	return identity == 0 ? CODING_NONE : CODING_IDENTITY;
}
