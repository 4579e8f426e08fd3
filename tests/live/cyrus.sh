#!/usr/bin/env bash
# Every login mechanism that Cyrus IMAP has, in each of its protocols: good, wrong, out of order. It
# binds logins by tls-unique alone, so that -PLUS is for TLS 1.2 there.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./prober.sh
. ./cyrus_lab.sh

trap lab_stop EXIT
cyrus_requires || skip "no Cyrus here"
cyrus_start || exit 1
GOOD=(--user probe --password-file "$LAB/password")
WRONG=(--user probe --password-file "$LAB/wrong_password")

# kind SERVICE: as check_mail calls it.
kind() {
	case $1 in
	*sieve*) echo sieve ;;
	imap | pop3) echo "$1" ;;
	*pop3*) echo pop3s ;;
	*) echo imaps ;;
	esac
}

# story WHAT STATE PAIR SERVICE ARGUMENT...
story() {
	local what=$1 state=$2 pair=$3 service=$4
	shift 4
	check_mail "$what" "$state" "$pair" -H "$CYRUS_HOST" -p "${PORT[$service]}" -s "$(kind "$service")" \
		--ca-file "$LAB/tls/root.pem" --name "$LAB_NAME" -t 15 -vv "$@"
}

# said SERVICE MECHANISM: what we logged in by.
said() { has "$1: by $2" "$OUT" "C: .*AUTH[A-Z]* \"?$2\"?( |\$)"; }

best_is_taken() {
	local service
	for service in imap imaps pop3 pop3s sieve quiet; do
		story "$service by the best" OK ok "$service" "${GOOD[@]}"
		has "$service: over TLS 1.3" "$OUT" 'TLSv1\.3'
		said "$service" SCRAM-SHA-256
	done
	for service in imaps12 pop3s12 sieve12; do
		story "$service by the best" OK ok "$service" "${GOOD[@]}"
		has "$service: over TLS 1.2" "$OUT" 'TLSv1\.2'
		said "$service" SCRAM-SHA-256-PLUS
		lacks "$service: no password is shown" "$OUT$ERR" "$LAB_PASSWORD"
	done
}

by_wish() {
	local service mechanism
	for service in imap pop3 sieve; do
		for mechanism in SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN; do
			story "$service by $mechanism" OK ok "$service" "${GOOD[@]}" --mechanism "$mechanism"
			said "$service" "$mechanism"
		done
	done
	for service in imaps12 pop3s12 sieve12; do
		story "$service by SCRAM-SHA-1-PLUS" OK ok "$service" "${GOOD[@]}" --mechanism SCRAM-SHA-1-PLUS
		said "$service" SCRAM-SHA-1-PLUS
		story "$service by SCRAM-SHA-256, though -PLUS is there" OK ok "$service" "${GOOD[@]}" \
			--mechanism SCRAM-SHA-256
	done
	story "not by what it cannot bind" CRITICAL auth_unsupported/auth imaps "${GOOD[@]}" \
		--mechanism SCRAM-SHA-256-PLUS
}

wrong() {
	local service
	for service in imaps pop3s sieve imaps12 pop3s12; do
		story "$service: a wrong password" CRITICAL auth_failed/auth "$service" "${WRONG[@]}"
	done
	for service in imap pop3 sieve; do
		story "$service: a wrong password by PLAIN" CRITICAL auth_failed/auth "$service" "${WRONG[@]}" \
			--mechanism PLAIN
	done
}

# It asks a daemon about passwords, which is not there.
out_of_order() {
	local service
	for service in deadimap deadpop3; do
		story "$service: nobody knows the passwords" CRITICAL auth_tempfail/auth "$service" "${GOOD[@]}" \
			--mechanism PLAIN
	done
	# Its ManageSieve says the same as of a wrong password.
	story "deadsieve: nobody knows the passwords" CRITICAL auth_failed/auth deadsieve "${GOOD[@]}" --mechanism PLAIN
	has "deadsieve: by its words nobody can tell" "$OUT" 'login failed: Authentication Error'
}

service() {
	local tls=starttls
	[[ $(kind "$1") != *s ]] || tls=implicit
	echo "{ name = \"$1\"; protocol = \"$(kind "$1" | sed 's/s$//')\"; port = ${PORT[$1]}; tls = \"$tls\"; }"
}

in_exporter() {
	local service services='' list=''
	for service in imap imaps pop3 pop3s sieve quiet imaps12 pop3s12 sieve12; do
		services+="${services:+, }$(service "$service")"
		list+="${list:+, }\"$service\""
	done
	cat >"$LAB/mailvane.conf" <<-CONF
		ca_file = "$LAB/tls/root.pem"; timeout = "15s"; per_address_max = 2;
		accounts = ( { name = "probe"; user = "probe"; password_file = "password"; } );
		services = ( $services );
		servers = ( { name = "cyrus"; host = "$CYRUS_HOST"; tls_name = "$LAB_NAME"; account = "probe"; services = [ $list ]; } );
	CONF
	run "$EXPORTER" --config.file="$LAB/mailvane.conf" --once
	is "exporter --once ends with 0" "$CODE" 0
	is "exporter: no false alarm" "$(verdicts "$OUT" | grep -v ' OK ok$')" ""
	is "exporter: all of them" "$(verdicts "$OUT" | wc -l)" 9
}

best_is_taken
by_wish
wrong
out_of_order
in_exporter
finish
