#!/usr/bin/env bash
# addresses = "each": every address of a name is a probe with series of its own, and one verdict for
# the server; addresses come and go with the name's records, without a restart.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh
. ./nameserver.sh

[ "$(id -u)" = 0 ] || skip "a resolv.conf of our own needs root"
ip -6 addr show dev lo 2>/dev/null | grep -q "inet6 ::1" || grep -q "^0*1 .* lo$" /proc/net/if_inet6 2>/dev/null ||
	skip "there is no IPv6 on loopback"

# zone NAME ADDRESS...: its records, in place of those before.
zone() {
	local name=$1 kind address
	shift
	grep -v "^$name " "$DNS/zone" >"$DNS/zone.new"
	for address; do
		kind=A
		[[ $address != *:* ]] || kind=AAAA
		echo "$name $kind 1 $address"
	done >>"$DNS/zone.new"
	mv "$DNS/zone.new" "$DNS/zone"
}
# shown SERVER: "ADDRESS STATE" of each of its series, in order.
shown() {
	fetch /metrics
	sed -nE "s/^mailvane_probe_state\{server=\"$1\",service=\"good\"(,address=\"([^\"]*)\")?.*\} /\2 /p" <<<"$OUT" | sort | paste -sd ,
}
shows() { [ "$(shown "$1")" = "$2" ]; }
asked() {
	run "$BUILD/checks/check_mailvane" -u "http://$EXPORTER_AT" -H "$1"
	[ "$CODE" = "$2" ] && grep -qE -- "$3" <<<"$OUT"
}
# told WHAT SERVER CODE PATTERN: check_mailvane says so.
told() {
	within 20 asked "$2" "$3" "$4"
	is "$1: exit code" "$CODE" "$3"
	has "$1: check_mailvane" "$OUT" "$4"
}

trap 'exporter_end KILL 2>/dev/null; nameserver_stop; sim_stop' EXIT
PORT=$(free_port)
sim_start "listen smtp 127.0.0.1:$PORT name=one
listen smtp 127.0.0.2:$PORT name=two
listen smtp [::1]:$PORT name=six" || { finish; exit 1; }
nameserver_start "$SIM" || { finish; exit 1; }
zone mx.test 127.0.0.1 127.0.0.2 ::1
zone crowd.test 127.0.0.1 127.0.0.2 127.0.1.{1..18}
zone strict.test 127.0.0.1 127.0.0.9
mapfile -t CROWD < <(printf '127.0.1.%s\n' {1..18})
cat >"$SIM/mailvane.conf" <<-CONF
	interval = "2s"; retry_interval = "1s"; timeout = "1s"; confirm = 1; resolvers = [ "127.0.0.1:$DNS_PORT" ];
	per_address_max = 50;
	services = ( { name = "good"; protocol = "smtp"; port = $PORT; tls = "none"; } );
	servers = ( { name = "mx"; host = "mx.test"; services = [ "good" ]; addresses = "each"; },
		{ name = "half"; host = "half.fault.test"; services = [ "good" ]; addresses = "each"; },
		{ name = "halffirst"; host = "half.fault.test"; services = [ "good" ]; },
		{ name = "crowd"; host = "crowd.test"; services = [ "good" ]; addresses = "each"; },
		{ name = "strict"; host = "strict.test"; services = [ "good" ]; addresses = "each"; address_state = "CRITICAL"; } );
CONF
exporter_start "$SIM/mailvane.conf" "$SIM/stderr" || { finish; exit 1; }

within 20 shows mx "127.0.0.1 0,127.0.0.2 0,::1 0"
is "a series for each address" "$(shown mx)" "127.0.0.1 0,127.0.0.2 0,::1 0"
clean_metrics "addresses" "$OUT"
told "all of them work" mx 0 "MAIL OK - 3 of 3 services well"

zone mx.test 127.0.0.1 127.0.0.2 ::1 127.0.0.9
within 20 shows mx "127.0.0.1 0,127.0.0.2 0,127.0.0.9 2,::1 0"
is "an address that comes is probed, without a restart" "$(shown mx)" "127.0.0.1 0,127.0.0.2 0,127.0.0.9 2,::1 0"
told "one is bad" mx 1 "MAIL WARNING - .*1 of 4 addresses bad, 127\.0\.0\.9: connection refused"
told "it is as bad as the operator says" strict 2 "MAIL CRITICAL - .*1 of 2 addresses bad, 127\.0\.0\.9"
fetch "/target?server=mx&service=good"
has "the page has each of them" "$OUT" "127\.0\.0\.9"
use_nameserver "127.0.0.1:$DNS_PORT"
check_mail "check_mail has the same" WARNING refused/connect -H mx.test -s smtp -p "$PORT" --tls none -t 2 --addresses each
has "and the same words" "$OUT" "1 of 4 addresses bad, 127\.0\.0\.9: connection refused"
WRAP=("${PLAIN_WRAP[@]}")

zone mx.test 127.0.0.9
within 20 shows mx "127.0.0.9 2"
is "series of addresses that are gone go" "$(shown mx)" "127.0.0.9 2"
told "all are bad" mx 2 "MAIL CRITICAL - mx.test good: connection refused"
zone mx.test 127.0.0.2 ::1
within 20 shows mx "127.0.0.2 0,::1 0"
is "other addresses, other series" "$(shown mx)" "127.0.0.2 0,::1 0"
told "which work" mx 0 "MAIL OK"

within 20 shows half " 2,127.0.0.1 0"
is "one family fails: that is a series, too" "$(shown half)" " 2,127.0.0.1 0"
told "one family fails" half 1 "1 of 2 addresses bad: name lookup failed: SERVFAIL from 127\.0\.0\.1:$DNS_PORT, for its IPv6 address"
within 20 shows halffirst " 0"
fetch /metrics
has "where one address is enough, it is noted" "$OUT" 'mailvane_probe_notice\{server="halffirst".*dns_partial'
use_nameserver "127.0.0.1:$DNS_PORT"
check_mail "check_mail notes it" OK ok -H half.fault.test -s smtp -p "$PORT" --tls none -t 2 -v
has "in its words" "$OUT" "SERVFAIL from 127\.0\.0\.1:$DNS_PORT, for its IPv6 address"
WRAP=("${PLAIN_WRAP[@]}")

told "too many to probe" crowd 1 "addresses bad: answer too long: 20 addresses, only 16 of them are probed"
zone crowd.test 127.0.0.1 127.0.0.2
told "not too many any more" crowd 0 "2 of 2 services well"
is "what was too long is over" "$(shown crowd)" "127.0.0.1 0,127.0.0.2 0"

fetch /metrics
is "no result was dropped" "$(sed -n 's/^mailvane_results_dropped_total //p' <<<"$OUT")" 0
exporter_end TERM
is "the exporter ends well" "$CODE" 0
finish
