#!/usr/bin/env bash
# Renewed, but not reloaded: services of one server show different certificates for the same name. Which
# one is old, where, and since when; and not before `overlap` is over.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh

# Of its own, so that the services' own ports are free there.
PLACE=127.$((RANDOM % 200 + 20)).$((RANDOM % 200 + 20)).$((RANDOM % 200 + 20))

# differs SERVER: "SERVICE=VALUE ..." as the metrics in $OUT have it.
differs() {
	sed -n "s/^mailvane_tls_certificate_differs{server=\"$1\",service=\"\([a-z]*\)\"} /\1=/p" <<<"$OUT" | sort | paste -sd' '
}
differs_are() { fetch /metrics; [ "$(differs "$1")" = "$2" ]; }
works() { fetch /metrics; [ "$(verdicts "$OUT" | sed -n "s/^$1 //p")" = "OK ok" ]; }
seen() { fetch /metrics; [ "$(verdicts "$OUT" | grep -c .)" = 6 ]; }
# status SERVER SERVICE FILTER: of the result in $OUT.
status() { jq -r ".targets[] | select(.server == \"$1\" and .service == \"$2\") | .results[0] | $3" <<<"$OUT"; }

# configure OVERLAP [more]
configure() {
	cat >"$DIR/mailvane.conf" <<-CONF
		interval = "1s"; retry_interval = "1s"; timeout = "1s"; ca_file = "$SIM/ca.pem";
		certificate = { overlap = "$1"; };
		$2
		services = ( { name = "store"; protocol = "imap"; port = ${SIM_PORT[store]}; tls = "implicit"; },
			{ name = "box"; protocol = "pop3"; port = ${SIM_PORT[box]}; tls = "implicit"; },
			{ name = "mx"; protocol = "smtp"; port = ${SIM_PORT[mx]}; tls = "starttls"; } );
		servers = ( { name = "host"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; services = [ "store", "box", "mx" ]; },
			{ name = "well"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; services = [ "box", "mx" ]; },
			{ name = "lone"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; services = [ "store" ]; } );
	CONF
}

DIR=$(mktemp -d "${TMPDIR:-/tmp}/mailvane-renewal.XXXXXX")
trap 'exporter_end KILL 2>/dev/null; sim_stop; rm -rf "$DIR"' EXIT
SCENARIO="certificate old good from=-60d until=30d
	certificate new good from=-3d until=87d
	certificate fresh good from=-20m until=89d
	listen imap 127.0.0.1:0 name=store tls=implicit cert=old
	listen pop3 127.0.0.1:0 name=box tls=implicit cert=new
	listen smtp 127.0.0.1:0 name=mx tls=starttls cert=new"
# The services' own ports need root.
[ "$(id -u)" != 0 ] || SCENARIO+="
	listen imap $PLACE:993 name=imaps tls=implicit cert=old
	listen smtp $PLACE:465 name=submissions tls=implicit cert=new
	listen pop3 $PLACE:995 name=pop3s tls=implicit cert=fresh"
sim_start "$SCENARIO" || { finish; exit 1; }

configure 1h
exporter_start "$DIR/mailvane.conf" "$DIR/log" || { finish; exit 1; }
within 20 seen
is "within the overlap nothing differs" "$(differs host)" "box=0 mx=0 store=0"
is "nor at the server whose services agree" "$(differs well)" "box=0 mx=0"
is "where nothing can differ there is no series" "$(differs lone)" ""
verdict_is "and all is well" "$OUT" "host store" OK ok
configure 1s
kill -HUP "$EXPORTER_PID"
holds "behind it the old one is found, and only that" within 20 differs_are host "box=0 mx=0 store=1"
is "not where all are new" "$(differs well)" "box=0 mx=0"
is "nor where there is one" "$(differs lone)" ""
verdict_is "it is a warning" "$OUT" "host store" WARNING cert_differs/tls
verdict_is "the new one is none" "$OUT" "host box" OK ok
has "the notice is a series, too" "$OUT" '^mailvane_probe_notice\{server="host",service="store",notice="cert_differs"\} 1$'
fetch /api/v1/status
DAY='20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z'
has "the status says who has the new one, since when, and how old this is" "$(status host store .notice_detail)" \
	"^(box|mx) shows one of $DAY, seen since $DAY, this is still the one of $DAY\$"
is "and that it is a notice" "$(status host store '.notices | join(",")')" cert_differs
is "which others have not" "$(status host box '.notices | join(",")')$(status well mx '.notices | join(",")')" ""
fetch '/target?server=host&service=store'
has "the page says it" "$OUT" 'certificate was renewed, but not here'
has "with the words" "$OUT" 'this is still the one of'
within 20 grep -q 'service=store.*fault=cert_differs' "$DIR/log"
has "and so does the log" "$(grep 'service=store' "$DIR/log")" 'state=WARNING.*fault=cert_differs'
configure 1s 'policy = ( { fault = "cert_differs"; state = "OK"; } );'
kill -HUP "$EXPORTER_PID"
within 20 works "host store"
is "a row of the policy makes it OK, and the metric stays" "$(differs host)" "box=0 mx=0 store=1"
verdict_is "as it should" "$OUT" "host store" OK ok
exporter_end TERM
is "the exporter ends with 0" "$CODE" 0

if [ "$(id -u)" = 0 ]; then
	plugin() { run "$CHECK_MAIL" -H "$PLACE" --name "$SIM_NAME" --ca-file "$SIM/ca.pem" "$@"; }
	plugin -s imaps,submissions
	is "the plugin finds it among its services: WARNING" "$CODE" 1
	has "and says it in a sentence" "$OUT" \
		"^MAIL WARNING - 1 of 2 services well, $PLACE imaps: certificate was renewed, but not here: submissions shows one of $DAY, this is still the one of $DAY \[cert_differs/tls\]"
	plugin -s submissions,pop3s
	is "what was issued just now may be on its way" "$CODE" 0
	plugin -s imaps
	is "one service has nobody to be compared with" "$CODE" 0
	plugin -s imaps,submissions --state cert_differs=ok
	is "--state has it otherwise" "$CODE" 0
	plugin -s imaps,submissions --json
	is "JSON has it at the old one" "$(jq -r '[.services[] | "\(.service) \(.notices | join(","))"] | join("; ")' <<<"$OUT")" \
		"imaps cert_differs; submissions "
fi
finish
