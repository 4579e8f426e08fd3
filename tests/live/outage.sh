#!/usr/bin/env bash
# An unreachable host is reported once: its services are probed at once, the log has one line, and all
# passive results have the same remark. A single service that fails is reported as usual.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh

# scenario LISTENER...: "host" has three of them, "half" two.
scenario() {
	local at
	for at in "$@"; do
		echo "listen smtp 127.0.0.1:${AT[$at]} name=$at tls=none"
	done
}

declare -A AT=()
for name in one two three alive dies; do
	AT[$name]=$(free_port) || exit 1
done

lines() { grep -c "$1" "$SIM/stderr"; }
told() { grep -qs "$1" "$SIM/stderr"; }
announced() { fetch /metrics; [ "$(grep -cE "^mailvane_probe_confirmed_state\{server=\"$1\".* $2\$" <<<"$OUT")" = "$3" ]; }

# again LISTENERS...: the servers that live from now on.
again() {
	kill "$SIM_PID" && wait "$SIM_PID" 2>/dev/null
	scenario "$@" >"$SIM/scenario"
	rm -f "$SIM/ports"
	"$MAILSIM" --with-parent --ca-dir "$SIM" --ports-file "$SIM/ports" --name "$SIM_NAME" "$SIM/scenario" \
		</dev/null >/dev/null 2>>"$SIM/log" &
	SIM_PID=$!
	within 20 grep -qsx ready "$SIM/ports"
}

service() { echo "{ name = \"$1\"; protocol = \"smtp\"; port = ${AT[$1]}; tls = \"none\"; }"; }

trap 'exporter_end KILL 2>/dev/null; sim_stop' EXIT
sim_start "$(scenario one two three alive dies)" || { finish; exit 1; }
mkdir "$SIM/spool"
cat >"$SIM/mailvane.conf" <<-CONF
	interval = "10s"; retry_interval = "2s"; timeout = "2s";
	services = ( $(service one), $(service two), $(service three), $(service alive), $(service dies) );
	servers = ( { name = "host"; host = "127.0.0.1"; services = [ "one", "two", "three" ]; },
		{ name = "half"; host = "127.0.0.1"; services = [ "alive", "dies" ]; } );
	passive = { nagios = { spool = "$SIM/spool"; }; };
CONF
exporter_start "$SIM/mailvane.conf" "$SIM/stderr" || { finish; exit 1; }
holds "all is well" within 40 announced 'host' 0 3
holds "with the other one" within 40 announced 'half' 0 2

again alive
holds "the dead host is told" within 40 told 'msg="host unreachable: none of its services can be reached" server=host services=3'
holds "the dead service is told" within 40 told 'server=half service=dies state=CRITICAL'
is "one line for the host" "$(lines 'server=host')" 1
has "with the reason" "$(grep 'server=host' "$SIM/stderr")" 'level=error.*fault=refused phase=connect reason="connection refused"'
is "one for the service" "$(lines 'server=half')" 1
passive() { grep -lsE '^host_name=host$' "$SIM"/spool/c?????? | xargs -r grep -hE '^output=' | grep -c 'host unreachable, none of its 3 services reached: connection refused'; }
each_says_so() { [ "$(passive)" -ge 3 ]; }
holds "each passive result says so alike" within 20 each_says_so
lacks "but not of a living host" "$(grep -hE -A9 '^host_name=half$' "$SIM"/spool/c??????)" 'host unreachable'
fetch "/api/v1/verdict?server=host"
has "check_mailvane, too" "$OUT" 'MAIL CRITICAL - 127\.0\.0\.1: host unreachable, none of 3 services reached: connection refused'
fetch /metrics
has "and the metric" "$OUT" '^mailvane_server_unreachable\{server="host"\} 1'

again one two three alive dies
holds "that it is back is told" within 40 told 'msg="host can be reached again" server=host'
holds "all is well again" within 40 announced 'host' 0 3
is "of each service, too" "$(grep -c 'msg="state changed" server=host.*state=OK' "$SIM/stderr")" 3
is "that is all there is to say of the host" "$(lines 'server=host')" 5
finish
