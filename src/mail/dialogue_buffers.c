/* dialogue_buffers.c - the caller of the dialogue owns the buffers; here they are
 * attached. */
#include "dialogue_buffers.h"

void dialogue_buffers_attach(struct dialogue *d, struct dialogue_buffers *buffers)
{
	d->buffers = buffers;
	d->line.p = buffers->line;
	buffers->alert[0] = '\0';
	capability_words_init(&buffers->before);
	capability_words_init(&buffers->after);
}

bool dialogue_buffers_ensure(struct dialogue *d)
{
	struct dialogue_buffers *buffers;

	if (d->buffers != NULL)
		return true;
	buffers = d->params->provide_buffers != NULL
		      ? d->params->provide_buffers(d->params->callback_user)
		      : NULL;
	if (buffers != NULL)
		dialogue_buffers_attach(d, buffers);
	return buffers != NULL;
}
