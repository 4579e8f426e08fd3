#!/usr/bin/env bash
# The shortest way through both programs and their failing paths: for valgrind and other slow
# company. The table of faults.sh has the rest.
exec "$(dirname "${BASH_SOURCE[0]}")/faults.sh" good-smtp good-implicit-imap good-lmtp close-pop3 \
	silent-smtp injected-imap garbage-sieve expired-smtp wrong-name-imap self-signed-pop3 \
	client-cert-smtp denied-imap no-login-sieve
