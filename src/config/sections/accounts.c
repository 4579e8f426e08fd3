/* accounts.c - `accounts` and their secrets. */
#include "accounts.h"

#include "dialogue.h"
#include "dump.h"
#include "memory.h"
#include "out_of_memory.h"
#include "reader.h"
#include "secret.h"
#include "sources.h"
#include "text_rules.h"
#include "value.h"

#include <stdlib.h>
#include <string.h>

_Static_assert((int)TEXT_MAX == (int)DIALOGUE_VALUE_MAX, "what passes here fits there");

static struct account *accounts_room(struct loader *l, size_t number)
{
	size_t cap = l->account_cap;

	l->accounts =
	    memory_room(l->accounts, number, &l->account_cap, sizeof(*l->accounts));
	if (l->account_cap > cap)
		l->account_usable =
		    memory_grow(l->account_usable, l->account_cap, sizeof(bool));
	return &l->accounts[number];
}

/* What the mechanism logs in with, in its one file. */
static bool secrets_fit(struct loader *l, const struct account_draft *d)
{
	enum mechanism m = (enum mechanism)d->mechanism;
	bool password = d->password_file != NULL, token = d->token_file != NULL;
	struct place place = draft_place(&d->head, ACCOUNT_MECHANISM);

	if (m == MECHANISM_EXTERNAL) {
		if (password || token)
			errors_add(&l->errors, place, "",
				   "EXTERNAL logs in by client_cert and has neither "
				   "password_file nor token_file");
		return !password && !token;
	}
	if (password == token) {
		errors_add(&l->errors, d->head.place, "",
			   "an account has one of password_file and token_file");
		return false;
	}
	if (m != MECHANISM_BEST && mechanism_wants_token(m) != token) {
		errors_add(&l->errors, place, "", "%s needs %s", mechanism_name(m),
			   token ? "password_file" : "token_file");
		return false;
	}
	return true;
}

/* NULL: none that can be used. */
static const char *accounts_secret_of(struct loader *l, const struct account_draft *d)
{
	const struct place *keys = d->head.keys;

	if (!secrets_fit(l, d))
		return NULL;
	if (d->token_file != NULL)
		return secret_read_token(l, d->token_file, keys[ACCOUNT_TOKEN_FILE]);
	if (d->password_file != NULL)
		return secret_read(l, d->password_file, keys[ACCOUNT_PASSWORD_FILE]);
	return "";
}

static void accounts_take(struct loader *l, const config_setting_t *group, const char *file)
{
	const struct section *section = &sections[SECTION_ACCOUNT];
	struct account_draft draft;
	struct place place;
	const char *password;
	size_t number;
	bool good;

	value_presets(l, section, &draft, reader_place(group, file));
	good = reader_group(l, section, &draft, group, file, true);
	password = accounts_secret_of(l, &draft);
	if (draft.name == NULL)
		return;
	place = draft.head.keys[ACCOUNT_NAME];
	if (!name_table_add(&l->account_names, draft.name, place, &number)) {
		struct place first = l->account_names.list[number].place;

		errors_add(&l->errors, place, "", "the account %s exists already, at %s:%u",
			   QUOTE(view_of(draft.name)), first.file, first.line);
		return;
	}
	*accounts_room(l, number) =
	    (struct account){ draft.name, draft.user, password,
			      (enum mechanism)draft.mechanism, draft.token_file != NULL };
	l->account_usable[number] = good && password != NULL;
	if (good)
		dump_account(l, &draft);
}

/* While the list is on the heap. */
static void accounts_drop(void *loader)
{
	free(((struct loader *)loader)->accounts);
}

void accounts_read(struct loader *l)
{
	size_t size;
	struct account *kept;

	out_of_memory_hold(accounts_drop, l);
	sources_each_group(l, FILE_ACCOUNTS, accounts_take);
	size = l->account_names.count * sizeof(*kept);
	kept = arena_alloc(&l->plan->arena, size + 1);
	if (size > 0)
		memcpy(kept, l->accounts, size);
	out_of_memory_let_go();
	free(l->accounts);
	l->accounts = kept;
}

const struct account *accounts_find(struct loader *l, const char *name, struct place place)
{
	struct hint hint;
	size_t number;

	if (!name_table_find(&l->account_names, view_of(name), &number)) {
		name_table_similar(&l->account_names, &hint, view_of(name),
				   l->account_names.count > 0 ? ""
							      : "there are no `accounts`");
		errors_add(&l->errors, place, hint.text, "there is no account %s",
			   QUOTE(view_of(name)));
		return NULL;
	}
	return l->account_usable[number] ? &l->accounts[number] : NULL;
}
