/* json.c - the document of --json: a finding is an object. */
#include "json.h"

#include "fact.h"
#include "json_stdout.h"

static void put_finding(struct json *j, const struct finding *f)
{
	char sentence[VERDICT_SENTENCE_MAX];
	const struct fact_subject subject = {
		.result = &f->result,
		.target = f->target,
		.reason = report_sentence(f, sentence),
	};

	json_object(j, NULL);
	json_text(j, "service", f->target->service->name);
	json_number(j, "port", f->target->service->port);
	facts_json(j, &subject, FACT_PLUGIN);
	json_end(j);
}

void json_print(const char *host, const struct finding *findings, size_t count,
		enum state worst)
{
	struct json j;

	json_to_stdout(&j);
	json_object(&j, NULL);
	json_text(&j, "host", host);
	json_text(&j, "state", state_name(worst));
	json_number(&j, "exit_code", worst);
	json_array(&j, "services");
	for (size_t i = 0; i < count; i++)
		put_finding(&j, &findings[i]);
	json_end(&j);
	json_stdout_end(&j);
}
