#!/usr/bin/env bash
# The exporter against real servers: verdicts, pages, reload, log, manners.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./lab.sh
. ./manners.sh
. ./prober.sh

trap 'exporter_end KILL; lab_stop' EXIT
lab_requires || skip "no laboratory here"
lab_start || exit 1
CONFIG=$LAB/mailvane.conf LOG=$LAB/exporter.log

# One service for each port of the lab; of the broken ones too.
services() {
	local name protocol tls
	for name in $LAB_GOOD $LAB_CAREFUL $LAB_BROKEN refused; do
		protocol=smtp tls=starttls
		case $name in
		imap* | pop3*) protocol=${name%s} ;;
		lmtp | sieve) protocol=$name ;;
		esac
		case $name in
		submissions | imaps | pop3s) tls=implicit ;;
		smtp | lmtp | rejecting | slow) tls=opportunistic ;;
		esac
		echo "  { name = \"$name\"; protocol = \"$protocol\"; port = ${PORT[$name]}; tls = \"$tls\"; },"
	done
	echo "  { name = \"lenient\"; protocol = \"smtp\"; port = ${PORT[no_starttls]}; tls = \"opportunistic\"; }"
}

quoted() { sed -E 's/[[:space:]]+/ /g; s/^ | $//g; s/([^ ]+)/"\1"/g; s/ /, /g' <<<"$*"; }

# configure [MORE-SERVERS]
configure() {
	cat >"$CONFIG" <<-CONF
		interval = "4s"; retry_interval = "2s"; timeout = "4s";
		ehlo_name = "monitor.lab.test";
		ca_file = "$LAB/tls/root.pem";
		resolvers = "127.0.0.1:${PORT[refused]}";
		accounts = ( { name = "probe"; user = "$LAB_USER"; password_file = "password"; },
		             { name = "wrong"; user = "$LAB_USER"; password_file = "wrong_password"; } );
		services = (
		$(services)
		);
		servers = (
		  { name = "postfix"; host = "127.0.0.1"; tls_name = "$LAB_NAME";
		    services = [ "smtp", "greylisting", "postscreen", "slow", "lenient" ];
		    labels = { site = "lab"; }; },
		  { name = "submit"; host = "127.0.0.1"; tls_name = "$LAB_NAME"; account = "probe";
		    services = [ "submission", "submissions" ]; },
		  { name = "dovecot"; host = "127.0.0.2"; tls_name = "$LAB_NAME"; account = "probe";
		    services = [ "imap", "imaps", "pop3", "pop3s", "sieve" ]; },
		  { name = "delivery"; host = "127.0.0.2"; tls_name = "$LAB_NAME"; services = [ "lmtp" ]; },
		  { name = "customer"; host = "127.0.0.2"; tls_name = "mail.customer.test"; services = [ "imaps" ]; },
		  { name = "unnamed"; host = "127.0.0.1"; services = [ "smtp", "submissions" ]; },
		  { name = "broken"; host = "127.0.0.1"; tls_name = "$LAB_NAME";
		    services = [ "wrong_name", "leaf_only", "expired", "self_signed", "not_yet", "expiring",
		                 "no_starttls", "rejecting", "tls10", "client_cert", "refused" ]; },
		  { name = "hasty"; host = "127.0.0.1"; tls_name = "$LAB_NAME"; timeout = "1s"; services = [ "slow" ]; },
		  { name = "nowhere"; host = "no-such-name.invalid"; services = [ "imaps" ]; }$1
		);
	CONF
}

# SERVER SERVICE STATE PAIR of everything configured.
ALL='broken client_cert CRITICAL unavailable/capability
broken expired CRITICAL cert_expired/tls
broken expiring WARNING cert_expiring/tls
broken leaf_only CRITICAL cert_untrusted/tls
broken no_starttls CRITICAL starttls_unavailable/starttls
broken not_yet CRITICAL cert_not_yet_valid/tls
broken refused CRITICAL refused/connect
broken rejecting CRITICAL rejected/greeting
broken self_signed CRITICAL cert_untrusted/tls
broken tls10 CRITICAL tls_version/tls
broken wrong_name CRITICAL cert_name/tls
customer imaps OK ok
delivery lmtp OK ok
dovecot imap OK ok
dovecot imaps OK ok
dovecot pop3 OK ok
dovecot pop3s OK ok
dovecot sieve OK ok
hasty slow CRITICAL timeout/greeting
nowhere imaps UNKNOWN resolver_unavailable/dns
postfix greylisting OK ok
postfix lenient OK ok
postfix postscreen OK ok
postfix slow OK ok
postfix smtp OK ok
submit submission OK ok
submit submissions OK ok
unnamed smtp OK ok
unnamed submissions OK ok'

# as_expected WHAT METRICS: one assertion for each target.
as_expected() {
	local server service state pair
	while read -r server service state pair; do
		verdict_is "$1: $server $service" "$2" "$server $service" "$state" "$pair"
	done <<<"$EXPECTED"
	is "$1: these targets and no others" "$(verdicts "$2" | cut -d' ' -f1,2)" \
		"$(cut -d' ' -f1,2 <<<"$EXPECTED")"
}

# The hasty one is left out of --once: a program that ends cannot wait for the greeting of a
# server it has given up.
by_hand() {
	local EXPECTED
	EXPECTED=$(grep -v ^hasty <<<"$ALL")
	run "$EXPORTER" --config.file="$CONFIG" --config.check
	is "--config.check accepts it" "$CODE" 0
	sed '/"hasty"/d' "$CONFIG" >"$LAB/once.conf"
	run "$EXPORTER" --config.file="$LAB/once.conf" --once
	is "--once ends with 0" "$CODE" 0
	clean_metrics "--once" "$OUT"
	as_expected "--once" "$OUT"
	sed 's/"imaps", //; s/interval/intervall/' "$CONFIG" >"$LAB/mistaken.conf"
	run "$EXPORTER" --config.file="$LAB/mistaken.conf" --config.check
	is "--config.check refuses a mistake" "$CODE" 1
	has "and says where and what" "$ERR$OUT" "mistaken\.conf:1.*intervall.*interval"
}

# Everything was probed and those with a deadline of their own have left.
all_probed() {
	fetch /metrics
	[ "$(verdicts "$OUT" | wc -l)" -eq "$(wc -l <<<"$EXPECTED")" ] && [ "$(fewest_probes)" -ge "${1:-1}" ]
}

fewest_probes() {
	sed -n 's/^mailvane_probes_total{.* //p' <<<"$OUT" | sort -n | head -n 1
}

daemon() {
	exporter_start "$CONFIG" "$LOG" || return
	fetch /-/healthy
	is "/-/healthy" "$STATUS" 200
	holds "every target is probed three times" within 30 all_probed 3
	fetch /-/ready
	is "/-/ready" "$STATUS" 200
	fetch /nothing
	is "no such page" "$STATUS" 404
	fetch /metrics
	is "/metrics" "$STATUS" 200
	has "/metrics: its type" "$TYPE" '^text/plain; *version=0\.0\.4'
	clean_metrics "/metrics" "$OUT"
	clean_openmetrics "/metrics"
	as_expected "/metrics" "$OUT"
	has "the server's labels are there" "$OUT" '^mailvane_probe_state\{.*site="lab".*\} 0$'
	has "the mailbox was looked into" "$OUT" '^mailvane_mailbox_messages\{.*server="dovecot".*\} 0$'
	lacks "no password in /metrics" "$OUT" "$LAB_PASSWORD"
}

page() {
	local server rest
	fetch /
	is "/" "$STATUS" 200
	has "/: its type" "$TYPE" '^text/html; *charset=utf-8'
	clean_page "/" "$OUT"
	for server in postfix submit dovecot delivery customer broken hasty nowhere; do
		has "/ shows $server" "$OUT" "$server"
	done
	while read -r rest; do
		has "/ says: $rest" "$OUT" "$rest"
	done <<-'REASONS'
		expired
		not.* trusted|untrusted
		lab\.dnsbl\.test
		STARTTLS
		mail\.lab\.test
		refused
	REASONS
	lacks "no password in /" "$OUT" "$LAB_PASSWORD"
}

# A line for each target at most, although each was probed three times.
log() {
	local twice
	twice=$(grep -E ' service=' "$LOG" | sed -E 's/.*(server=[^ ]+).*(service=[^ ]+).*/\1 \2/' | sort | uniq -d)
	is "the log has a line for a change, not for a probe" "$twice" ""
	has "the log tells of a broken target" "$(cat "$LOG")" 'server=broken.*service=expired.*cert_expired'
	lacks "no password in the log" "$(cat "$LOG")" "$LAB_PASSWORD"
}

target_count_is() {
	fetch /metrics
	grep -qx "mailvane_targets $1" <<<"$OUT"
}

reload_failed() {
	fetch /metrics
	grep -qx "mailvane_config_last_reload_successful 0" <<<"$OUT"
}

reload() {
	local count
	count=$(wc -l <<<"$EXPECTED")
	configure ", { name = \"added\"; host = \"127.0.0.1\"; tls_name = \"$LAB_NAME\"; services = [ \"smtp\" ]; }"
	kill -HUP "$EXPORTER_PID"
	holds "SIGHUP takes a good configuration" within 5 target_count_is $((count + 1))
	EXPECTED=$(sort <<<"$EXPECTED"$'\nadded smtp OK ok')
	holds "the added target is probed" within 5 all_probed
	as_expected "after the reload" "$OUT"
	echo 'nonsense = ' >>"$CONFIG"
	kill -HUP "$EXPORTER_PID"
	holds "SIGHUP refuses a bad one" within 5 reload_failed
	has "and says where" "$(tail -n 3 "$LOG")" "mailvane\.conf:[0-9]+"
	holds "and keeps the old one" target_count_is $((count + 1))
}

nothing_in_flight() {
	fetch /metrics
	grep -qx "mailvane_targets 1" <<<"$OUT" && grep -qx "mailvane_probes_in_flight 0" <<<"$OUT"
}

# Nothing is left that the signal could interrupt: targets taken away are left politely.
calm_down() {
	cat >"$CONFIG" <<-CONF
		servers = ( { name = "nowhere"; host = "127.0.0.1"; services = [ "other" ]; } );
		services = ( { name = "other"; protocol = "imap"; port = ${PORT[refused]}; tls = "implicit"; } );
	CONF
	kill -HUP "$EXPORTER_PID"
	holds "targets taken away are probed no more" within 10 nothing_in_flight
	holds "and their sessions end" within 10 sessions_logged
}

EXPECTED=$ALL
configure
by_hand
daemon
page
log
reload
calm_down
exporter_end TERM
is "SIGTERM ends it with 0" "$CODE" 0
below "at once" "$TOOK" "$ENDING_MS"
is "nothing on stdout" "$(cat "$LOG.out")" ""
manners
finish
