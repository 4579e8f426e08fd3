#!/usr/bin/env bash
# A server that offers less than before, or a login without TLS, is a WARNING that names the old and the
# new offer, until that has lasted for `capabilities_settle`.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh

changed() { fetch /metrics; [ "$(verdicts "$OUT" | sed -n "s/^$1 //p")" = "WARNING capability_changed/capability" ]; }
works() { fetch /metrics; [ "$(verdicts "$OUT" | sed -n "s/^$1 //p")" = "OK ok" ]; }
# result SERVICE FILTER: of the status in $OUT.
result() { jq -r ".targets[] | select(.service == \"$1\") | .results[0] | $2" <<<"$OUT"; }

# server SMTP-OFFER IMAP-OFFER: on the same ports as before, if there was one before.
server() {
	sim_start "listen smtp 127.0.0.1:${SIM_PORT[mx]:-0} name=mx
		capability \"$1\"
		listen imap 127.0.0.1:${SIM_PORT[store]:-0} name=store
		capability \"$2\""
}

# configure SETTLE
configure() {
	cat >"$DIR/mailvane.conf" <<-CONF
		interval = "1s"; retry_interval = "1s"; timeout = "1s"; capabilities_settle = "$1";
		services = ( { name = "mx"; protocol = "smtp"; port = ${SIM_PORT[mx]}; tls = "none"; },
			{ name = "store"; protocol = "imap"; port = ${SIM_PORT[store]}; tls = "none"; } );
		servers = ( { name = "host"; host = "127.0.0.1"; services = [ "mx", "store" ]; } );
	CONF
}

DIR=$(mktemp -d "${TMPDIR:-/tmp}/mailvane-drift.XXXXXX")
trap 'exporter_end KILL 2>/dev/null; sim_stop; rm -rf "$DIR"' EXIT
server "STARTTLS\nAUTH SCRAM-SHA-256 GSSAPI" "IMAP4rev1 LOGINDISABLED AUTH=PLAIN" || { finish; exit 1; }
# plugin: by a folder that remembers from run to run.
plugin() { run "$CHECK_MAIL" -H 127.0.0.1 -s smtp -p "${SIM_PORT[mx]}" --tls none "$@"; }

mkdir -m 700 "$DIR/state"
plugin --state-dir "$DIR/state"
is "the plugin's first look is OK" "$CODE" 0
configure 1h
exporter_start "$DIR/mailvane.conf" "$DIR/log" || { finish; exit 1; }
within 20 works "host mx"
within 20 works "host store"
sim_stop
server "AUTH SCRAM-SHA-256 PLAIN" "IMAP4rev1 AUTH=PLAIN AUTH=LOGIN" || { finish; exit 1; }
within 20 changed "host mx"
within 20 changed "host store"
fetch /api/v1/status
is "SMTP: what was and what is" "$(result mx .notice_detail)" \
	"STARTTLS is gone (was offered, is not); PLAIN newly offered in clear (was SCRAM-SHA-256 GSSAPI, is SCRAM-SHA-256 PLAIN); GSSAPI gone (was SCRAM-SHA-256 GSSAPI, is SCRAM-SHA-256 PLAIN)"
is "and it is a notice" "$(result mx '.notices[]')" capability_changed
is "IMAP: a login in clear" "$(result store .notice_detail)" \
	"LOGIN login by command newly offered in clear (was PLAIN, is PLAIN LOGIN login by command)"
fetch /metrics
has "a metric says so" "$OUT" '^mailvane_probe_notice\{server="host",service="mx",notice="capability_changed"\} 1$'
within 20 grep -q 'service=mx.*fault=capability_changed' "$DIR/log"
has "and the log, as a warning" "$(grep 'service=mx' "$DIR/log")" 'state=WARNING'

plugin
is "a plugin without a folder knows no before" "$CODE" 0
plugin --state-dir "$DIR/state"
is "one with a folder does: WARNING" "$CODE" 1
has "with what was and what is" "$OUT" 'STARTTLS is gone.*PLAIN newly offered in clear \(was SCRAM-SHA-256 GSSAPI, is .*capability_changed/capability'
plugin --state-dir "$DIR/state"
is "and still does at the next run" "$CODE" 1
plugin --state-dir "$DIR/state" --state capability_changed=ok
is "unless it is told otherwise" "$CODE" 0
sed -i 's/ [0-9]*$/ 1000/' "$DIR"/state/offer-*
plugin --state-dir "$DIR/state"
is "a day later it is the usual offer" "$CODE" 0
echo "mailvane-offer 11 5 x" >"$(ls "$DIR"/state/offer-*)"
plugin --state-dir "$DIR/state"
is "a file that makes no sense is none" "$CODE" 0
has "and is written anew" "$(cat "$DIR"/state/offer-*)" '^mailvane-offer [0-9]+ [0-9]+ 0 0$'

configure 1s
kill -HUP "$EXPORTER_PID"
within 20 works "host mx"
within 20 works "host store"
is "in the end the new offer is the usual one" "$(verdicts "$OUT" | sort | paste -sd' ')" "host mx OK ok host store OK ok"
configure 1h
kill -HUP "$EXPORTER_PID"
sim_stop
server "STARTTLS\nSIZE 1000\nAUTH SCRAM-SHA-256 PLAIN GSSAPI" "IMAP4rev1 AUTH=PLAIN AUTH=LOGIN STARTTLS" || { finish; exit 1; }
within 20 works "host store"
is "STARTTLS back is no warning" "$(verdicts "$OUT" | sed -n 's/^host store //p')" "OK ok"
exporter_end TERM
is "the exporter ends with 0" "$CODE" 0
finish
