#!/usr/bin/env bash
# The HTTP server: several sockets, a prefix, and clients that are slow or open many connections.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./prober.sh

# As many connections as a client with patience opens, and what it says on them.
SLOW=500
HALF=$'GET /mv/metrics HTTP/1.1\r\nHost: slow\r\nX-Slow: '
# The deadline of a request is 10 s, and looked at each second.
CUT_MS=14000

WEB=$(mktemp -d "${TMPDIR:-/tmp}/mailvane-web.XXXXXX") || exit 1
trap 'exporter_end KILL; [ -z "$DRIP" ] || kill "$DRIP" 2>/dev/null; rm -rf "$WEB"' EXIT
DRIP=

configure() {
	cat >"$WEB/mailvane.conf" <<-CONF
		interval = "2s"; timeout = "1s"; ehlo_name = "monitor.example.com";
		services = ( { name = "far"; protocol = "smtp"; port = 1; tls = "none"; } );
		servers = ( { name = "mx"; host = "127.0.0.1"; services = [ "far" ]; } );
	CONF
}

status_of() { curl -sS -o /dev/null -w '%{http_code}' "$@" 2>&1; }

sockets() {
	local second six
	second=$(free_port) && six=$(free_port) || return 1
	EXPORTER_OPTIONS=(--web.listen-address="127.0.0.1:$second" --web.route-prefix=/mv
		--web.listen-address="unix:$WEB/http.sock" --web.external-url=https://m.example.com/x)
	grep -qs . /proc/net/if_inet6 && EXPORTER_OPTIONS+=(--web.listen-address="[::1]:$six")
	EXPORTER_PATH=/mv/-/healthy
	exporter_start "$WEB/mailvane.conf" "$WEB/log" || return 1
	is "the second address answers" "$(status_of "http://127.0.0.1:$second/mv/metrics")" 200
	is "the Unix socket, too" "$(status_of --unix-socket "$WEB/http.sock" http://x/mv/metrics)" 200
	if grep -qs . /proc/net/if_inet6; then
		is "and IPv6" "$(status_of "http://[::1]:$six/mv/metrics")" 200
	fi
	has "all are in the log" "$(cat "$WEB/log")" "$EXPORTER_AT, 127.0.0.1:$second, unix:$WEB/http.sock"
}

# The headers of an answer that stay the same from one to the next. GET is sent in chunks where HEAD
# says how long it is.
headers() { curl -sS -D - -o /dev/null "$@" "http://$EXPORTER_AT$PATH_ASKED" | grep -viE '^(date|transfer-encoding|content-length):'; }

paths() {
	for PATH_ASKED in / /mv /mv/ /mv/metrics /mv/-/healthy /mv/-/ready /mv/api/v1/verdict \
		'/mv/api/v1/verdict?server=mx' /mv/nothing /metrics; do
		is "HEAD $PATH_ASKED is GET without a body" "$(headers -I)" "$(headers)"
	done
	has "/ leads to the external URL" "$(PATH_ASKED=/ headers)" '^Location: https://m\.example\.com/x/'
	has "its links work behind any prefix" "$(curl -sS "http://$EXPORTER_AT/mv/")" 'href="metrics"'
	lacks "none begins at the root" "$(curl -sS "http://$EXPORTER_AT/mv/")" '(href|src|action)="/'
}

# Half a request, then a byte every half second: what a client gets that never ends.
drip() {
	local from fd
	from=$(now_ms)
	exec {fd}<>"/dev/tcp/${EXPORTER_AT/://}" || return
	printf %s "$HALF" >&"$fd"
	while [ $(($(now_ms) - from)) -lt 30000 ] && printf x >&"$fd"; do
		read -rt 0.5 -u "$fd" _
		[ $? -gt 128 ] || break
	done 2>/dev/null
	echo $(($(now_ms) - from)) >"$WEB/drip"
}

open_slow() {
	local i fd
	for ((i = 0; i < SLOW; i++)); do
		exec {fd}<>"/dev/tcp/${EXPORTER_AT/://}" || return
		[ $((i % 2)) -eq 0 ] || printf %s "$HALF" >&"$fd"
		FDS+=("$fd")
	done 2>/dev/null
}

# The longest of ten scrapes, in ms.
longest_scrape() {
	local i from took longest=0
	for i in {1..10}; do
		from=$(now_ms)
		[ "$(status_of --max-time 20 "http://$EXPORTER_AT/mv/metrics")" = 200 ] || echo 99999
		took=$(($(now_ms) - from))
		[ "$took" -le "$longest" ] || longest=$took
	done
	echo "$longest"
}

greedy() {
	local alone beside fd
	FDS=()
	alone=$(longest_scrape)
	holds "$SLOW connections are opened that say half a request or nothing" open_slow
	beside=$(longest_scrape)
	below "a scrape beside them takes no longer ($alone ms, $beside ms)" "$beside" $((3 * alone + 500))
	for fd in "${FDS[@]}"; do
		exec {fd}>&-
	done
	is "and afterwards" "$(status_of "http://$EXPORTER_AT/mv/metrics")" 200
}

slow() {
	holds "a byte every half second is not enough" within 30 test -s "$WEB/drip"
	below "the request is cut at its deadline" "$(cat "$WEB/drip")" "$CUT_MS"
	below "and not before" 9000 "$(cat "$WEB/drip")"
	wait "$DRIP"
	DRIP=
}

refusals() {
	local option
	for option in --web.external-url=m.example.com --web.route-prefix=a%20b \
		--web.telemetry-path=/-/ready --web.systemd-socket --web.listen-address=nowhere; do
		run "$EXPORTER" --config.file="$WEB/mailvane.conf" "$option"
		has "$option: says what is wrong" "$ERR" "${option#--web.}|${option#*=}"
		below "$option: ends with an error" 0 "$CODE"
	done
}

# What is logged, by level and format: each line of JSON is one object.
logs() {
	EXPORTER_OPTIONS=(--log.format=json --log.level=debug) EXPORTER_PATH=/-/healthy
	exporter_start "$WEB/mailvane.conf" "$WEB/json" || return
	holds "each probe is logged at level debug" within 20 grep -q '"level":"debug","msg":"probed"' "$WEB/json"
	exporter_end TERM
	is "each line of JSON has time, level and msg" \
		"$(jq -r 'select((.time | type) != "string" or (.level | type) != "string" or (.msg | type) != "string")' "$WEB/json" 2>&1)" ""
	EXPORTER_OPTIONS=(--log.level=warn)
	exporter_start "$WEB/mailvane.conf" "$WEB/warn" || return
	exporter_end TERM
	lacks "less is logged at level warn" "$(cat "$WEB/warn")" 'level=(debug|info)'
}

configure
sockets || { finish; exit 1; }
paths
drip &
DRIP=$!
slow
greedy
exporter_end TERM
is "it ends with 0" "$CODE" 0
is "the Unix socket is gone" "$(ls "$WEB"/http.sock 2>/dev/null)" ""
refusals
logs
finish
