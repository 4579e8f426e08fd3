# shellcheck shell=bash
# Sourced. What a well-behaved client leaves in the logs of Postfix and Dovecot, and nothing
# else: each line must be one of those below.

# Postfix counts the commands of a session in its last line; a polite one has its QUIT. The
# server asking for a client certificate hangs up itself, so there the QUIT is missing.
POSTFIX_POLITE='postfix/master\[[0-9]+\]: (daemon started|terminating)
postfix/postfix-script\[
postfix/(submissions?/)?smtpd\[[0-9]+\]: connect from unknown\[
postfix/(submissions?/)?smtpd\[[0-9]+\]: (Anonymous|Untrusted|Trusted) TLS connection established
postfix/(submissions?/)?smtpd\[[0-9]+\]: TLS SNI mail\.lab\.test from .* not matched, using default
postfix/(submissions?/)?smtpd\[[0-9]+\]: disconnect from unknown\[[^]]*\]( [a-z]+=[0-9/]+)* quit=1 commands=
postfix/smtpd\[[0-9]+\]: NOQUEUE: reject: CONNECT from .*lab\.dnsbl\.test
postfix/smtpd\[[0-9]+\]: NOQUEUE: reject: RCPT from .* 450 4\.7\.1 .*Greylisted
postfix/smtpd\[[0-9]+\]: NOQUEUE: abort: TLS from .*No client certificate presented
postfix/smtpd\[[0-9]+\]: disconnect from unknown\[[^]]*\] ehlo=1 starttls=1 commands=2$
postfix/submissions?/smtpd\[[0-9]+\]: warning: unknown\[.*SASL (PLAIN|LOGIN) authentication failed
postfix/postscreen\[[0-9]+\]: (cache |CONNECT from|PASS (NEW|OLD)|DISCONNECT)'

# "Aborted login by logging out" is how Dovecot calls a LOGOUT or QUIT without a login.
DOVECOT_POLITE='master: Info: Dovecot v[^ ]+ .*starting up
(imap|pop3|managesieve)-login: Info: Disconnected: Aborted login by logging out \(
(imap|pop3|managesieve)-login: Info: Login: user=<
(imap|pop3|managesieve)\([^)]*\)<[^>]*><[^>]*>: Info: Disconnected: Logged out 
lmtp\([^)]*\): Info: Connect from 
lmtp\([^)]*\): Info: Disconnect from [^ ]*: Logged out
auth: Info: passwd-file\([^)]*\): Password mismatch'

# A session that is over is logged a moment later.
sessions_logged() {
	local begun over
	begun=$(grep -cE 'smtpd\[[0-9]+\]: connect from|postscreen\[[0-9]+\]: CONNECT' "$LAB/postfix.log")
	over=$(grep -cE 'smtpd\[[0-9]+\]: disconnect from|postscreen\[[0-9]+\]: (PASS|DISCONNECT)' \
		"$LAB/postfix.log")
	[ "$begun" -eq "$over" ]
}

manners() {
	holds "every session with Postfix has ended" within 5 sessions_logged
	is "Postfix saw nothing but good manners" \
		"$(grep -avE -- "$POSTFIX_POLITE" "$LAB/postfix.log")" ""
	is "Dovecot saw nothing but good manners" \
		"$(grep -avE -- "$DOVECOT_POLITE" "$LAB/dovecot.log")" ""
}
