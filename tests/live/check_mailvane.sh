#!/usr/bin/env bash
# check_mailvane reads from a running exporter: the texts of check_mail and their age, and UNKNOWN
# within a second without an answer.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh

CHECK_MAILVANE=$BUILD/checks/check_mailvane
WORK=$(mktemp -d "${TMPDIR:-/tmp}/mailvane-ask.XXXXXX") || exit 1
SECOND_PID=
trap 'exporter_end KILL; [ -z "$SECOND_PID" ] || kill -KILL "$SECOND_PID" 2>/dev/null; sim_stop; rm -rf "$WORK"' EXIT

# asks WHAT STATE FIRST-LINE-REGEX ARGUMENT...
asks() {
	local what=$1 state=$2 words=$3
	shift 3
	run "$CHECK_MAILVANE" "$@"
	is "$what: $state" "${STATES[$CODE]:-exit code $CODE}" "$state"
	has "$what: says why" "${OUT%%$'\n'*}" "^MAIL $state - .*$words"
	is "$what: nothing on stderr" "$ERR" ""
}

# unknown WHAT REGEX ARGUMENT...: in one line, and within a second, beside what a busy machine
# takes to start the program at all.
unknown() {
	local what=$1 words=$2 limit
	shift 2
	run "$CHECK_MAILVANE" --version
	limit=$((1000 + 3 * TOOK))
	asks "$what" UNKNOWN "$words" "$@"
	is "$what: one line" "$(wc -l <<<"$OUT")" 1
	[ ${#WRAP[@]} -gt 0 ] || below "$what: within a second" "$TOOK" "$limit"
}

# What two probes of the same service differ in, made equal: times, and so the days left.
alike() { sed -E 's/[0-9]+(\.[0-9]+)?(us|ms|s|m|h|d)\b/N/g; s/(N ?)+/N/g; s/=[0-9.]+/=N/g'; }

# same NAME SERVICE: the report is that of check_mail, to the letter, and so is the exit code.
same() {
	local plugin code
	run "$CHECK_MAIL" -H 127.0.0.1 -s "$2" -p "${SIM_PORT[$1]}" --name "$SIM_NAME" --ca-file "$SIM/ca.pem"
	plugin=$OUT code=$CODE
	run "$CHECK_MAILVANE" --url "$URL" --server "$1" --service "$2"
	is "$1: the same state as check_mail" "$CODE" "$code"
	is "$1: the same text as check_mail" "$(sed '$d' <<<"$OUT" | alike)" "$(alike <<<"$plugin")"
	has "$1: and how old it is" "$(tail -n 1 <<<"$OUT")" \
		"^probed [0-9a-z ]+ ago, every 3s, by the exporter at .*\\|age=[0-9]+\\.[0-9]{3}s;;9\\.000;0$"
	is "$1: perfdata parses" "$(bad_perfdata "$OUT")" ""
}

configure() {
	cat >"$WORK/mailvane.conf" <<-CONF
		interval = "3s"; retry_interval = "3s"; timeout = "3s";
		ca_file = "$SIM/ca.pem";
		services = (
		  { name = "smtp"; protocol = "smtp"; port = ${SIM_PORT[smtp]}; tls = "starttls"; },
		  { name = "imaps"; protocol = "imap"; port = ${SIM_PORT[imaps]}; tls = "implicit"; },
		  { name = "pop3s"; protocol = "pop3"; port = ${SIM_PORT[expired]}; tls = "implicit"; },
		  { name = "submission"; protocol = "smtp"; port = ${SIM_PORT[blocked]}; tls = "starttls"; }
		);
		servers = (
		  { name = "smtp"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; services = [ "smtp" ]; },
		  { name = "imaps"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; services = [ "imaps" ]; },
		  { name = "expired"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; services = [ "pop3s" ]; },
		  { name = "blocked"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; services = [ "submission" ]; },
		  { name = "all of & <it>"; host = "127.0.0.1"; tls_name = "$SIM_NAME";
		    services = [ "smtp", "imaps", "pop3s" ]; },
		  { name = "later"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; services = [ "smtp" ]; interval = "1d"; }
		);
	CONF
}

# All servers, but the one that has its turn once a day.
probed() {
	local server
	for server in smtp imaps expired blocked; do
		"$CHECK_MAILVANE" --url "$URL" --server "$server" | grep -q "|age=" || return 1
	done
	"$CHECK_MAILVANE" --url "$URL" --server "all of & <it>" | grep -q '2 of 3 services well'
}

by_socket() {
	local socket=$WORK/exporter.sock
	"$EXPORTER" --config.file="$WORK/mailvane.conf" --web.listen-address="unix:$socket" \
		</dev/null >/dev/null 2>"$WORK/second.log" &
	SECOND_PID=$!
	URL=unix:$socket
	holds "an exporter answers at a Unix socket" within 20 probed
	is "owner and group may ask" "$(stat -c %a "$socket")" 660
	asks "by the socket" CRITICAL "certificate expired" --url "$URL" --server expired
	run timeout 10 "$EXPORTER" --config.file="$WORK/mailvane.conf" --web.listen-address="unix:$socket"
	is "a second exporter there is refused" "$CODE" 1
	has "and told why" "$ERR" "something else has this path"
	kill -KILL "$SECOND_PID"
	wait "$SECOND_PID" 2>/dev/null
	holds "a killed exporter leaves its socket" [ -S "$socket" ]
	unknown "nobody behind the socket" "Connection refused" --url "$URL" --server smtp
	"$EXPORTER" --config.file="$WORK/mailvane.conf" --web.listen-address="unix:$socket" \
		</dev/null >/dev/null 2>"$WORK/second.log" &
	SECOND_PID=$!
	holds "the next one takes its place" within 20 probed
	kill -TERM "$SECOND_PID"
	wait "$SECOND_PID"
	is "it ends with 0" "$?" 0
	SECOND_PID=
	holds "and takes its socket away" [ ! -e "$socket" ]
	unknown "no socket" "No such file" --url "$URL" --server smtp
}

sim_start '
listen smtp 127.0.0.1:0 name=smtp    tls=starttls
listen imap 127.0.0.1:0 name=imaps   tls=implicit
listen pop3 127.0.0.1:0 name=expired tls=implicit cert=expired
listen smtp 127.0.0.1:0 name=blocked tls=starttls
  reply GREETING "554 no|time=9s;;; entry"
listen smtp 127.0.0.1:0 name=greeter
listen smtp 127.0.0.1:0 name=silent  fault=silence
listen smtp 127.0.0.1:0 name=dripping fault=drip:300
listen smtp 127.0.0.1:0 name=endless fault=endless-line
listen smtp 127.0.0.1:0 name=half
  raw GREETING "HTTP/1.0 200 OK\r\nContent-Length: 100\r\n\r\nmailvane" then=silence
listen smtp 127.0.0.1:0 name=cut
  raw GREETING "HTTP/1.0 200 OK\r\nContent-Length: 100\r\n\r\nmailvane" then=close
listen smtp 127.0.0.1:0 name=other
  raw GREETING "HTTP/1.0 200 OK\r\n\r\n<html>\r\n" then=close' || { finish; exit 1; }
configure
exporter_start "$WORK/mailvane.conf" "$WORK/exporter.log" || { finish; exit 1; }
URL=http://$EXPORTER_AT
holds "everything is probed" within 20 probed

same smtp smtp
same imaps imaps
same expired pop3s
same blocked submission
asks "all services of a server" CRITICAL "2 of 3 services well.*expired" --url "$URL" --server "all of & <it>"
is "a line for each" "$(grep -cE '^[a-z0-9]+ \(port' <<<"$OUT")" 3
lacks "what a server says is no perfdata" "$OUT" "time=9s"
asks "its host name works, too" OK "works" --url "http://localhost:${EXPORTER_AT##*:}/" --server smtp

asks "too old" UNKNOWN "more than 1ms; last known:" --url "$URL" --server smtp --max-age 1ms
has "too old: what was known" "$OUT" "^MAIL OK - 127.0.0.1 smtp"
lacks "too old: no values of then" "$OUT" "smtp_time="
asks "not too old" OK "works" --url "$URL" --server smtp --max-age 1h
unknown "not probed yet" "not probed yet" --url "$URL" --server later
unknown "no such server" "did you mean 'imaps'" --url "$URL" --server imap
unknown "no such service" "did you mean 'imaps'" --url "$URL" --server imaps --service imap
unknown "mistyped option" "did you mean --server" --sever smtp
unknown "no server given" "give its name" --url "$URL"
unknown "no TLS here" "Unix socket" --url https://127.0.0.1 --server smtp
unknown "no URL" "http://HOST:PORT or unix:PATH" --url 127.0.0.1:19025 --server smtp
unknown "not an exporter" "not HTTP" --url "http://127.0.0.1:${SIM_PORT[greeter]}" --server smtp
unknown "one that says nothing" "within 900ms" --url "http://127.0.0.1:${SIM_PORT[silent]}" --server smtp
unknown "one that drips" "not HTTP" --url "http://127.0.0.1:${SIM_PORT[dripping]}" --server smtp
unknown "one that stops half-way" "within 900ms" --url "http://127.0.0.1:${SIM_PORT[half]}" --server smtp
unknown "one that is cut off" "cut off" --url "http://127.0.0.1:${SIM_PORT[cut]}" --server smtp
unknown "another program" "no mailvane_exporter of this version" --url "http://127.0.0.1:${SIM_PORT[other]}" --server smtp
unknown "one that never ends" "not HTTP" --url "http://127.0.0.1:${SIM_PORT[endless]}" --server smtp
unknown "another path" "answers 404" --url "$URL/elsewhere" --server smtp
unknown "nobody there" "Connection refused" --url "http://127.0.0.1:$(free_port)" --server smtp
kill -STOP "$EXPORTER_PID"
unknown "an exporter that hangs" "within 900ms" --url "$URL" --server smtp
asks "a time limit given" UNKNOWN "within 200ms" --url "$URL" --server smtp -t 200ms
kill -CONT "$EXPORTER_PID"
within 10 probed
asks "it goes on" OK "works" --url "$URL" --server smtp
run curl -sS -o /dev/null -w '%{http_code}' "$URL/api/v1/verdict"
is "a question without a server is a bad request" "$OUT" 400
by_socket

run "$CHECK_MAILVANE" --help
is "--help is UNKNOWN, as plugins do" "$CODE" 3
has "--help begins with examples" "$(head -n 6 <<<"$OUT")" "check_mailvane --server mx1"
is "libc and nothing else" "$(ldd "$CHECK_MAILVANE" | sed -E 's/^[[:space:]]*([^ ]+).*/\1/' |
	grep -vE '^linux-vdso|ld-linux|^libc\.so|^lib(asan|ubsan|tsan|m|gcc_s|stdc\+\+|dl|rt|pthread|resolv)\.so')" ""
exporter_end TERM
is "the exporter ends with 0" "$CODE" 0
finish
