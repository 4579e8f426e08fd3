#!/usr/bin/env bash
# Our check_smtp, check_imap, check_simap, check_pop, check_spop and check_ssmtp beside those of Debian's
# monitoring-plugins (2.3.3), before the same servers: exit code, first line and performance data.
#
#   tests/live/classic.sh          all cases
#   tests/live/classic.sh WORD...  those whose name has one of the words
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh

THEIRS=${MAILVANE_CLASSICS:-/usr/lib/nagios/plugins}
OURS=$BUILD/checks/classic
WANTED=("$@")
[ -x "$THEIRS/check_smtp" ] && [ -x "$THEIRS/check_tcp" ] ||
	skip "monitoring-plugins-basic and monitoring-plugins-standard are not installed"

is_wanted() {
	local word
	[ ${#WANTED[@]} -gt 0 ] || return 0
	for word in "${WANTED[@]}"; do
		[[ $1 != *"$word"* ]] || return 0
	done
	return 1
}

# What changes from run to run.
mask() { sed -E 's/[0-9]+\.[0-9]{3} sec/N sec/; s/time=[0-9]+\.[0-9]+s/time=Ns/'; }

# both PLUGIN LISTENER ARGUMENT...: runs theirs and ours, at once, into THEIR_OUT THEIR_CODE and
# OUT CODE ERR. LISTENER - is none.
both() {
	local plugin=$1 listener=$2 where=() from
	shift 2
	[ "$listener" = - ] || where=(-H 127.0.0.1 -p "${SIM_PORT[$listener]}")
	LC_ALL=C timeout 20 "$THEIRS/$plugin" "${where[@]}" "$@" >"$SIM/theirs" 2>/dev/null </dev/null &
	run "$OURS/$plugin" "${where[@]}" "$@"
	wait $!
	THEIR_CODE=$?
	THEIR_OUT=$(tr -d '\r' <"$SIM/theirs")
	[ ${#OUT} -le 4096 ] || [[ " $* " == *" -v "* ]] || not_ok "$WHAT: at most 4 KB"
	is "$WHAT: nothing on stderr" "$ERR" ""
	if grep -qP '[\x00-\x08\x0b-\x1f\x7f]' <<<"$OUT"; then
		not_ok "$WHAT: no control characters" "$OUT"
	fi
}

nth_line() { sed -n "$1p" <<<"$2" | mask; }

# same WHAT PLUGIN LISTENER ARGUMENT...: nothing differs but performance data that they lack.
same() {
	local mine their
	WHAT=$1
	shift
	is_wanted "$WHAT" || return
	both "$@"
	is "$WHAT: exit code" "$CODE" "$THEIR_CODE"
	mine=$(nth_line 1 "$OUT") their=$(nth_line 1 "$THEIR_OUT")
	is "$WHAT: first line" "${mine%%|*}" "${their%%|*}"
	if [[ $their == *'|'* ]]; then
		is "$WHAT: performance data" "${mine#*|}" "${their#*|}"
	elif [[ $THEIR_OUT == *'|time='* ]]; then
		is "$WHAT: second line" "$(nth_line 2 "$OUT")" "$(nth_line 2 "$THEIR_OUT")"
	else
		is "$WHAT: performance data" "$(bad_perfdata "$OUT")" ""
	fi
}

# usage WHAT PLUGIN ARGUMENT...: exit code and first line of what is said about arguments.
usage() {
	WHAT=$1
	is_wanted "$WHAT" || return
	both "$2" - "${@:3}"
	is "$WHAT: exit code" "$CODE" "$THEIR_CODE"
	is "$WHAT: first line" "$(nth_line 1 "$OUT")" "$(nth_line 1 "$THEIR_OUT")"
	lacks "$WHAT: no bars" "$OUT" '\|'
}

# differs WHAT OUR-CODE OUR-REGEX THEIR-CODE THEIR-REGEX PLUGIN LISTENER ARGUMENT...: on purpose.
# Theirs is held too, so that the list stays true; THEIR-CODE - leaves it out.
differs() {
	local code=$2 regex=$3 their_code=$4 their_regex=$5
	WHAT=$1
	is_wanted "$WHAT" || return
	shift 5
	both "$@"
	is "$WHAT: exit code" "$CODE" "$code"
	has "$WHAT: our line" "$(nth_line 1 "$OUT")" "$regex"
	is "$WHAT: performance data" "$(bad_perfdata "$OUT")" ""
	[ "$their_code" = - ] && return
	is "$WHAT: their exit code" "$THEIR_CODE" "$their_code"
	has "$WHAT: their line" "$(nth_line 1 "$THEIR_OUT")" "$their_regex"
}

# ours WHAT CODE REGEX PLUGIN LISTENER ARGUMENT...: what they do not have.
ours() {
	local code=$2 regex=$3 plugin=$4 listener=$5
	WHAT=$1
	is_wanted "$WHAT" || return
	shift 5
	run "$OURS/$plugin" -H 127.0.0.1 -p "${SIM_PORT[$listener]}" "$@"
	is "$WHAT: exit code" "$CODE" "$code"
	has "$WHAT: output" "$OUT" "$regex"
	is "$WHAT: performance data" "$(bad_perfdata "$OUT")" ""
	is "$WHAT: nothing on stderr" "$ERR" ""
}

SCENARIO="
user $SIM_USER $SIM_PASSWORD
names $SIM_NAME localhost 127.0.0.1
certificate soon good from=-70d until=20d
certificate hours good from=-70d until=5h
certificate bar good names=a|b.test
listen smtp 127.0.0.1:0 name=smtp login=any
listen smtp 127.0.0.1:0 name=upgrade tls=starttls login=any
listen smtp 127.0.0.1:0 name=upgrade-soon tls=starttls cert=soon
listen smtp 127.0.0.1:0 name=upgrade-hours tls=starttls cert=hours
listen smtp 127.0.0.1:0 name=upgrade-old tls=starttls cert=expired
listen smtp 127.0.0.1:0 name=upgrade-untrusted tls=starttls cert=untrusted
listen smtp 127.0.0.1:0 name=upgrade-refused tls=starttls fault=starttls-refused
listen smtp 127.0.0.1:0 name=upgrade-garbage tls=starttls fault=garbage
listen smtp 127.0.0.1:0 name=injection tls=starttls
  fault injection \"250 AUTH PLAIN\\r\\n\"
listen smtp 127.0.0.1:0 name=ssmtp tls=implicit
listen smtp 127.0.0.1:0 name=ssmtp-old tls=implicit cert=expired
listen imap 127.0.0.1:0 name=imap tls=starttls
listen imap 127.0.0.1:0 name=imap-old tls=starttls cert=expired
listen imap 127.0.0.1:0 name=imap-refused tls=starttls fault=starttls-refused
listen imap 127.0.0.1:0 name=simap tls=implicit
listen imap 127.0.0.1:0 name=simap-soon tls=implicit cert=soon
listen imap 127.0.0.1:0 name=simap-old tls=implicit cert=expired
listen imap 127.0.0.1:0 name=simap-bar tls=implicit cert=bar
listen pop3 127.0.0.1:0 name=pop tls=starttls
listen pop3 127.0.0.1:0 name=spop tls=implicit
listen lmtp 127.0.0.1:0 name=lmtp
listen smtp 127.0.0.1:0 name=blocked fault=refused
listen smtp 127.0.0.1:0 name=busy fault=busy
listen smtp 127.0.0.1:0 name=closes fault=close
listen smtp 127.0.0.1:0 name=mute fault=silence@greeting
listen imap 127.0.0.1:0 name=drip fault=drip:300
listen smtp 127.0.0.1:0 name=smtp-drip fault=drip:300
listen imap 127.0.0.1:0 name=late fault=delay:700
listen smtp 127.0.0.1:0 name=endless fault=endless-reply@greeting
listen smtp 127.0.0.1:0 name=hates-us
  reply HELO \"550 5.7.1 go away\"
  reply EHLO \"550 5.7.1 go away\"
listen smtp 127.0.0.1:0 name=no-mail
  reply MAIL \"550 5.7.1 not from you\"
listen smtp 127.0.0.1:0 name=no-data
  reply NOOP \"550 5.5.1 no\"
listen smtp 127.0.0.1:0 name=two-lines
  reply GREETING \"220-one\\n220 two\"
listen imap 127.0.0.1:0 name=bars
  reply GREETING \"* OK a|b=1;2;3 \\x1b[31mred\\x1b[0m\"
listen smtp 127.0.0.1:0 name=smtp-bars
  reply NOOP \"250 a|evil=1;2;3\"
listen imap 127.0.0.1:0 name=empty
  raw GREETING \"\\r\\n\"
listen imap 127.0.0.1:0 name=far-off
  reply GREETING \"* OK hello needle and thread\"
"

same_things() {
	local p
	# --- check_smtp
	same "smtp" check_smtp smtp
	same "smtp thresholds" check_smtp smtp -w 5 -c 9
	same "smtp -w 0" check_smtp smtp -w 0
	same "smtp -c 0" check_smtp smtp -c 0
	same "smtp -ct 0" check_smtp smtp -wt 0 -ct 0
	same "smtp -e 221" check_smtp smtp -e 221
	same "smtp -e in HELO" check_smtp smtp -e "250 $SIM_NAME"
	same "smtp long options" check_smtp smtp --expect=220 --fqdn=me.test --timeout=5 --use-ipv4
	same "smtp from" check_smtp smtp -f '<a@b.test>'
	same "smtp -C" check_smtp smtp -C NOOP
	same "smtp -C -R" check_smtp smtp -C NOOP -R '^250' -C RSET -R 'Ok|250'
	same "smtp -R mismatch" check_smtp smtp -C XYZZY -R '^250'
	same "smtp login" check_smtp smtp -A LOGIN -U "$SIM_USER" -P "$SIM_PASSWORD"
	same "smtp login denied" check_smtp smtp -A LOGIN -U "$SIM_USER" -P wrong
	same "smtp login without user" check_smtp smtp -A LOGIN -P x
	same "smtp login without password" check_smtp smtp -A LOGIN -U x
	same "smtp login of another type" check_smtp smtp -A PLAIN -U x -P y
	same "smtp lmtp" check_smtp lmtp -L
	same "smtp -q" check_smtp smtp -q
	same "smtp two lines" check_smtp two-lines
	same "smtp starttls" check_smtp upgrade -S
	same "smtp starttls login" check_smtp upgrade -S -A LOGIN -U "$SIM_USER" -P "$SIM_PASSWORD"
	same "smtp starttls not offered" check_smtp smtp -S
	same "smtp starttls refused" check_smtp upgrade-refused -S
	same "smtp starttls garbage" check_smtp upgrade-garbage -S
	same "smtp -D" check_smtp upgrade -D 30,10
	same "smtp -S -D 89" check_smtp upgrade -S -D 89
	same "smtp -D warning" check_smtp upgrade-soon -D 30,10
	same "smtp -D critical" check_smtp upgrade-soon -D 30,25
	same "smtp -D hours" check_smtp upgrade-hours -D 30,10
	same "smtp -D hours, 0" check_smtp upgrade-hours -D 0
	same "smtp -D expired" check_smtp upgrade-old -D 30,10
	same "smtp refusing banner" check_smtp blocked
	same "smtp closes" check_smtp closes
	same "smtp silent" check_smtp mute -t 1
	same "smtp nobody" check_smtp - -H 127.0.0.1 -p 9 -4
	same "smtp nobody v6" check_smtp - -H ::1 -p 9
	same "smtp localhost" check_smtp - -H localhost -p "${SIM_PORT[smtp]}"
	same "smtp operand" check_smtp - -p "${SIM_PORT[smtp]}" 127.0.0.1
	# --- the others
	for p in imap:imap pop:pop simap:simap spop:spop ssmtp:ssmtp; do
		same "${p%:*}" "check_${p%:*}" "${p#*:}"
		same "${p%:*} thresholds" "check_${p%:*}" "${p#*:}" -w 5 -c 9
		same "${p%:*} -w 0" "check_${p%:*}" "${p#*:}" -w 0
	done
	same "imap -c 0" check_imap imap -w 0 -c 0
	same "imap without -H" check_imap - -p "${SIM_PORT[imap]}"
	same "imap operand first" check_imap - 127.0.0.1 -p "${SIM_PORT[imap]}"
	same "imap localhost" check_imap - -H localhost -p "${SIM_PORT[imap]}"
	same "imap jail" check_imap imap -j
	same "imap -e" check_imap far-off -e needle
	same "imap -e any" check_imap far-off -e needle -e nothing
	same "imap -e all" check_imap far-off -A -e needle -e thread
	same "imap -e mismatch" check_imap far-off -e nothing
	same "imap -e all mismatch" check_imap far-off -A -e needle -e nothing -w 5 -c 6
	same "imap -M ok" check_imap smtp -M ok
	same "imap -M crit" check_imap smtp -M crit
	same "imap mismatch" check_imap smtp -w 5
	same "imap mismatch jail" check_imap smtp -j
	same "imap -m" check_imap smtp -m 1
	same "imap delay" check_imap imap -d 1 -w 0.9
	same "imap late" check_imap late -w 0.5 -c 9
	same "imap closes" check_imap closes
	same "imap silent" check_imap mute -t 1
	same "imap nobody" check_imap - -H 127.0.0.1 -p 9
	same "imap nobody -r ok" check_imap - -H 127.0.0.1 -p 9 -r ok
	same "imap nobody -r warn" check_imap - -H 127.0.0.1 -p 9 -r warn
	same "imap no socket" check_imap - -H /nowhere/imap.sock
	same "imap no name" check_imap - -H nosuchhost.invalid
	same "imap -4 with v6" check_imap - -4 -H ::1
	same "imap -S" check_imap simap -S
	same "imap --sni" check_imap simap --sni "$SIM_NAME"
	same "simap -D" check_simap simap -D 30
	same "simap -D warning" check_simap simap-soon -D 30,10
	same "simap -D critical" check_simap simap-soon -D 30,25
	same "simap -D expired" check_simap simap-old -D 30,10
	same "simap -D on a plain port" check_simap imap -D 30
	same "simap plain port" check_simap imap
	same "imap empty greeting" check_imap empty
}

usages() {
	usage "no arguments smtp" check_smtp
	usage "no arguments imap" check_imap
	same "no name smtp" check_smtp - -H nosuchhost.invalid
	same "-4 with v6 smtp" check_smtp - -4 -H ::1
	usage "bad port" check_smtp -H 127.0.0.1 -p 0
	usage "bad warning" check_smtp -H 127.0.0.1 -w x
	usage "bad critical" check_smtp -H 127.0.0.1 -c -1
	usage "bad timeout smtp" check_smtp -H 127.0.0.1 -t -1
	usage "bad timeout imap" check_imap -H 127.0.0.1 -t 0
	usage "bad days smtp" check_smtp -H 127.0.0.1 -D x
	usage "bad days imap" check_imap -H 127.0.0.1 -D 3,x
	usage "bad refuse" check_imap -H 127.0.0.1 -r bad
	usage "bad mismatch" check_imap -H 127.0.0.1 -M bad
	usage "bad maxbytes" check_imap -H 127.0.0.1 -m 0
	usage "bad delay" check_imap -H 127.0.0.1 -d 0
	usage "ini file away" check_imap --extra-opts=x@/nowhere/x.ini
	usage "ini section away" check_imap --extra-opts=nobody@"$SIM/x.ini"
	usage "ini broken" check_imap --extra-opts=x@"$SIM/broken.ini"
	same "ini" check_imap - --extra-opts=good@"$SIM/x.ini" -w 5
	same "ini loses" check_imap - --extra-opts=closed@"$SIM/x.ini" -p "${SIM_PORT[imap]}"
	same "ini of the name" check_imap - --extra-opts=@"$SIM/x.ini"
}

on_purpose() {
	local U='\|time=U;'
	# An expired certificate is never OK, looked for or not; -D is always looked at.
	differs "expired starttls" 2 "^CRITICAL - Certificate '$SIM_NAME' expired on .*\.\|" \
		0 '^SMTP OK' check_smtp upgrade-old -S
	differs "expired simap" 2 '^CRITICAL - Certificate .* expired on' 0 '^SIMAP OK' check_simap simap-old
	ours "expired -s" 2 '^CRITICAL - Certificate .* expired on' check_smtp ssmtp-old -s
	ours "expired -s -D" 2 '^CRITICAL - Certificate .* expired on' check_smtp ssmtp-old -s -D 30,10
	ours "expired, ignored" 0 '^SIMAP OK' check_simap simap-old --ignore-certificate-expiration
	ours "expired, ignored, -D" 2 'expired on' check_simap simap-old --ignore-certificate-expiration -D 1
	differs "-D behind the host" 2 "expired on" - '' check_smtp - 127.0.0.1 -p "${SIM_PORT[upgrade-old]}" -D 30
	ours "-s -D" 0 "^OK - Certificate '$SIM_NAME' will expire on" check_smtp ssmtp -s -D 30
	# The server's words are no performance data and no escape sequences.
	differs "bars" 0 '\[\* OK a/b=1;2;3 red\]\|time=Ns;' 0 'a\|b=1;2;3' check_imap bars
	differs "bars in a mismatch" 1 "Invalid response '250 a/evil=1;2;3' to command 'NOOP'" 1 'a\|evil' \
		check_smtp smtp-bars -C NOOP -R 251
	differs "bar in a certificate" 0 "Certificate 'a/b.test'" 0 "'a\|b.test'" check_simap simap-bar -D 30
	differs "several lines" 0 "\\[\\* OK .* ready\. a0 OK NOOP completed\.\]\|time=Ns;" 0 'ready\.$' \
		check_imap imap -E -s 'a0 NOOP\r\n' -q 'a9 LOGOUT\r\n' -e 'a0 OK'
	# A wrong answer stays wrong.
	differs "failing -R wins" 1 "^SMTP WARNING - Invalid response '550 5.5.1 no' to command 'NOOP'" \
		0 '^SMTP WARNING - Invalid' check_smtp no-data -C NOOP -R '^250' -C RSET -R '^250'
	is_wanted "failing -R wins" && has "failing -R wins: second line" "$OUT" '^SMTP WARNING - .* response time\|'
	# Refusals are seen.
	differs "HELO refused" 1 "^SMTP WARNING - Invalid response '550 5.7.1 go away' to command 'HELO " \
		0 '^SMTP OK' check_smtp hates-us
	differs "EHLO refused" 1 "Invalid response '550 5.7.1 go away' to command 'EHLO me.test'" \
		1 'TLS not supported' check_smtp hates-us -S -F me.test
	same "HELO refused as expected" check_smtp hates-us -e 550
	differs "MAIL refused" 1 "Invalid response '550 5.7.1 not from you' to command 'MAIL FROM:[(]a@b[)]'" \
		0 '^SMTP OK' check_smtp no-mail -f a@b
	differs "sent away" 1 "Invalid SMTP response received from host on port [0-9]+: 421 .*too many.*$U" \
		1 '^recv\(\) failed$' check_smtp busy
	# STARTTLS cannot be tricked.
	differs "injection" 2 "^CRITICAL - Cannot make SSL connection.$U" - '' check_smtp injection -S
	# The deadline covers a server that drips.
	differs "drip" 2 "^CRITICAL - Socket timeout after 1 seconds$U" - '' check_smtp smtp-drip -t 1
	is_wanted "drip" && below "drip: in time" "$TOOK" 1900
	ours "timeout state" 1 "^WARNING - Socket timeout after 1 seconds$U" check_smtp mute -t 1:WARNING
	ours "timeout state imap" 3 "^UNKNOWN - Socket timeout after 1 seconds$U" check_imap mute -t 1:3
	ours "endless" 2 "^SMTP CRITICAL - the answer is longer than" check_smtp endless -t 5
}

new_powers() {
	ours "-s" 0 '^SMTP OK' check_smtp ssmtp -s
	ours "--ssl" 0 '^SMTP OK' check_smtp ssmtp --ssl --sni
	ours "proxy header" 1 'PROXY|Invalid' check_smtp smtp -r
	ours "imap --starttls" 0 '^IMAP OK - .*\[\* OK .*\]\|time=' check_imap imap --starttls
	ours "imap --starttls -D" 0 "^OK - Certificate '$SIM_NAME' will expire" check_imap imap --starttls -D 30
	ours "imap --starttls expired" 2 "expired on" check_imap imap-old --starttls
	ours "imap --starttls refused" 2 "^CRITICAL - STARTTLS refused by the server: a0 " check_imap imap-refused --starttls
	ours "imap --starttls and send" 0 '^IMAP OK - .*\[.*a1 OK' check_imap imap --starttls -E -s 'a1 NOOP\r\n' -e 'a1 OK'
	ours "pop --starttls" 0 '^POP OK' check_pop pop --starttls
	ours "--verify smtp" 2 "is not valid: for $SIM_NAME, not for '127.0.0.1'" check_smtp upgrade -S --ca-file "$SIM/ca.pem"
	ours "--verify untrusted" 2 "^CRITICAL - Certificate '.*' is not valid: " check_smtp upgrade-untrusted -S --ca-file "$SIM/ca.pem"
	ours "--verify unknown root" 2 "^CRITICAL - Certificate '.*' is not valid: " check_simap simap --verify
	ours "--verify name" 2 "is not valid: .*other.test" check_simap simap --ca-file "$SIM/ca.pem" --sni other.test
	ours "--verify name right" 0 "^SIMAP OK" check_simap simap --ca-file "$SIM/ca.pem" --sni "$SIM_NAME"
	ours "--ca-file away" 3 "^UNKNOWN - Cannot create SSL context: .*nowhere" check_simap simap --ca-file /nowhere/ca.pem
	ours "ranges" 1 '\|time=[0-9.]+s;5\.000000:;;' check_smtp smtp -w 5:
	ours "verbose shows no secret" 0 '^C: authpass' check_smtp smtp -v -A LOGIN -U "$SIM_USER" -P "$SIM_PASSWORD"
	is_wanted "verbose shows no secret" &&
		lacks "verbose shows no secret: really" "$OUT" "$(printf %s "$SIM_PASSWORD" | base64)|$SIM_PASSWORD"
	WHAT="help and version"
	is_wanted "$WHAT" || return
	run "$OURS/check_smtp" --help
	is "$WHAT: help" "$CODE" 3
	run "$OURS/check_spop" -V
	is "$WHAT: version" "$CODE:${OUT%% *}" "3:check_spop"
	run "$OURS/check_smtp" --timout 3
	has "$WHAT: the nearest option" "$CODE $OUT" '^3 check_smtp: unknown option, did you mean --timeout\?'
	run "$OURS/check_classic" -H x
	is "$WHAT: no name of ours" "$CODE" 3
}

trap 'sim_stop' EXIT
sim_start "$SCENARIO" || { finish; exit 1; }
cat >"$SIM/x.ini" <<-INI
	; thresholds
	[good]
	hostname = 127.0.0.1
	port=${SIM_PORT[imap]}
	[closed]
	hostname=127.0.0.1
	port=9
	[check_imap]
	hostname=127.0.0.1
	port=${SIM_PORT[far-off]}
INI
echo 'port=9' >"$SIM/broken.ini"
same_things
usages
on_purpose
new_powers
finish
