#!/usr/bin/env bash
# A short run of both programs with some faults, for valgrind and other slow tools. The table of faults.sh has the rest.
exec "$(dirname "${BASH_SOURCE[0]}")/faults.sh" good-smtp good-implicit-imap good-lmtp close-pop3 \
	silent-smtp injected-imap garbage-sieve expired-smtp wrong-name-imap self-signed-pop3 \
	client-cert-smtp denied-imap no-login-sieve
