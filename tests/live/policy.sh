#!/usr/bin/env bash
# Rows of `policy` come before the table of verdicts: check_mail and the exporter agree on each,
# in whatever order they stand, and what one row allows hides nothing else.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh

# NAME STATE PAIR, with the rows below and what the listener is told.
TABLE='
fine            OK       ok                     fault=none
busy            OK       throttled/greeting     fault=busy
blocked         WARNING  rejected/greeting      fault=refused
old             WARNING  cert_expired/tls       cert=expired
self            OK       ok                     cert=self-signed
cut             CRITICAL closed/greeting        fault=close
cut-later       UNKNOWN  closed/starttls        fault=close@starttls
foreign         CRITICAL cert_name/tls          cert=wrong-name
'
# FAULT PHASE STATE
ROWS='throttled - OK
rejected greeting WARNING
rejected - UNKNOWN
cert_expired - WARNING
cert_untrusted tls OK
closed starttls UNKNOWN
closed - CRITICAL'

rows() {
	local name state pair told
	while read -r name state pair told; do
		[ -z "$name" ] || "$1" "$name" "$state" "$pair" "$told"
	done <<<"$TABLE"
}

listener() { echo "listen smtp 127.0.0.1:0 name=$1 tls=starttls ${4/fault=none/}"; }
service() { echo "{ name = \"$1\"; protocol = \"smtp\"; port = ${SIM_PORT[$1]}; tls = \"starttls\"; },"; }
server() {
	echo "{ name = \"$1\"; host = \"127.0.0.1\"; tls_name = \"$SIM_NAME\"; services = [ \"$1\" ]; },"
}

# arguments ORDER: a --state for each row.
arguments() {
	local fault phase state
	while read -r fault phase state; do
		[ "$phase" = - ] && phase= || phase=/$phase
		ARGUMENTS+=(--state "$fault$phase=${state,,}")
	done < <($1 <<<"$ROWS")
}

# policy ORDER: the same for the configuration.
policy() {
	$1 <<<"$ROWS" | awk '{
		phase = $2 == "-" ? "" : " phase = \"" $2 "\";"
		printf "%s{ fault = \"%s\";%s state = \"%s\"; }\n", (NR > 1 ? "," : ""), $1, phase, $3
	}'
}

by_plugin() {
	check_mail "$ORDER: $1" "$2" "$3" -H 127.0.0.1 -s smtp -p "${SIM_PORT[$1]}" --tls starttls \
		--name "$SIM_NAME" --ca-file "$SIM/ca.pem" "${ARGUMENTS[@]}"
}

in_metrics() { verdict_is "$ORDER: exporter: $1" "$OUT" "$1 $1" "$2" "$3"; }

trap 'sim_stop' EXIT
sim_start "$(rows listener)" || { finish; exit 1; }
for ORDER in cat tac; do
	ARGUMENTS=()
	arguments $ORDER
	rows by_plugin
	cat >"$SIM/mailvane.conf" <<-CONF
		ca_file = "$SIM/ca.pem";
		timeout = "8s";
		services = ( $(rows service | sed '$s/,$//') );
		policy = ( $(policy $ORDER) );
		servers = ( $(rows server | sed '$s/,$//') );
	CONF
	run "$EXPORTER" --config.file="$SIM/mailvane.conf" --once
	is "$ORDER: exporter --once ends with 0" "$CODE" 0
	rows in_metrics
done

# A server of its own goes before all.
sed -i 's/name = "blocked"; host/policy = ( { fault = "rejected"; state = "OK"; } ); &/' "$SIM/mailvane.conf"
run "$EXPORTER" --config.file="$SIM/mailvane.conf" --once
verdict_is "a row of the server" "$OUT" "blocked blocked" OK rejected/greeting
check_mail "without rows the table counts" CRITICAL rejected/greeting -H 127.0.0.1 -s smtp \
	-p "${SIM_PORT[blocked]}" --tls starttls --name "$SIM_NAME" --ca-file "$SIM/ca.pem"
finish
