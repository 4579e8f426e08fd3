#!/usr/bin/env bash
# Clients that open connections and read no answers: after each attack /metrics is answered
# within a second, and slots and descriptors are as before.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./prober.sh

# As the attack that once stopped the exporter for good.
BURSTS=4 BURST=400
# More connections than there are slots.
MANY=700

WEB=$(mktemp -d "${TMPDIR:-/tmp}/mailvane-web.XXXXXX") || exit 1
trap 'exporter_end KILL; rm -rf "$WEB"' EXIT

# Enough targets that an answer does not fit into the buffers on the way.
configure() {
	local i
	cat >"$WEB/mailvane.conf" <<-CONF
		interval = "1h"; timeout = "1s"; ehlo_name = "monitor.example.com";
		services = ( { name = "far"; protocol = "smtp"; port = 1; tls = "none"; } );
		target_files = [ "many.csv" ];
	CONF
	echo "name,host,services,account,labels" >"$WEB/many.csv"
	for ((i = 0; i < 2000; i++)); do echo "s$i,127.0.0.1,far,,"; done >>"$WEB/many.csv"
}

# slots STATE: of the metric, from one scrape.
slots() { curl -sS --max-time 20 "http://$EXPORTER_AT/metrics" | sed -n "s/^mailvane_http_slots{state=\"$1\"} //p"; }

# All are free but that of the scrape itself.
slots_are_free() { [ "$(slots free)" = 639 ]; }

descriptors() { ls "/proc/$EXPORTER_PID/fd" | wc -l; }

descriptors_are_back() { [ "$(descriptors)" -le "$1" ]; }

# How long a scrape takes, in ms.
scrape_ms() {
	local from
	from=$(now_ms)
	STATUS=$(curl -sS -o "$WEB/body" -w '%{http_code}' --max-time 20 "http://$EXPORTER_AT/metrics" 2>&1)
	TOOK=$(($(now_ms) - from))
}

# attack WHAT STORY TIMES CONNECTIONS: what holds after it.
attack() {
	local before idle
	before=$(descriptors)
	for ((i = 0; i < $3; i++)); do
		OUT=$(python3 burst.py "$EXPORTER_AT" "$2" "$4" 2>&1)
		[ -z "$OUT" ] || echo "     | $OUT"
	done
	exec {idle}<>"/dev/tcp/${EXPORTER_AT/://}"
	scrape_ms
	is "$1: /metrics is answered beside an idle connection" "$STATUS" 200
	below "$1: soon, with the rest of the attack still in the sockets ($TOOK ms)" "$TOOK" $((5000 + 3 * ALONE))
	scrape_ms
	is "$1: and again" "$STATUS" 200
	below "$1: within a second ($TOOK ms, $ALONE ms without an attack)" "$TOOK" $((1000 + 3 * ALONE))
	exec {idle}>&-
	holds "$1: all slots are free again" within 20 slots_are_free
	holds "$1: all descriptors are back ($before)" within 20 descriptors_are_back "$before"
}

configure
exporter_start "$WEB/mailvane.conf" "$WEB/log" || { finish; exit 1; }
holds "the first look at the slots" within 20 slots_are_free
scrape_ms
ALONE=$TOOK
attack "closed unread" unread "$BURSTS" "$BURST"
attack "reset" resets "$BURSTS" "$BURST"
attack "kept longer than an answer is safe" stay 1 "$BURST"
attack "left idle after a request" idle 1 "$MANY"
has "left idle: others are answered beside them" "$OUT" '^beside True: HTTP/1.1 200'
exporter_end TERM
is "it ends with 0" "$CODE" 0
finish
