#!/usr/bin/env bash
# The exporter with servers that are hostile or silent: their replies must not break a page, and their
# silence must not delay the end of the exporter. mailsim plays the servers.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh

# Markup, quotes, a bar, escapes of a terminal, a change of direction, broken UTF-8, a backslash.
HOSTILE='554 5.7.1 <script>alert(1)</script> "&amp;" '"'"'x'"'"' | \\x1b[31mred\\x1b[0m \\xe2\\x80\\xaedesrever \\xff\\xfe C:\\\\new\\\\n'

scenario() {
	echo "user $SIM_USER $SIM_PASSWORD"
	echo "listen smtp 127.0.0.1:0 name=good tls=starttls"
	echo "listen imap 127.0.0.1:0 name=store tls=implicit messages=7"
	echo "listen smtp 127.0.0.1:0 name=hostile tls=none"
	printf 'reply GREETING "%b"\n' "${HOSTILE//\"/\\\\\"}"
	echo "listen smtp 127.0.0.1:0 name=silent tls=none fault=silence"
	echo "listen imap 127.0.0.1:0 name=mute tls=implicit fault=silence@tls"
	echo "listen smtp 127.0.0.1:0 name=changing tls=none every=2 fault=busy"
}

service() {
	echo "{ name = \"$1\"; protocol = \"$2\"; port = ${SIM_PORT[$1]}; tls = \"$3\"; }"
}

configure() {
	cat >"$SIM/mailvane.conf" <<-CONF
		interval = "2s"; retry_interval = "1s"; timeout = "2s"; confirm = 1;
		ca_file = "$SIM/ca.pem";
		accounts = ( { name = "probe"; user = "$SIM_USER"; password_file = "password"; } );
		services = ( $(service good smtp starttls), $(service store imap implicit),
		  $(service hostile smtp none), $(service silent smtp none), $(service mute imap implicit),
		  $(service changing smtp none) );
		servers = (
		  { name = "plain"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; services = [ "hostile", "silent", "changing" ];
		    labels = { note = "<b>\"bold\" & 'brave'</b>"; }; },
		  { name = "safe"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; account = "probe";
		    services = [ "good", "store", "mute" ]; histogram = true; }
		);
	CONF
}

probed() {
	fetch /metrics
	[ "$(verdicts "$OUT" | wc -l)" -eq 6 ]
}

changes() { grep -c 'service=changing' "$SIM/exporter.log"; }
changed_twice() { [ "$(changes)" -ge 2 ]; }

hostile() {
	exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log" || return
	holds "every target is probed" within 15 probed
	clean_metrics "/metrics" "$OUT"
	clean_openmetrics "/metrics"
	has "a histogram of each service" "$OUT" '^mailvane_service_probe_duration_seconds_count\{service="hostile"\} [1-9]'
	has "a histogram of a target, where it is wanted" "$OUT" '^mailvane_target_probe_duration_seconds_bucket\{server="safe",service="good",le="\+Inf"\} [1-9]'
	lacks "and nowhere else" "$OUT" '^mailvane_target_probe_duration_seconds_count\{server="plain"'
	verdict_is "hostile" "$OUT" "plain hostile" CRITICAL rejected/greeting
	verdict_is "silent" "$OUT" "plain silent" CRITICAL timeout/greeting
	verdict_is "mute" "$OUT" "safe mute" CRITICAL timeout/tls
	verdict_is "good" "$OUT" "safe good" OK ok
	has "messages in the mailbox" "$OUT" '^mailvane_mailbox_messages\{.*service="store".*\} 7$'
	lacks "no control character in /metrics" "$OUT" $'[\x01-\x08\x0b-\x1f\x7f]'
	fetch /
	clean_page "/" "$OUT"
	has "the words of the hostile one are shown" "$OUT" '554 5\.7\.1'
	has "as text" "$OUT" '&(lt|#60);script&(gt|#62);alert\(1\)'
	lacks "not as markup" "$OUT" '<script>alert|<b>.bold'
	lacks "without control characters and changes of direction" "$OUT" $'[\x01-\x08\x0b-\x1f\x7f]|\xe2\x80\xae'
	holds "as valid UTF-8" iconv -f UTF-8 -t UTF-8 -o /dev/null <<<"$OUT"
	holds "a change and the change back are logged" within 10 changed_twice
	lacks "the log has no control character either" "$(cat "$SIM/exporter.log")" $'[\x01-\x08\x0b-\x1f\x7f]'
}

# Two servers say nothing: probes of them are always under way.
ending() {
	local signal
	for signal in TERM INT; do
		[ -n "$EXPORTER_PID" ] || exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log" || return
		within 5 in_flight || not_ok "a probe is under way"
		exporter_end "$signal"
		is "SIG$signal in the middle of a probe ends it with 0" "$CODE" 0
		below "at once" "$TOOK" "$ENDING_MS"
	done
}

in_flight() {
	fetch /metrics
	grep -qE '^mailvane_probes_in_flight [1-9]' <<<"$OUT"
}

refusals() {
	run "$EXPORTER"
	is "no configuration: exit code" "$CODE" 2
	has "no configuration: says what to do" "$ERR" "config\.file"
	run "$EXPORTER" --config.file="$SIM/none.conf" --once
	is "a configuration that is not there: exit code" "$CODE" 1
	has "and its name" "$ERR" "none\.conf"
	run "$EXPORTER" --confg.file=x
	has "an option mistyped: did you mean" "$ERR" "did you mean '--config\.file'"
}

trap 'exporter_end KILL; sim_stop' EXIT
sim_start "$(scenario)" || { finish; exit 1; }
configure
hostile
ending
refusals
sim_manners
finish
