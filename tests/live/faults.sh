#!/usr/bin/env bash
# Each fault of mailsim has one verdict, the same in check_mail and in the exporter's metrics, and
# whatever the server does we stay polite.
#
#   tests/live/faults.sh           all rows of the table
#   tests/live/faults.sh NAME...   those only; NAME-PROTOCOL is one of them
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh

# NAME PROTOCOLS TLS LOGIN STATE FAULT/PHASE and the listener's keys; behind `;` a line of the scenario.
# TLS is our mode.
TABLE='
good             smtp,imap,pop3,sieve       starttls      login OK ok
good-lmtp        lmtp                       starttls      -     OK ok
good-implicit    smtp,imap,pop3,sieve       implicit      login OK ok
plain            smtp,lmtp,imap,pop3,sieve  none          -     OK ok                                  tls=none
wildcard         smtp                       starttls      login OK ok                                  cert=wildcard
rsa              imap                       implicit      login OK ok                                  cert=good-rsa
tls12            smtp,imap                  starttls      login OK ok                                  tls-max=1.2
strict           smtp                       starttls      login OK ok                                  fault=strict
teaser           smtp                       starttls      login OK ok                                  fault=teaser:300
drip             smtp,imap,pop3,sieve       starttls      login OK ok                                  fault=drip:5
hangs-up-at-quit smtp,imap,pop3,sieve       starttls      login OK ok                                  fault=close@quit
resets-at-quit   smtp,imap,pop3,sieve       starttls      login OK ok                                  fault=reset@quit
mute-at-quit     smtp,imap,pop3,sieve       starttls      -     OK ok                                  fault=silence@quit
wrong-farewell   smtp,imap,pop3,sieve       starttls      login WARNING  protocol/quit                 ; raw QUIT "HTTP/1.1 400 Bad Request\r\n"
endless-farewell smtp,imap                  implicit      -     WARNING  limit/quit                    fault=endless-line@quit

close            smtp,imap,pop3,sieve       starttls      -     CRITICAL closed/greeting               fault=close
reset            smtp,imap,pop3,sieve       starttls      -     CRITICAL reset/(connect|greeting)      fault=reset
silent           smtp,imap,pop3,sieve       starttls      -     CRITICAL timeout/greeting              fault=silence
slow             smtp,imap,pop3,sieve       starttls      -     CRITICAL timeout/greeting              fault=delay:3000
http             smtp,imap,pop3,sieve       starttls      -     CRITICAL protocol/greeting             fault=http
ssh              smtp,imap,pop3,sieve       starttls      -     CRITICAL protocol/greeting             fault=ssh
binary           smtp,imap,pop3,sieve       starttls      -     CRITICAL protocol/greeting             fault=binary
endless-line     smtp,imap,sieve            starttls      -     CRITICAL limit/greeting                fault=endless-line
endless-capa     pop3                       starttls      -     CRITICAL limit/capability              fault=endless-line@capability
endless-reply    smtp                       starttls      -     CRITICAL limit/greeting                fault=endless-reply
busy             smtp,imap,sieve            starttls      -     WARNING  throttled/greeting            fault=busy
busy-pop3        pop3                       starttls      -     WARNING  tempfail/greeting             fault=busy
blocked          smtp                       starttls      -     CRITICAL rejected/greeting             fault=refused
blocked-bye      imap,sieve                 starttls      -     CRITICAL unavailable/greeting          fault=refused
blocked-pop3     pop3                       starttls      -     CRITICAL rejected/greeting             fault=refused

closes-early     smtp,imap,pop3,sieve       starttls      -     CRITICAL closed/starttls               fault=close@starttls
mute             smtp                       starttls      -     CRITICAL timeout/capability            fault=silence@capability
banner-only      imap,pop3,sieve            implicit      -     CRITICAL timeout/capability            fault=silence@capability
banner-closes    imap,pop3,sieve            implicit      -     CRITICAL closed/capability             fault=close@capability
banner-resets    imap,pop3,sieve            implicit      -     CRITICAL reset/capability              fault=reset@capability
banner-http      imap,sieve                 implicit      -     CRITICAL protocol/capability           ; raw CAPABILITY "HTTP/1.1 400 Bad Request\r\n"
answers-twice    pop3                       implicit      -     CRITICAL protocol/capability           ; raw CAPA "+OK\r\nUSER\r\n.\r\n+OK\r\n"
no-starttls      smtp,imap,pop3,sieve       starttls      -     CRITICAL starttls_unavailable/starttls   tls=none
no-starttls-ok   smtp,imap,pop3,sieve       opportunistic -     OK ok                                  tls=none
starttls-refused smtp,imap,pop3,sieve       starttls      -     CRITICAL starttls_refused/starttls     fault=starttls-refused
injected         smtp,imap,pop3,sieve       starttls      login CRITICAL injection/starttls            fault=injection
preauth          imap                       starttls      login CRITICAL starttls_unavailable/starttls fault=preauth

garbage          smtp,imap,pop3,sieve       starttls      -     CRITICAL tls_handshake/tls             fault=garbage
garbage-implicit smtp,imap,pop3,sieve       implicit      -     CRITICAL tls_handshake/tls             fault=garbage
wrong-port       smtp,imap                  implicit      -     CRITICAL tls_handshake/tls             tls=none
cut-in-handshake smtp                       starttls      -     CRITICAL (closed|reset)/tls            fault=close@tls
mute-in-handshake imap                      starttls      -     CRITICAL timeout/tls                   fault=silence@tls
old-tls          smtp,imap,pop3,sieve       starttls      login CRITICAL tls_version/tls               tls-max=1.0 cert=good-rsa
old-tls-relay    smtp                       opportunistic -     WARNING  tls_version/tls               tls-max=1.1 cert=good-rsa
client-cert      smtp,imap,pop3,sieve       starttls      -     CRITICAL client_cert/capability        client-cert=required
client-cert-12   smtp                       implicit      -     CRITICAL client_cert/tls               client-cert=required tls-max=1.2
expired          smtp,imap,pop3,sieve       starttls      login CRITICAL cert_expired/tls              cert=expired
expired-chain    imap                       implicit      login CRITICAL cert_expired/tls              cert=expired-intermediate
expiring         smtp,imap,pop3,sieve       starttls      login CRITICAL cert_expiring/tls             cert=expiring
expiring-chain   smtp                       starttls      login CRITICAL cert_expiring/tls             cert=expiring-intermediate
not-yet-valid    smtp                       starttls      login CRITICAL cert_not_yet_valid/tls        cert=not-yet-valid
wrong-name       smtp,imap,pop3,sieve       starttls      login CRITICAL cert_name/tls                 cert=wrong-name
no-san           pop3                       implicit      login CRITICAL cert_name/tls                 cert=no-san
self-signed      smtp,imap,pop3,sieve       starttls      login CRITICAL cert_untrusted/tls            cert=self-signed
no-intermediate  smtp                       starttls      login CRITICAL cert_untrusted/tls            cert=missing-intermediate
untrusted        imap                       implicit      login CRITICAL cert_untrusted/tls            cert=untrusted
weak-key         smtp                       starttls      login CRITICAL cert_weak/tls                 cert=weak
sha1             smtp                       starttls      login CRITICAL cert_weak/tls                 cert=sha1
wrong-purpose    smtp                       starttls      login CRITICAL cert_purpose/tls              cert=wrong-purpose

denied           smtp,imap,pop3,sieve       starttls      login CRITICAL auth_failed/auth              fault=login-denied
login-down       smtp,imap,pop3,sieve       starttls      login CRITICAL auth_tempfail/auth            fault=login-down
no-login         smtp,imap,pop3,sieve       starttls      login CRITICAL auth_unsupported/auth         login=never
closes-at-login  smtp,imap,pop3,sieve       starttls      login CRITICAL closed/auth                   fault=close@auth
mute-at-login    imap                       implicit      login CRITICAL timeout/auth                  fault=silence@auth
mute-at-mailbox  imap                       implicit      login CRITICAL timeout/mailbox               fault=silence@mailbox
'

# rows DO: calls DO for each row and protocol, with the listener's name before.
rows() {
	local name protocols tls login state pair told protocol
	while read -r name protocols tls login state pair told; do
		[ -n "$name" ] || continue
		for protocol in ${protocols//,/ }; do
			[[ ${#WANTED[@]} -eq 0 || " ${WANTED[*]} " == *" $name "* ||
				" ${WANTED[*]} " == *" $name-$protocol "* ]] || continue
			"$1" "$name-$protocol" "$protocol" "$tls" "$login" "$state" "$pair" "$told"
		done
	done <<<"$TABLE"
}

listener() {
	local name=$1 protocol=$2 tls=$3 told=$7
	[ "$tls" != opportunistic ] || tls=starttls
	[[ $told == *tls=none* ]] || told="tls=$tls $told"
	echo "listen $protocol 127.0.0.1:0 name=$name ${told//;/$'\n'}"
}

# seconds PAIR: patience, short only where it is going to be exhausted.
seconds() {
	case $1 in
	timeout/*) echo 1 ;;
	*) echo 8 ;;
	esac
}

by_plugin() {
	local name=$1 protocol=$2 tls=$3 login=() state=$5 pair=$6
	[ "$4" != login ] || login=(--user "$SIM_USER" --password-file "$SIM/password")
	check_mail "$name" "$state" "$pair" -H 127.0.0.1 -s "$protocol" -p "${SIM_PORT[$name]}" \
		--tls "$tls" --name "$SIM_NAME" --ca-file "$SIM/ca.pem" -t "$(seconds "$pair")" "${login[@]}"
	[[ $pair == timeout/* ]] || below "$name: no limit sat out" "$TOOK" 7000
}

service() {
	echo "  { name = \"$1\"; protocol = \"$2\"; port = ${SIM_PORT[$1]}; tls = \"$3\"; },"
}

server() {
	local account=''
	[ "$4" != login ] || account='account = "probe"; '
	echo "  { name = \"$1\"; host = \"127.0.0.1\"; tls_name = \"$SIM_NAME\"; services = [ \"$1\" ];" \
		"timeout = \"$(seconds "$6")s\"; $account},"
}

configure() {
	cat >"$SIM/mailvane.conf" <<-CONF
		ca_file = "$SIM/ca.pem";
		accounts = ( { name = "probe"; user = "$SIM_USER"; password_file = "password"; } );
		services = (
		$(rows service | sed '$s/,$//')
		);
		servers = (
		$(rows server | sed '$s/,$//')
		);
	CONF
}

in_metrics() { verdict_is "exporter: $1" "$OUT" "$1 $1" "$5" "$6"; }

trap 'sim_stop' EXIT
WANTED=("$@")
# TLS spoken to a plain port cannot be polite.
export SIM_PARDONED=wrong-port-
sim_start "user $SIM_USER $SIM_PASSWORD"$'\n'"$(rows listener)" || { finish; exit 1; }
rows by_plugin
configure
run "$EXPORTER" --config.file="$SIM/mailvane.conf" --once
is "exporter --once ends with 0" "$CODE" 0
is "exporter: nothing but log lines on stderr" "$(grep -v '^time=' <<<"$ERR")" ""
rows in_metrics
clean_metrics "exporter" "$OUT"
sim_manners
finish
