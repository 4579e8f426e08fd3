#!/usr/bin/env bash
# Servers that send TLS records without data and without end, beside a silent and a good one: the
# floods get the fault `limit`, and hold up no verdict of the others. mailsim plays them all.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh
trap 'exporter_end KILL; sim_stop' EXIT

# NAME KIND TLS-MAX
FLOODS='
updates key-updates 1.3
tickets tickets 1.3
pieces13 pieces 1.3
empty13 empty 1.3
warnings13 warnings 1.3
requests hello-requests 1.2
empty12 empty 1.2
warnings12 warnings 1.2
'
TIMEOUT=3

scenario() {
	local name kind max
	while read -r name kind max; do
		[ -n "$name" ] || continue
		echo "listen smtp 127.0.0.1:0 name=$name tls=implicit tls-max=$max"
		echo "fault flood@greeting \"$kind\""
	done <<<"$FLOODS"
	echo "listen smtp 127.0.0.1:0 name=handshake tls=implicit"
	echo 'fault flood@tls "pieces"'
	echo "listen smtp 127.0.0.1:0 name=silent tls=none fault=silence"
	echo "listen smtp 127.0.0.1:0 name=mute tls=implicit fault=silence@greeting"
	echo "listen imap 127.0.0.1:0 name=good tls=implicit"
}

NAMES="updates tickets pieces13 empty13 warnings13 requests empty12 warnings12 handshake silent mute good"

configure() {
	local name protocol tls services="" servers=""
	for name in $NAMES; do
		protocol=smtp tls=implicit
		[ "$name" = good ] && protocol=imap
		[ "$name" = silent ] && tls=none
		services+="{ name = \"$name\"; protocol = \"$protocol\"; port = ${SIM_PORT[$name]}; tls = \"$tls\"; },"
		servers+="\"$name\","
	done
	cat >"$SIM/mailvane.conf" <<-CONF
		interval = "${TIMEOUT}s"; retry_interval = "1s"; timeout = "${TIMEOUT}s"; confirm = 1; per_address_max = 50;
		ca_file = "$SIM/ca.pem";
		services = ( ${services%,} );
		servers = ( { name = "sim"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; services = [ ${servers%,} ]; } );
	CONF
}

probed() {
	fetch /metrics
	[ "$(verdicts "$OUT" | wc -l)" -eq "$(wc -w <<<"$NAMES")" ] && [ "$(value probes_total silent)" -ge 2 ]
}

# value METRIC SERVICE
value() { sed -n "s/^mailvane_$1{.*service=\"$2\".*} //p" <<<"$OUT"; }

sim_start "$(scenario)" || { finish; exit 1; }
configure
exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log" || { finish; exit 1; }
# Two turns of the silent server, each its timeout, and no more.
holds "every target is probed, the silent one twice" within $((2 * TIMEOUT + 15)) probed
for name in $NAMES; do
	case $name in
	silent | mute) verdict_is "$name" "$OUT" "sim $name" CRITICAL timeout/greeting ;;
	good) verdict_is "$name" "$OUT" "sim $name" OK ok ;;
	handshake) verdict_is "$name" "$OUT" "sim $name" CRITICAL limit/tls ;;
	*) verdict_is "$name" "$OUT" "sim $name" CRITICAL limit/greeting ;;
	esac
done
for name in silent mute; do
	duration=$(value probe_duration_seconds "$name")
	holds "$name: its verdict comes at its timeout, not later ($duration s)" \
		awk -v took="$duration" -v timeout="$TIMEOUT" 'BEGIN { exit !(took >= timeout && took < timeout + 2) }' </dev/null
done
holds "a flood ends long before its timeout ($(value probe_duration_seconds updates) s)" \
	awk -v took="$(value probe_duration_seconds updates)" 'BEGIN { exit !(took < 3) }' </dev/null
fetch /metrics
is "no good probe has failed" "$(value probe_failures_total good)" 0
exporter_end TERM
is "it ends well" "$CODE" 0
finish
