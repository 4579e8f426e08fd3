#!/usr/bin/env bash
# A wrong password is tried once. Then the account is not used at that server, also after a reload, until
# its password file changes; every front end shows the time of the next login.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh

# Logins refused so far, by any listener.
denials() {
	rm -f "$SIM/counters"
	kill -USR1 "$SIM_PID"
	within 5 grep -qs '^listener=last ' "$SIM/counters"
	sed -n 's/.* logins-denied=\([0-9]*\).*/\1/p' "$SIM/counters" | awk '{ n += $1 } END { print n }'
}

service() { echo "{ name = \"$1\"; protocol = \"$2\"; port = ${SIM_PORT[$1]}; tls = \"implicit\"; }"; }

configure() {
	cat >"$SIM/mailvane.conf" <<-CONF
		ca_file = "ca.pem"; retry_interval = "1s"; timeout = "2s";
		accounts = ( { name = "probe"; user = "$SIM_USER"; password_file = "secret"; } );
		services = ( $(service often imap), $(service rare pop3), $(service last smtp) );
		servers = (
		  { name = "a"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; services = [ "often" ]; interval = "2s"; account = "probe"; },
		  { name = "b"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; services = [ "rare", "last" ]; interval = "12s"; account = "probe"; }
		);
	CONF
}

secret() {
	printf %s "$1" >"$SIM/secret.new"
	chmod 600 "$SIM/secret.new"
	mv "$SIM/secret.new" "$SIM/secret"
}

metrics() {
	fetch /metrics
	METRICS=$OUT
}

# "server service" of each that is CRITICAL for this fault.
of_fault() { verdicts "$METRICS" | sed -n "s|^\\(.*\\) CRITICAL $1/auth\$|\\1|p" | sort | tr '\n' ' '; }

# probes SERVER SERVICE NUMBER: so many, or more.
probes() {
	metrics
	[ "$(sed -n "s/^mailvane_probes_total{.*server=\"$1\".*service=\"$2\".*} //p" <<<"$METRICS")" -ge "$3" ]
}

all_probed() {
	metrics
	[ "$(grep -c '^mailvane_probe_state{' <<<"$METRICS")" = 3 ]
}

# The value of the metric for each target that has it.
until_when() { sed -n 's/^mailvane_auth_suspended_until_timestamp_seconds{.*} \([0-9]*\).*/\1/p' <<<"$METRICS"; }

held() {
	local now at
	all_probed && probes a often 3 || return 1
	[ "$(of_fault auth_suspended)" = "a often b last b rare " ] || return 1
	now=$(date +%s)
	for at in $(until_when); do
		[ "$at" -gt "$((now - 1))" ] && [ "$at" -le "$((now + 61))" ] || return 1
	done
	[ "$(until_when | wc -l)" = 3 ]
}

freed() {
	metrics
	[ "$(verdicts "$METRICS" | grep -c ' OK ok$')" = 3 ]
}

trap 'exporter_end TERM; sim_stop' EXIT
sim_start "user $SIM_USER $SIM_PASSWORD
listen imap 127.0.0.1:0 name=often tls=implicit
listen pop3 127.0.0.1:0 name=rare tls=implicit
listen smtp 127.0.0.1:0 name=last tls=implicit" || { finish; exit 1; }
secret wrong
configure
exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log" || { finish; exit 1; }
holds "all three are suspended, with the time of the next try" within 20 held
FIRST=$(denials)
below "by one login, or those that were under way at the same time" "$FIRST" 4
fetch /api/v1/status
is "the time in the status" "$(jq '[.targets[].results[].login_held_until | select(. != null)] | length' <<<"$OUT")" 3
fetch "/target?server=a&service=often"
has "on the page" "$OUT" 'Next login</th><td>.*20[0-9]{2}-[0-9]{2}-[0-9]{2}T'
has "in its sentence" "$OUT" 'the next try is in [0-9ms ]+ \(20'
fetch "/api/v1/verdict?server=a"
has "and in what check_mailvane is told" "$OUT" 'the next try is in [0-9ms ]+ \(20'

kill -HUP "$EXPORTER_PID"
holds "a reload" within 10 grep -qs "configuration loaded" "$SIM/exporter.log"
metrics
AGAIN=$(($(sed -n 's/^mailvane_probes_total{.*server="a".*} //p' <<<"$METRICS") + 3))
holds "it is probed on" within 20 probes a often "$AGAIN"
is "a reload frees nobody" "$(denials)" "$FIRST"

# taken: the time of the last reload, in ms.
taken() { date -d "$(sed -n 's/^time=\([^ ]*\) .*msg="configuration loaded".*/\1/p' "$SIM/exporter.log" | tail -n 1)" +%s%3N; }
TAKEN=$(taken)
again() { [ "$(taken)" != "$TAKEN" ]; }
secret "$SIM_PASSWORD"
holds "a changed password file is seen" within 20 again
TAKEN=$(taken)
holds "and tried, everywhere" within 20 freed
fetch /api/v1/status
is "at once, not when it is their turn" \
	"$(jq "[.targets[] | select(.server == \"b\") | .results[0].timestamp * 1000 - $TAKEN | select(. < 3000)] | length" <<<"$OUT")" 2
is "no login failed again" "$(denials)" "$FIRST"
is "nothing is suspended any more" "$(until_when)" ""
fetch "/target?server=a&service=often"
lacks "nor on the page" "$OUT" "Next login"
finish
