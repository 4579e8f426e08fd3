#!/usr/bin/env bash
# A change of state is announced, by the log and mailvane_probe_confirmed_state, when as many probes
# in a row agree on it as `confirm` says; the page and mailvane_probe_state show it at once.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh

# value METRIC SERVER: of the metrics in $OUT; empty where there is none.
value() { sed -n "s/^mailvane_$1{server=\"$2\",.*} //p" <<<"$OUT"; }
announced() { fetch /metrics; [ "$(value probe_confirmed_state "$1")" = "$2" ]; }
seen() { fetch /metrics; [ "$(value probe_state "$1")" = 2 ]; }
lines() { grep -c "server=$1 " "$SIM/stderr"; }

trap 'exporter_end KILL 2>/dev/null; sim_stop' EXIT
sim_start "listen smtp 127.0.0.1:0 name=good" || { finish; exit 1; }
CLOSED=$(free_port)
cat >"$SIM/mailvane.conf" <<-CONF
	interval = "2s"; retry_interval = "1s"; timeout = "1s";
	services = ( { name = "good"; protocol = "smtp"; port = ${SIM_PORT[good]}; tls = "none"; },
		{ name = "closed"; protocol = "smtp"; port = $CLOSED; tls = "none"; } );
	servers = ( { name = "good"; host = "127.0.0.1"; services = [ "good" ]; },
		{ name = "once"; host = "127.0.0.1"; services = [ "closed" ]; confirm = 1; },
		{ name = "twice"; host = "127.0.0.1"; services = [ "closed" ]; },
		{ name = "often"; host = "127.0.0.1"; services = [ "closed" ]; confirm = 8; } );
CONF
exporter_start "$SIM/mailvane.conf" "$SIM/stderr" || { finish; exit 1; }

within 20 seen often
is "what was found is seen at once" "$(value probe_state often)" 2
within 20 announced once 2
is "confirm = 1: one probe announces" "$(value probe_confirmed_state once)" 2
for _ in {1..200}; do
	fetch /metrics
	[ "$(value probes_total often)" -lt 8 ] || break
	if [ -n "$(value probe_confirmed_state often)" ]; then
		not_ok "confirm = 8: $(value probes_total often) probes do not announce"
		break
	fi
	sleep 0.1
done
within 20 announced often 2
is "confirm = 8: eight do" "$(value probe_confirmed_state often)" 2
within 20 announced twice 2
is "two by default" "$(value probe_confirmed_state twice)" 2
is "what works needs no second" "$(value probe_confirmed_state good)" 0
exporter_end TERM
for server in once twice often; do
	is "one line tells that $server is down" "$(lines $server)" 1
	has "and says so" "$(grep "server=$server " "$SIM/stderr")" 'msg="first result".*state=CRITICAL.*fault=refused'
done
is "none that all is well" "$(lines good)" 0
finish
