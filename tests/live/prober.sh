# shellcheck shell=bash disable=SC2034,SC2154
# Sourced behind assert.sh: runs an exporter and reads its answers.

# It has a second to end; a sanitizer's search for leaks comes on top. packaging/quickstart
# --check holds the program that is installed to the second.
ENDING_MS=3000
EXPORTER_PID=
EXPORTER_AT=
# More of its options, and the path that tells that it is up.
EXPORTER_OPTIONS=()
EXPORTER_PATH=/-/healthy

# A free port below the ephemeral range.
free_port() {
	local port try
	for try in {1..100}; do
		port=$((10000 + RANDOM % 20000))
		if ! grep -qsi ":$(printf %04x "$port") [0-9a-f]*:0000 0A" /proc/net/tcp /proc/net/tcp6; then
			echo "$port"
			return
		fi
	done
	echo "no free port after $try tries" >&2
	return 1
}

# exporter_start CONFIG LOG
exporter_start() {
	local port
	port=$(free_port) || return 1
	EXPORTER_AT=127.0.0.1:$port
	"${WRAP[@]}" "$EXPORTER" --config.file="$1" --web.listen-address="$EXPORTER_AT" \
		"${EXPORTER_OPTIONS[@]}" \
		</dev/null >"$2.out" 2>"$2" &
	EXPORTER_PID=$!
	if ! within 20 exporter_answers; then
		not_ok "the exporter answers" "$(tail -n 20 "$2")"
		return 1
	fi
}

exporter_answers() { curl -fsS -o /dev/null "http://$EXPORTER_AT$EXPORTER_PATH" 2>/dev/null; }

# exporter_end SIGNAL: leaves $CODE and $TOOK (ms).
exporter_end() {
	local from
	[ -n "$EXPORTER_PID" ] || return 0
	from=$(now_ms)
	kill "-$1" "$EXPORTER_PID" 2>/dev/null
	wait "$EXPORTER_PID"
	CODE=$?
	TOOK=$(($(now_ms) - from))
	EXPORTER_PID=
}

# fetch PATH: the body; what else there was is in $STATUS and $TYPE.
fetch() {
	local facts
	BODY=$(mktemp)
	facts=$(curl -sS -o "$BODY" -w '%{http_code} %{content_type}' "http://$EXPORTER_AT$1" 2>&1)
	STATUS=${facts%% *} TYPE=${facts#* }
	OUT=$(cat "$BODY")
	rm -f "$BODY"
}

# verdicts METRICS: a line "SERVER SERVICE STATE FAULT/PHASE" (or ok) for each target.
verdicts() {
	awk '
		function label(name,   at) {
			at = index($0, name "=\"")
			return at ? substr($0, at + length(name) + 2, index(substr($0, at + length(name) + 2), "\"") - 1) : ""
		}
		BEGIN { split("OK WARNING CRITICAL UNKNOWN", words, " ") }
		/^mailvane_probe_state\{/ { state[label("server") " " label("service")] = words[$NF + 1] }
		/^mailvane_probe_fault\{/ { pair[label("server") " " label("service")] = label("fault") "/" label("phase") }
		END { for (t in state) print t, state[t], (t in pair ? pair[t] : "ok") }' <<<"$1" | sort
}

# verdict_is WHAT METRICS "SERVER SERVICE" STATE PAIR; PAIR is a pattern.
verdict_is() {
	local found
	found=$(verdicts "$2" | sed -n "s|^$3 ||p")
	has "$1: $4 $5" "$found" "^$4 $5\$"
}

# clean_metrics WHAT METRICS: promtool has nothing to say.
clean_metrics() {
	is "$1: promtool has no complaint" "$(promtool check metrics <<<"$2" 2>&1)" ""
}

# clean_openmetrics WHAT: nor has the strict parser of python3-prometheus-client to what a
# Prometheus is given that asks as 2.42 does, in gzip.
clean_openmetrics() {
	local text
	text=$(curl -sS --compressed -H "Accept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5" \
		"http://$EXPORTER_AT/metrics")
	has "$1: OpenMetrics to who asks for it" "$text" '^# EOF$'
	is "$1: the parser has no complaint" "$(/usr/bin/python3 -c '
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
families = list(parse(sys.stdin.read()))
if not sum(len(f.samples) for f in families) > 100: print("too few samples")' 2>&1 < <(printf '%s\n' "$text") | tail -n 3)" ""
}

# clean_page WHAT PAGE: tidy has nothing to say; it does not know aria-current yet.
clean_page() {
	is "$1: valid HTML" "$(tidy -q -e --warn-proprietary-attributes no <<<"$2" 2>&1)" ""
}
