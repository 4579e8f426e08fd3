#!/usr/bin/env bash
# On an overloaded machine there must be no false alarm and no missed one: 10,000 probes of good servers
# and 1,000 failures that mailsim counts, beside as many busy loops as there are processors.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh
LOOPS=()
trap 'kill "${LOOPS[@]}" 2>/dev/null; exporter_end KILL 2>/dev/null; sim_stop' EXIT

SCENARIO='
listen smtp 127.0.0.1-10:0 name=plain  tls=none
listen imap 127.0.0.1-10:0 name=tls    tls=implicit
listen smtp 127.0.0.1-10:0 name=broken tls=none every=3 fault=refused
'

# servers NAME COUNT: spread over ten addresses.
servers() {
	local i
	for ((i = 0; i < $2; i++)); do
		echo "  { name = \"$1-$i\"; host = \"127.0.0.$((1 + i % 10))\"; tls_name = \"$SIM_NAME\"; services = [ \"$1\" ]; },"
	done
}

configure() {
	cat >"$SIM/mailvane.conf" <<-CONF
		ca_file = "$SIM/ca.pem";
		interval = "1s";
		services = (
		  { name = "plain"; protocol = "smtp"; port = ${SIM_PORT[plain]}; tls = "none"; },
		  { name = "broken"; protocol = "smtp"; port = ${SIM_PORT[broken]}; tls = "none"; },
		  { name = "tls"; protocol = "imap"; port = ${SIM_PORT[tls]}; tls = "implicit"; }
		);
		servers = (
		$({ servers plain 400; servers broken 150; servers tls 60; } | sed '$s/,$//')
		);
	CONF
}

# total METRIC SERVICE: over all servers.
total() { awk -v head="mailvane_$1{" -v service="service=\"$2\"" \
	'index($0, head) == 1 && index($0, service) { n += $NF } END { print n + 0 }' <<<"$OUT"; }

# dealt LISTENER COUNTER: by mailsim, until now.
dealt() {
	rm -f "$SIM/counters"
	kill -USR1 "$SIM_PID"
	within 5 grep -qs "listener=$1 .*$2=" "$SIM/counters"
	sed -n "s/^listener=$1 .*$2=\([0-9]*\).*/\1/p" "$SIM/counters"
}

enough() {
	fetch /metrics
	[ $(($(total probes_total plain) + $(total probes_total tls))) -ge 10000 ] &&
		[ "$(total probe_failures_total broken)" -ge 1000 ]
}

# seen COUNT: at least as many as were dealt when the count was taken.
seen() {
	fetch /metrics
	[ "$(total probe_failures_total broken)" -ge "$1" ]
}

sim_start "$SCENARIO" || finish || exit 1
configure
for ((i = 0; i < $(nproc); i++)); do
	while :; do :; done &
	LOOPS+=($!)
done
exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log" || { finish; exit 1; }
holds "10,000 good probes and 1,000 failures" within 250 enough
is "no false alarm, plain" "$(total probe_failures_total plain)" 0
is "no false alarm, TLS" "$(total probe_failures_total tls)" 0
kill "${LOOPS[@]}"
LOOPS=()
before=$(dealt broken faulty)
holds "every failure dealt is seen in time" within 5 seen "$before"
after=$(dealt broken faulty)
below "and none that was not dealt" "$(total probe_failures_total broken)" $((after + 1))
echo "     plain $(total probes_total plain), tls $(total probes_total tls), broken $(total probes_total broken) probes," \
	"$(total probe_failures_total broken) failures, $before to $after dealt; late: $(grep '^mailvane_probes_late_total' <<<"$OUT")"
exporter_end TERM
is "it ends well" "$CODE" 0
finish
