#!/usr/bin/env bash
# Requests of an operator to a running exporter: a reload, its configuration, its status as JSON.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh

# Debian's, which has its package.
PYTHON=/usr/bin/python3
"$PYTHON" -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed"

scenario() {
	echo "user $SIM_USER $SIM_PASSWORD"
	echo "listen smtp 127.0.0.1:0 name=good tls=starttls"
	echo "listen imap 127.0.0.1:0 name=store tls=implicit messages=7"
	echo "listen imap 127.0.0.1:0 name=expired tls=implicit cert=expired"
	echo "listen smtp 127.0.0.1:0 name=silent fault=silence"
}

service() {
	echo "{ name = \"$1\"; protocol = \"$2\"; port = ${SIM_PORT[$1]}; tls = \"$3\"; }"
}

# configure [MORE-SERVERS]
configure() {
	cat >"$SIM/mailvane.conf" <<-CONF
		interval = "2s"; timeout = "2s"; ca_file = "ca.pem"; certificate = { warning = "30%"; };
		accounts = ( { name = "probe"; user = "$SIM_USER"; password_file = "password"; } );
		services = ( $(service good smtp starttls), $(service store imap implicit),
		  $(service expired imap implicit), $(service silent smtp none) );
		servers = (
		  { name = "plain \"A\""; host = "127.0.0.1"; tls_name = "$SIM_NAME"; interval = "90s";
		    services = [ "good", "expired" ]; labels = { site = "a\\\\b"; }; },
		  { name = "safe"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; account = "probe"; addresses = "each";
		    services = [ "store" ]; }
		  $1
		);
		target_files = "*.csv";
		probe = { networks = [ "127.0.0.0/8", "2001:db8::/32" ]; };
	CONF
	printf 'name,host,services,interval\nfrom-csv,127.0.0.1,silent,1h\n' >"$SIM/more.csv"
}

# reload METHOD
reload() {
	OUT=$(curl -sS -X "$1" -w ' %{http_code}' "http://$EXPORTER_AT/-/reload" | tr '\n' ' ')
}

lifecycle() {
	reload GET
	has "GET does not reload" "$OUT" "only POST, PUT here  405$"
	reload POST
	has "it is off unless wanted" "$OUT" "--web.enable-lifecycle.* 403$"
	exporter_end TERM
	EXPORTER_OPTIONS=(--web.enable-lifecycle)
	exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log" || return
	reload POST
	is "POST reloads" "$OUT" "configuration loaded: 4 targets  200"
	configure ', { host = "127.0.0.9"; services = [ "silent" ]; }'
	reload PUT
	is "PUT reloads" "$OUT" "configuration loaded: 5 targets  200"
	configure ', { host = "127.0.0.9"; services = [ "silnt" ]; }, { hast = "x"; }'
	reload POST
	has "what is wrong is said" "$OUT" "not loaded, .*mailvane.conf:[0-9]+: there is no service .not shown. .*and [0-9]+ more errors  500$"
	lacks "without words of the file, which the client may not be allowed to read" "$OUT" "silnt"
	fetch /metrics
	has "the one before stays" "$OUT" '^mailvane_targets 5$'
	configure
	reload POST
}

# The plan of a configuration in the words of its dump.
dump() {
	exporter_start "$1" "$SIM/other.log" || return
	fetch /config
	exporter_end TERM
}

# A dump is a configuration that comes to the same dump.
configuration() {
	fetch /config
	is "/config is text" "$STATUS $TYPE" "200 text/plain; charset=utf-8"
	has "defaults are filled in" "$OUT" '^  timeout_offset = "500ms";$'
	has "of each server, too" "$OUT" '^    retry_interval = "2s";$'
	has "paths are absolute" "$OUT" "^ca_file = \"$SIM/ca.pem\";"
	has "what came from a target file" "$OUT" '^    name = "from-csv";$'
	has "built-in services" "$OUT" '^    name = "submissions";$'
	lacks "no password" "$OUT" "$SIM_PASSWORD"
	echo "$OUT" >"$SIM/effective.conf"
	cp "$SIM/effective.conf" "$SIM/first"
	exporter_end TERM
	dump "$SIM/effective.conf"
	is "read again it is the same" "$(diff <(grep -v '^# target_files' "$SIM/first") <(echo "$OUT"))" ""
}

# valid WHAT: $OUT fits the schema.
valid() {
	is "$1 fits its schema" "$("$PYTHON" -W ignore -c '
import json, jsonschema, sys
schema, status = (json.load(open(f)) for f in sys.argv[1:])
for e in jsonschema.Draft7Validator(schema).iter_errors(status): print(list(e.path), e.message[:200])
' "$ROOT/conf/status.schema.json" <(echo "$OUT") 2>&1)" ""
}

store_probed() {
	fetch /api/v1/status
	[ "$(jq '[.targets[] | select(.service == "store").results[]] | length' <<<"$OUT")" = 1 ]
}

status() {
	exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log" || return
	fetch /api/v1/status
	is "/api/v1/status is JSON" "$STATUS $TYPE" "200 application/json"
	holds "with results" within 10 store_probed
	valid "the status"
	is "every target is in it" "$(jq -r '.targets[] | "\(.server)/\(.service)"' <<<"$OUT" | tr '\n' ' ')" \
		'from-csv/silent plain "A"/expired plain "A"/good safe/store '
	is "a mailbox" "$(jq -r '.targets[] | select(.service == "store") | .results[0] | "\(.state) \(.messages) \(.address) \(.certificate.verified)"' <<<"$OUT")" \
		"OK 7 127.0.0.1 true"
	is "an account by its name" "$(jq -r '.targets[] | select(.service == "store").account' <<<"$OUT")" probe
	lacks "no password" "$OUT" "$SIM_PASSWORD|$SIM_USER"
	fetch "/api/v1/status?server=safe"
	is "one server" "$(jq -r '.targets[].server' <<<"$OUT")" safe
	fetch "/api/v1/status?state=ok"
	is "one state" "$(jq -r '.targets[].results[].state' <<<"$OUT" | sort -u)" OK
	fetch "/api/v1/status?server=nobody"
	is "nobody" "$(jq -c .targets <<<"$OUT")" "[]"
	fetch "/api/v1/status?state=fine"
	has "no state" "$STATUS $OUT" "^400 state must be"
}

# Two that share the servers.
fleet() {
	local ordinal all='' before
	for ordinal in 0 1; do
		EXPORTER_OPTIONS=(--shard="$ordinal" --total-shards=2)
		exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log" || return
		fetch /sd
		all+=$(jq -r '.[].labels | "\(.server)/\(.service) "' <<<"$OUT")$'\n'
		before=$(jq length <<<"$OUT")
		fetch /metrics
		is "shard $ordinal says which it is" "$(sed -n 's/^mailvane_\(shard_ordinal\|total_shards\|targets\) //p' <<<"$OUT" | sort | tr '\n' ' ')" \
			"$(printf '%s\n' "$ordinal" 2 "$before" | sort | tr '\n' ' ')"
		fetch "/api/v1/verdict?server=nobody"
		has "and that a server may be another's" "$OUT" "or it is not of shard $ordinal of 2"
		exporter_end TERM
	done
	is "both have all, each once" "$(sort <<<"$all" | sed '/^$/d' | tr -d '\n')" \
		'from-csv/silent plain "A"/expired plain "A"/good safe/store '
	run "$EXPORTER" --config.file="$SIM/mailvane.conf" --shard=2 --total-shards=2
	is "one too many is refused" "$CODE $ERR" "2 mailvane_exporter: shard 2 of 2: shards are counted from 0"
	EXPORTER_OPTIONS=()
}

trap 'exporter_end KILL; sim_stop' EXIT
sim_start "$(scenario)" || exit 1
configure
exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log" || exit 1
lifecycle
configuration
status
exporter_end TERM
is "it ends well" "$CODE" 0
fleet
finish
