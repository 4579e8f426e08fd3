#!/usr/bin/env bash
# What an IMAP server marks with [ALERT] (RFC 9051 section 7.1) reaches the operator, wherever the
# server sends it: in check_mail and in the exporter, as text and in JSON, on the page and in the log.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh

# NAME STATE PAIR, and what the server says instead of its usual words; a bar ends a line.
TABLE='
silent       OK       ok                     fault=none
greeting     WARNING  alert/auth             reply GREETING "* OK [ALERT] Maintenance at ten"
untagged     WARNING  alert/auth             reply EXAMINE "* 3 EXISTS\n* NO [ALERT] Disk is nearly full\nOK done"
at-login     WARNING  alert/auth             reply VERDICT "OK [ALERT] Your password expires soon"|reply EXAMINE "OK done"
goodbye      WARNING  alert/auth             reply LOGOUT "* BYE [ALERT] We are moving\nOK bye"
refused      CRITICAL auth_failed/auth       reply VERDICT "NO [ALERT] Ask the administrator"
sent-away    CRITICAL unavailable/greeting   reply GREETING "* BYE [ALERT] Closed for today"
'
# NAME, and what is to be read.
WORDS='
greeting     Maintenance at ten
untagged     Disk is nearly full
at-login     Your password expires soon
goodbye      We are moving
refused      Ask the administrator
sent-away    Closed for today
'

rows() {
	local name state pair told
	while read -r name state pair told; do
		[ -z "$name" ] || "$1" "$name" "$state" "$pair" "$told"
	done <<<"$TABLE"
}

listener() {
	echo "listen imap 127.0.0.1:0 name=$1 tls=implicit"
	[ "$4" = fault=none ] || echo "  ${4//|/$'\n'  }"
}

service() { echo "{ name = \"$1\"; protocol = \"imap\"; port = ${SIM_PORT[$1]}; tls = \"implicit\"; },"; }
# A login that fails is one of another account, which alone is left alone then.
server() {
	local account=probe
	[[ $3 != auth_failed/* ]] || account=other
	echo "{ name = \"$1\"; host = \"127.0.0.1\"; tls_name = \"$SIM_NAME\"; services = [ \"$1\" ]; account = \"$account\"; },"
}

# words NAME: empty for a server without an alert.
words() { sed -n "s/^$1 *//p" <<<"$WORDS"; }

arguments() {
	ARGUMENTS=(-H 127.0.0.1 -s imap -p "${SIM_PORT[$1]}" --tls implicit --name "$SIM_NAME"
		--ca-file "$SIM/ca.pem" --user "$SIM_USER" --password-file "$SIM/password")
}

by_plugin() {
	arguments "$1"
	check_mail "$1" "$2" "$3" "${ARGUMENTS[@]}"
	if [ -z "$(words "$1")" ]; then
		lacks "$1: nothing is noticed" "$OUT" alert
		return
	fi
	has "$1: the words of the alert" "$OUT" "$(words "$1")"
	run "$CHECK_MAIL" "${ARGUMENTS[@]}" --json
	has "$1: in the JSON" "$(jq -c '.. | .notices? // empty' <<<"$OUT" | head -n 1)" '"alert"'
	has "$1: with its words" "$OUT" "\"notice_detail\": *\"$(words "$1")\""
}

in_metrics() {
	local pair=$3
	[[ $pair != auth_failed/* ]] || pair='auth_(failed|suspended)/auth'
	verdict_is "exporter: $1" "$METRICS" "$1 $1" "$2" "$pair"
	local found
	[[ $3 != auth_failed/* ]] || return 0 # gone with the second probe, which does not log in
	found=$(grep -c "^mailvane_probe_notice{.*server=\"$1\".*notice=\"alert\"" <<<"$METRICS")
	is "exporter: $1: the notice" "$found" "$([ -z "$(words "$1")" ] && echo 0 || echo 1)"
	[ -n "$(words "$1")" ] || return 0
	has "exporter: $1: in the status" "$STATUS_TEXT" "\"notice_detail\": *\"$(words "$1")\""
	fetch "/target?server=$1&service=$1"
	has "exporter: $1: on its page" "$OUT" "$(words "$1")"
}

trap 'exporter_end TERM; sim_stop' EXIT
sim_start "user $SIM_USER $SIM_PASSWORD
$(rows listener)
listen imap 127.0.0.1:0 name=in-clear tls=starttls
  reply GREETING \"* OK [ALERT] Call this number\" when=clear" || { finish; exit 1; }
rows by_plugin

arguments at-login
check_mail "an operator may take it lightly" OK ok "${ARGUMENTS[@]}" --state alert=ok
check_mail "or not" CRITICAL alert/auth "${ARGUMENTS[@]}" --state alert=critical
check_mail "what came before TLS is marked" WARNING alert/auth -H 127.0.0.1 -s imap -p "${SIM_PORT[in-clear]}" \
	--name "$SIM_NAME" --ca-file "$SIM/ca.pem"
has "so that nobody takes it for the server's" "$OUT" '\(without TLS\) Call this number'

cat >"$SIM/mailvane.conf" <<-CONF
	ca_file = "$SIM/ca.pem";
	interval = "2s"; timeout = "2s"; retry_interval = "1s"; confirm = 1;
	accounts = ( { name = "probe"; user = "$SIM_USER"; password_file = "password"; },
		{ name = "other"; user = "other"; password_file = "password"; } );
	services = ( $(rows service | sed '$s/,$//') );
	servers = ( $(rows server | sed '$s/,$//') );
CONF
everything_is_there() {
	fetch /metrics
	METRICS=$OUT
	[ "$(grep -c '^mailvane_probe_state{' <<<"$METRICS")" = 7 ]
}
exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log" || { finish; exit 1; }
holds "all are probed" within 20 everything_is_there
fetch /api/v1/status
STATUS_TEXT=$OUT
rows in_metrics
has "the log has the words" "$(cat "$SIM/exporter.log")" 'Your password expires soon'
finish
