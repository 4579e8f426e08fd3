#!/usr/bin/env bash
# Eight services that hang beside a good one, all of one address with four connections: the good one
# keeps its turns, and waiting is shown. A probe on demand that finds no connection says `waiting`.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh
trap 'exporter_end KILL; sim_stop' EXIT

HUNG="h1 h2 h3 h4 h5 h6 h7 h8"
INTERVAL=3

scenario() {
	local name
	for name in $HUNG; do
		echo "listen smtp 127.0.0.1:0 name=$name tls=none fault=silence"
	done
	echo "listen imap 127.0.0.1:0 name=good tls=implicit"
}

# configure PER_ADDRESS
configure() {
	local name services="" servers=""
	for name in $HUNG; do
		services+="{ name = \"$name\"; protocol = \"smtp\"; port = ${SIM_PORT[$name]}; tls = \"none\"; }, "
		servers+="\"$name\", "
	done
	cat >"$SIM/mailvane.conf" <<-CONF
		interval = "${INTERVAL}s"; retry_interval = "1s"; timeout = "${INTERVAL}s"; confirm = 1; per_address_max = $1;
		ca_file = "$SIM/ca.pem";
		services = ( $services { name = "good"; protocol = "imap"; port = ${SIM_PORT[good]}; tls = "implicit"; } );
		servers = ( { name = "sim"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; services = [ $servers "good" ]; } );
	CONF
}

# value METRIC SERVICE
value() { sed -n "s/^mailvane_$1{.*service=\"$2\".*} //p" <<<"$OUT"; }

known() {
	fetch /metrics
	[ "$(verdicts "$OUT" | wc -l)" -eq 9 ] && [ "$(verdicts "$OUT" | grep -c 'CRITICAL timeout')" -eq 8 ]
}

waits() {
	fetch /metrics
	[ -n "$(value probe_wait_seconds h1)$(value probe_wait_seconds h2)$(value probe_wait_seconds h3)" ]
}

# good_probes COUNT: as many more since $BEFORE.
good_probes() {
	fetch /metrics
	[ $(($(value probes_total good) - BEFORE)) -ge "$1" ]
}

hanging_neighbours() {
	configure 4
	exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log" || return
	holds "all that hang are found out" within 40 known
	verdict_is "the good one" "$OUT" "sim good" OK ok
	BEFORE=$(value probes_total good)
	holds "the good one keeps its turns: 5 probes in 5 intervals, and one to spare" within $((6 * INTERVAL)) good_probes 5
	holds "those that hang wait for each other, and it is shown" within 20 waits
	has "they count as late" "$OUT" '^mailvane_probes_late_total [1-9]'
	fetch /api/v1/status
	has "as in the status" "$OUT" '"waited_seconds": ?[0-9.]+'
	exporter_end TERM
}

probe_good() {
	OUT=$(curl -sS -H 'X-Prometheus-Scrape-Timeout-Seconds: 2' "http://$EXPORTER_AT/probe?target=sim&module=good")
}

on_demand() {
	configure 1
	exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log" || return
	holds "with one connection, too" within 60 known
	for _ in {1..10}; do
		probe_good
		grep -q 'fault="waiting"' <<<"$OUT" && break
	done
	has "a probe on demand that finds none free says so" "$OUT" '^probe_fault\{fault="waiting",phase="connect"\} 1'
	has "as UNKNOWN" "$OUT" '^probe_state 3'
	exporter_end TERM
}

sim_start "$(scenario)" || { finish; exit 1; }
hanging_neighbours
on_demand
finish
