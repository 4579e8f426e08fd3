/* dialogue_params.c - the parameters of a dialogue, from the target and the settings. */
#include "dialogue_params.h"

#include "dane_policy.h"

void dialogue_params_init(struct dialogue_params *t, const struct target *target,
			  const struct settings *settings, enum dane dane, bool login)
{
	const struct envelope *envelope = settings->envelope;

	t->protocol = target->service->protocol;
	t->tls = target->service->tls;
	if (t->tls == TLS_MODE_OPPORTUNISTIC && dane_policy_requires_tls(target, dane))
		t->tls = TLS_MODE_STARTTLS;
	t->ehlo_name = settings->ehlo_name;
	if (target->account != NULL)
		t->redacted_secret = target->account->password;
	if (target->account != NULL && login) {
		t->user = target->account->user;
		t->password = target->account->password;
		t->mechanism = target->account->mechanism;
		if (target->account->token)
			t->flags |= DIALOGUE_TOKEN;
	}
	if (envelope != NULL && !(target->flags & TARGET_TLS_ONLY)) {
		t->from = envelope->from;
		t->to = envelope->to;
		t->expect_code = envelope->expect_code;
	}
	if (target->flags & TARGET_TLS_ONLY)
		t->flags |= DIALOGUE_TLS_ONLY;
	if (target->flags & TARGET_PLAINTEXT_LOGIN)
		t->flags |= DIALOGUE_PLAINTEXT_LOGIN;
	if (target->flags & TARGET_UNVERIFIED_LOGIN)
		t->flags |= DIALOGUE_UNVERIFIED_LOGIN;
}
