#!/usr/bin/env bash
# Every login mechanism that Dovecot and Postfix have, in every protocol: good, wrong, refused.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./lab.sh

trap lab_stop EXIT
lab_requires || skip "no laboratory here"
lab_start || exit 1
TRUST=(--ca-file "$LAB/tls/root.pem" --name "$LAB_NAME")
SERVICES="submission imap pop3 sieve"
GOOD=(--user "$LAB_USER" --password-file "$LAB/password")
WRONG=(--user "$LAB_USER" --password-file "$LAB/wrong_password")

# story WHAT STATE PAIR SERVICE ARGUMENT...
story() {
	local what=$1 state=$2 pair=$3 service=$4
	shift 4
	check_mail "$what" "$state" "$pair" -H "$(host_of "$service")" -p "${PORT[$service]}" \
		-s "$service" "${TRUST[@]}" -t 10 "$@"
}

by_password() {
	local service mechanism
	for service in $SERVICES; do
		for mechanism in SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN; do
			story "$service by $mechanism" OK ok "$service" "${GOOD[@]}" \
				--mechanism "$mechanism" -vv
			has "$service: $mechanism is what was said" "$OUT" "$mechanism"
		done
	done
}

# Two only: Dovecot makes each wait longer than the one before.
by_wrong_password() {
	story "wrong by SCRAM-SHA-256" CRITICAL auth_failed/auth submission "${WRONG[@]}"
	story "wrong by SCRAM-SHA-1" CRITICAL auth_failed/auth imap "${WRONG[@]}" \
		--mechanism SCRAM-SHA-1
}

best_is_taken() {
	local service
	for service in $SERVICES; do
		story "$service by the best" OK ok "$service" "${GOOD[@]}" -vv
		has "$service: SCRAM-SHA-256 is what was said" "$OUT" 'SCRAM-SHA-256"* \{sasl'
		lacks "$service: no password is shown" "$OUT$ERR" "$LAB_PASSWORD"
	done
}

not_there() {
	story "a mechanism that is not offered" CRITICAL auth_unsupported/auth imap "${GOOD[@]}" \
		--mechanism SCRAM-SHA-256-PLUS
	has "it is named" "$OUT" "does not offer SCRAM-SHA-256-PLUS"
	check_mail "not to a server that is not verified" CRITICAL cert_untrusted/tls \
		-H "$(host_of imap)" -p "${PORT[imap]}" -s imap --name "$LAB_NAME" "${GOOD[@]}" -vv
	lacks "no login was tried" "$OUT" AUTHENTICATE
}

by_token() {
	local service mechanism
	for service in $SERVICES; do
		for mechanism in OAUTHBEARER XOAUTH2; do
			story "$service by $mechanism" OK ok "$service" --user "$LAB_USER" \
				--token-file "$LAB/token" --mechanism "$mechanism"
		done
	done
	story "an expired token" CRITICAL auth_failed/auth imap --user "$LAB_USER" \
		--token-file "$LAB/expired_token" -vv
	has "the server's words for it" "$OUT" 'status (invalid_token|[0-9]+) \['
	lacks "the token is not shown" "$OUT$ERR" "$(cat "$LAB/expired_token")"
}

by_password
best_is_taken
not_there
by_token
by_wrong_password
finish
