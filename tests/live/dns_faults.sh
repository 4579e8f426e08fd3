#!/usr/bin/env bash
# Each way in which a DNS server can fail has one verdict with exact words, the same in check_mail
# and in the exporter's metrics; nameserver.py plays them all.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh
. ./nameserver.sh

[ "$(id -u)" = 0 ] || skip "a resolv.conf of our own needs root"

# NAME STATE FAULT/PHASE WORDS; in the words @ is the place of the server.
TABLE='
right         OK       ok                works
nxdomain      CRITICAL dns_failure/dns   name lookup failed: NXDOMAIN
nodata        CRITICAL no_address/dns    name has no address: the name has no address
servfail      CRITICAL dns_failure/dns   name lookup failed: SERVFAIL from @
refused       CRITICAL dns_failure/dns   name lookup failed: refused by the resolver @
notimp        CRITICAL dns_failure/dns   name lookup failed: NOTIMP from @
formerr       CRITICAL dns_failure/dns   name lookup failed: FORMERR from @
silent        CRITICAL timeout/dns       no answer in time: no answer from the resolver @, gave up after
slow-300      OK       ok                works
slow-30000    CRITICAL timeout/dns       no answer in time: no answer from the resolver @, gave up after
half          OK       ok                works
truncated     OK       ok                works
tcphang       CRITICAL timeout/dns       no answer in time: no answer from the resolver @ by TCP, gave up after
tcpclose      CRITICAL dns_failure/dns   name lookup failed: the resolver @ cannot be reached by TCP
tcpshort      CRITICAL dns_failure/dns   name lookup failed: the resolver @ cannot be reached by TCP
tcpgarbage    CRITICAL dns_failure/dns   name lookup failed: the answer of @ makes no sense by TCP
wrongid       CRITICAL timeout/dns       no answer in time: no answer from the resolver @, gave up after
wrongname     CRITICAL timeout/dns       no answer in time: no answer from the resolver @, gave up after
otherport     CRITICAL timeout/dns       no answer in time: no answer from the resolver @, gave up after
flood-200     OK       ok                works
flood         CRITICAL timeout/dns       no answer in time: no answer from the resolver @ by TCP, gave up after
rescued       OK       ok                works
oversize      OK       ok                works
pointerloop   CRITICAL dns_failure/dns   name lookup failed: the answer of @ makes no sense
garbage       CRITICAL dns_failure/dns   name lookup failed: the answer of @ makes no sense
cnameloop     CRITICAL dns_failure/dns   name lookup failed: aliases without end from @
chain-10      OK       ok                works
chain-20      CRITICAL dns_failure/dns   name lookup failed: aliases without end from @
'

rows() { grep . <<<"$TABLE"; }
# words TEXT: as a pattern, with the place of the server.
words() { sed "s/[.]/\\\\./g; s/@/127\\\\.0\\\\.0\\\\.1:$DNS_PORT/" <<<"$1"; }
# What ended children have used, in ms; leaves $CPU.
cpu_ms() {
	times >"$SIM/times"
	CPU=$(awk 'NR == 2 { gsub(/[ms]/, " "); print int(($1 * 60 + $2 + $3 * 60 + $4) * 1000) }' "$SIM/times")
}
declare -A USED=()

trap 'exporter_end KILL 2>/dev/null; nameserver_stop; sim_stop' EXIT
sim_start "listen smtp 127.0.0.1:0 name=good" || { finish; exit 1; }
nameserver_start "$SIM" || { finish; exit 1; }
PORT=${SIM_PORT[good]}
OPTIONS=(-s smtp -p "$PORT" --tls none -t 1)

{
	echo "interval = \"5s\"; timeout = \"1s\"; resolvers = [ \"127.0.0.1:$DNS_PORT\" ];"
	echo "services = ( { name = \"good\"; protocol = \"smtp\"; port = $PORT; tls = \"none\"; } ); servers = ("
	rows | while read -r name _; do
		echo "{ name = \"$name\"; host = \"$name.fault.test\"; services = [ \"good\" ]; }"
	done | paste -sd ,
	echo ");"
} >"$SIM/mailvane.conf"

while read -r name state pair text; do
	use_nameserver 127.0.0.1:"$DNS_PORT"
	cpu_ms
	before=$CPU
	check_mail "$name" "$state" "$pair" -H "$name.fault.test" "${OPTIONS[@]}"
	cpu_ms
	has "$name: its words" "$OUT" ": $(words "$text")"
	below "$name: in time" "$TOOK" 4000
	USED[$name]=$((CPU - before))
done < <(rows)

below "a flood costs little more than silence (ms of CPU)" "${USED[flood]}" $((USED[silent] + 400))

use_nameserver "127.0.0.1:$DNS_LONELY"
check_mail "TCP is refused" CRITICAL dns_failure/dns -H truncated.fault.test "${OPTIONS[@]}"
has "TCP is refused: its words" "$OUT" "the resolver 127\.0\.0\.1:$DNS_LONELY cannot be reached by TCP"
# Who fails is passed over; who says that there is no such name is believed.
use_nameserver 127.0.0.1:"$DNS_LONELY" 127.0.0.1:"$DNS_PORT"
check_mail "truncated at one, answered by the next" OK ok -H truncated.fault.test "${OPTIONS[@]}"
check_mail "NXDOMAIN settles it" CRITICAL dns_failure/dns -H nxdomain.fault.test "${OPTIONS[@]}"
check_mail "both are silent" CRITICAL timeout/dns -H silent.fault.test "${OPTIONS[@]}"
has "both are silent: its words" "$OUT" "no answer from any of 2 resolvers"
WRAP=("${PLAIN_WRAP[@]}")

exporter_start "$SIM/mailvane.conf" "$SIM/stderr" || { finish; exit 1; }
all_probed() { fetch /metrics; [ "$(verdicts "$OUT" | wc -l)" -eq "$(rows | wc -l)" ]; }
holds "the exporter has probed all" within 20 all_probed
METRICS=$OUT
while read -r name state pair text; do
	verdict_is "$name" "$METRICS" "$name good" "$state" "$pair"
	fetch "/api/v1/verdict?server=$name"
	# Beside a flood a question may have gone on by TCP.
	has "$name: its words in the exporter" "$OUT" ": $(words "${text/@,/@( by TCP)?,}")"
done < <(rows)
clean_metrics "the exporter" "$METRICS"
exporter_end TERM
is "the exporter ends well" "$CODE" 0
finish
