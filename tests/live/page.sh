#!/usr/bin/env bash
# The page in Debian's Chromium, driven by page.py; mailsim plays the servers.
#
#   tests/live/page.sh                               the test
#   tests/live/page.sh --pictures DIRECTORY MINUTES  the pictures of the README, after so long
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh

trap 'exporter_end KILL; sim_stop' EXIT
for PROGRAM in chromium python3; do
	command -v "$PROGRAM" >/dev/null || skip "no $PROGRAM here"
done

# Markup, quotes, a bar, escapes of a terminal, changes of direction, letters from right to left,
# broken UTF-8, a backslash.
HOSTILE='554 5.7.1 <script>alert(1)</script> <b>"&amp;"</b> | \\x1b[31mred\\x1b[0m \\xe2\\x80\\xaedesrever\\xe2\\x81\\xa7 \\xd7\\xa9\\xd7\\x9c\\xd7\\x95\\xd7\\x9d \\xff C:\\\\new'

scenario() {
	echo "user $SIM_USER $SIM_PASSWORD"
	echo "listen smtp 127.0.0.1:0 name=smtp tls=starttls login=never"
	echo "listen smtp 127.0.0.1:0 name=submission tls=starttls fault=delay@capability:40"
	echo "listen smtp 127.0.0.1:0 name=submissions tls=implicit"
	echo "listen smtp 127.0.0.1:0 name=submission-old tls=none login=never"
	echo "listen smtp 127.0.0.1:0 name=smtp-relay tls=none login=never"
	printf 'reply GREETING "%b"\n' "${HOSTILE//\"/\\\\\"}"
	echo "listen smtp 127.0.0.1:0 name=smtp-grey tls=none login=never"
	echo 'reply GREETING "451 4.7.1 Greylisting in action, please come back later"'
	echo "listen smtp 127.0.0.1:0 name=smtp-backup tls=none login=never every=${1:-2} fault=busy"
	echo "listen imap 127.0.0.1:0 name=imap tls=starttls messages=7"
	echo "listen imap 127.0.0.1:0 name=imaps tls=implicit messages=7 fault=delay@auth:90"
	echo "listen imap 127.0.0.1:0 name=imaps-users tls=implicit fault=login-down"
	echo "listen imap 127.0.0.1:0 name=imaps-archive tls=implicit cert=expiring"
	echo "listen pop3 127.0.0.1:0 name=pop3s tls=implicit messages=7"
	echo "listen sieve 127.0.0.1:0 name=sieve tls=starttls"
}

services() {
	local name protocol tls
	while read -r name protocol _ _ tls; do
		[ -n "$tls" ] || continue
		[ "$name" != submission-old ] || tls=starttls
		echo "{ name = \"$name\"; protocol = \"$protocol\"; port = ${SIM_PORT[$name]}; tls = \"$tls\";" \
			"login = $([ "$name" = smtp ] && echo false || echo true); },"
	done <"$SIM/ports"
}

# configure INTERVAL RETRY-INTERVAL
configure() {
	local all
	all=$(services)
	cat >"$SIM/mailvane.conf" <<-CONF
		interval = "$1"; retry_interval = "$2"; timeout = "2s"; ca_file = "$SIM/ca.pem";
		accounts = ( { name = "probe"; user = "$SIM_USER"; password_file = "password"; } );
		services = ( ${all%,} );
		servers = (
		  { name = "mx1.example.net"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; account = "probe";
		    services = [ "smtp", "submission", "submissions" ]; labels = { site = "fra1"; }; },
		  { name = "mx2.example.net"; host = "127.0.0.1"; tls_name = "$SIM_NAME";
		    services = [ "smtp-backup", "smtp-grey", "smtp-relay", "submission-old" ];
		    labels = { note = "<b>\"bold\" & 'brave'</b>"; site = "ams2"; }; },
		  { name = "store7.example.net"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; account = "probe";
		    services = [ "imap", "imaps", "imaps-archive", "imaps-users", "pop3s", "sieve" ]; },
		  { name = "old.example.org"; host = "no-such-name.invalid"; services = [ "imaps" ]; }
		);
	CONF
}

probed() {
	fetch /-/ready
	[ "$STATUS" = 200 ]
}

# Each line of page.py is an assertion; what follows a failed one is its detail.
in_the_browser() {
	local word what
	while read -r word what; do
		case $word in
		ok) ok "$what" ;;
		FAIL) not_ok "$what" ;;
		*) echo "     | $word $what" ;;
		esac
	done < <(python3 page.py test "http://$EXPORTER_AT" "$EXPORTER_PID" 2>&1 || echo "FAIL page.py comes to its end")
}

markup() {
	local path
	for path in / "/?q=smtp&state=problem" "/target?server=mx2.example.net&service=smtp-relay" \
		"/target?server=store7.example.net&service=imaps" "/target?server=none"; do
		fetch "$path"
		clean_page "$path" "$OUT"
		lacks "$path: no control character, no change of direction" "$OUT" \
			$'[\x01-\x08\x0b-\x1f\x7f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]'
		lacks "$path: no password" "$OUT" "$SIM_PASSWORD"
	done
}

if [ "${1:-}" = --pictures ]; then
	mkdir -p "$2" && PICTURES=$(cd "$2" && pwd) || exit 1
	sim_start "$(scenario 12)" || exit 1
	configure 20s 10s
	exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log" || exit 1
	within 60 probed
	sleep $((${3:-0} * 60))
	python3 page.py pictures "http://$EXPORTER_AT" "$PICTURES"
	exit
fi

sim_start "$(scenario)" || exit 1
configure 2s 1s
if exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log"; then
	holds "every target is probed" within 15 probed
	markup
	in_the_browser
	exporter_end TERM
	is "SIGTERM ends it with 0" "$CODE" 0
fi
finish
