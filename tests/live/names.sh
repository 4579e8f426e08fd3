#!/usr/bin/env bash
# check_mail --names-file: the customers' names of a shared host, before mailsim with a certificate
# for each name: good, expired, expiring, of another name, the fall-back, a handshake refused; more
# names than fit; a server that is away, is slow, limits connections; files that cannot be used.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
trap sim_stop EXIT

SCENARIO='
certificate star good names=*.good.test
certificate old  expired names=old.test
certificate soon good names=soon.test from=-75d until=15d
listen imap  127.0.0.1:0 name=shared tls=implicit cert=wrong-name
  sni *.good.test star
  sni old.test old
  sni soon.test soon
  sni other.test good
  sni gone.test refuse
listen pop3  127.0.0.1:0 name=second tls=starttls cert=wrong-name
  sni *.good.test star
listen imap  127.0.0.1:0 name=counted tls=implicit cert=wrong-name
  sni *.good.test star
listen pop3  127.0.0.1:0 name=busy   tls=starttls cert=star fault=busy
listen imap  127.0.0.1:0 name=silent tls=implicit cert=star fault=silence@tls
listen imap  127.0.0.1:0 name=slow   tls=implicit cert=star fault=delay@greeting:700
listen imap  127.0.0.1:0 name=flaky  tls=implicit cert=star fault=reset@tls every=20
listen smtp  127.0.0.1:0 name=clear  tls=none
listen imap  127.0.0.1:0 name=mute   tls=implicit cert=star fault=silence@capability
listen pop3  127.0.0.1:0 name=spent  tls=implicit cert=expired
  sni *.good.test star
'

# ask LISTENER SERVICE FILE ARGUMENT...: OUT, CODE.
ask() {
	local listener=$1 service=$2 file=$3
	shift 3
	run "$CHECK_MAIL" -H 127.0.0.1 --ca-file "$SIM/ca.pem" -s "$service" \
		-p "${SIM_PORT[$listener]}" --names-file "$SIM/$file" "$@"
	SUMMARY=${OUT%%$'\n'*}
}

# verdict WHAT STATE PAIR
verdict() {
	is "$1: $2" "${STATES[$CODE]:-exit code $CODE}" "$2"
	has "$1: [$3]" "$SUMMARY" "^MAIL $2 - .*\\[$3\\] \\|"
	is "$1: perfdata parses" "$(bad_perfdata "$OUT")" ""
	is "$1: nothing on stderr" "$ERR" ""
}

good() {
	ask shared imaps good
	verdict "good names" OK ok/tls
	has "their number, the earliest end" "$SUMMARY" '50 names good at 127\.0\.0\.1, the earliest end in 88d [0-9]+h: n1\.good\.test '
	has "counts" "$SUMMARY" '\| names=50;;;0 names_bad=0;;;0 names_not_asked=0;;;0 names_cert_days=88$'
	ask second pop3 good
	verdict "by STARTTLS" OK ok/tls
}

bad() {
	ask shared imaps mixed
	verdict "bad names" CRITICAL tls_handshake/tls
	has "how many, which" "$SUMMARY" '- 5 of 55 names bad at 127\.0\.0\.1: gone\.test tls_handshake \(.*\), none\.test cert_name, old\.test cert_expired and 2 more '
	has "the earliest end" "$SUMMARY" ' names_cert_days=-3$'
	has "expired" "$OUT" '^old\.test \(imaps\): CRITICAL - certificate expired 3d.*\[cert_expired/tls\]$'
	has "expiring" "$OUT" '^soon\.test \(imaps\): WARNING - certificate expires in 14d.*\[cert_expiring/tls\]$'
	has "the fall-back is told" "$OUT" '^none\.test \(imaps\): CRITICAL - no certificate of its own: the server shows its fall-back CN=other\.example.*\[cert_name/tls\]$'
	has "another's certificate" "$OUT" "^other\.test \\(imaps\\): CRITICAL - certificate is for another name: .* not for 'other\.test'.*\\[cert_name/tls\\]$"
	has "the service" "$OUT" '^imaps \(port [0-9]+\): 55 of 55 names answered, 5 bad, 1 without a certificate of their own$'
	ask shared imaps mixed --state tls_handshake=ok --state cert_name=warning --state cert_expired=warning
	verdict "an operator's states" WARNING cert_name/tls
	has "a name forgiven is good" "$SUMMARY" '- 4 of 55 names bad'
	ask spent pop3s mixed
	verdict "a fall-back that has expired" CRITICAL cert_name/tls
	has "is the server's trouble" "$OUT" '^old\.test \(pop3s\): CRITICAL - no certificate of its own'
	ask shared imaps late --cert-warning 10d
	verdict "days that are left" OK ok/tls
}

json() {
	ask shared imaps mixed --json
	is "JSON: exit code" "$CODE" 2
	is "JSON: all names, sorted" "$(jq -r '.names[].name' <<<"$OUT")" "$(LC_ALL=C sort "$SIM/mixed")"
	is "JSON: bad ones" "$(jq -r '[.names[] | select(.state != "OK") | .name + " " + .fault] | join(",")' <<<"$OUT")" \
		"gone.test tls_handshake,none.test cert_name,old.test cert_expired,other.test cert_name,soon.test cert_expiring"
	is "JSON: the fall-back" "$(jq -r '[.names[] | select(.fallback) | .name] | join(",")' <<<"$OUT")" none.test
	is "JSON: counts" "$(jq -c '[.names_count, .names_bad, .names_not_asked, .earliest_name]' <<<"$OUT")" '[55,5,0,"old.test"]'
	is "JSON: the service" "$(jq -c '.services[] | [.service, .answered, .unanswered]' <<<"$OUT")" '["imaps",55,null]'
	is "JSON follows its schema" "$(jq -r --slurpfile schema "$ROOT/conf/check_mail_names.schema.json" '
		$schema[0] as $s
		| def same(value; wanted; what): (value | keys) - (wanted.properties | keys),
			(wanted.required - (value | keys)) | .[] | what + ": " + .;
		same(.; $s; "document"), (.names[] | same(.; $s.properties.names.items; "name")),
		(.services[] | same(.; $s.properties.services.items; "service"))' <<<"$OUT")" ""
}

# More bad names than the output shows.
many() {
	ask shared imaps nobody --names-at-once 16 -t 60
	verdict "many bad names" CRITICAL cert_name/tls
	has "all are counted" "$SUMMARY" '300 of 300 names bad'
	has "what is hidden is counted" "$OUT" '^and [0-9]+ more bad names: --json lists all$'
	local lines hidden
	lines=$(grep -c '^c[0-9]*\.nobody' <<<"$OUT")
	hidden=$(sed -n 's/^and \([0-9]*\) more.*/\1/p' <<<"$OUT")
	is "none is lost" $((lines + hidden)) 300
	below "a scheduler's limit" ${#OUT} 4096
}

# Connections that mailsim has seen at a listener.
connections() {
	rm -f "$SIM/counters"
	kill -USR1 "$SIM_PID"
	within 5 grep -qs "^listener=$1 " "$SIM/counters"
	sed -n "s/^listener=$1 .*connections=\\([0-9]*\\).*/\\1/p" "$SIM/counters"
}

away() {
	local from
	run "$CHECK_MAIL" -H 127.0.0.1 -s imaps -p 1 --names-file "$SIM/mixed"
	SUMMARY=${OUT%%$'\n'*}
	verdict "a server that is away" CRITICAL refused/connect
	has "is one finding" "$SUMMARY" '- 127\.0\.0\.1 imaps: connection refused; 55 of 55 names not asked '
	lacks "and no name's" "$OUT" 'good\.test'
	ask busy pop3 good
	verdict "a server that limits connections" WARNING tempfail/greeting
	has "is asked no more" "$SUMMARY" '50 of 50 names not asked'
	below "by us" "$(connections busy)" 10
	ask silent imaps good -t 2
	verdict "a server that does not answer" CRITICAL timeout/tls
	below "in time" "$TOOK" 5000
	has "is one finding, too" "$SUMMARY" '127\.0\.0\.1 imaps: no answer in time: .*; 50 of 50 names not asked'
	ask mute imaps good -t 4
	verdict "what comes behind TLS is not the names'" OK ok/tls
	ask clear smtp good
	verdict "a server without TLS" WARNING starttls_unavailable/starttls
	ask flaky imaps good
	verdict "a connection is reset now and then: asked again" OK ok/tls
}

time_is_up() {
	ask slow imaps good -t 3 --names-at-once 4
	verdict "no time for all" WARNING timeout/tls
	has "those not asked are counted" "$SUMMARY" '[0-9]+ of 50 names not asked in time, see --timeout'
	below "in time" "$TOOK" 6000
	ask slow imaps good -t 3 --json
	is "JSON: as many are without a state" "$(jq '[.names[] | select(.state == null)] | length == 0' <<<"$OUT")" false
	is "JSON: and told" "$(jq -c '[.out_of_time, .state]' <<<"$OUT")" '[true,"WARNING"]'
}

at_once() {
	ask counted imaps good --names-at-once 2
	verdict "two at once" OK ok/tls
	is "one connection for each name, and one for the fall-back" "$(connections counted)" 51
	has "names go by SNI" "$(grep 'listener=counted.*sni' "$SIM/record")" 'n17\.good\.test'
	below "no more than two at once" "$(sed -n "s/^listener=counted .*peak=\\([0-9]*\\).*/\\1/p" "$SIM/counters")" 3
}

# refused WHAT SENTENCE ARGUMENT...
refused() {
	local what=$1 sentence=$2
	shift 2
	run "$CHECK_MAIL" -H 127.0.0.1 "$@"
	is "$what: UNKNOWN" "$CODE" 3
	has "$what: said" "$OUT" "^MAIL UNKNOWN - $sentence"
}

unusable() {
	printf '# none\n\n' >"$SIM/empty"
	printf 'a.test\nb_c.test\n192.0.2.1\n' >"$SIM/bad"
	printf 'a.test\n' >"$SIM/open"
	chmod 666 "$SIM/open"
	refused "an empty file" ".*/empty: it has no name in it" --names-file "$SIM/empty"
	refused "bad lines" "2 errors, the first: .*/bad:2: 'b_c.test' is not a host name" --names-file "$SIM/bad"
	refused "a missing file" "cannot open '.*/missing': No such file or directory$" --names-file "$SIM/missing"
	refused "a file that others write" "'.*/open' can be written by others" --names-file "$SIM/open"
	refused "a login" ".*--names-file asks for certificates only" --names-file "$SIM/good" \
		--user a --password-env HOME
	refused "too many at once" "--names-at-once '65': a number from 1 to 64" --names-file "$SIM/good" --names-at-once 65
	refused "at once without names" "--names-at-once '': it needs --names-file" --names-at-once 5
	refused "no TLS" ".*none of the services has TLS" --names-file "$SIM/good" -s smtp --tls none
}

sim_start "$SCENARIO" || { finish; exit 1; }
seq -f 'n%g.good.test' 50 >"$SIM/good"
{ cat "$SIM/good"; printf '%s.test\n' old soon none other gone; } >"$SIM/mixed"
echo soon.test >"$SIM/late"
seq -f 'c%g.nobody.customers.test' 300 >"$SIM/nobody"
good
bad
json
many
at_once
away
time_is_up
unusable
SIM_PARDONED='shared|silent|slow'
is "mailsim saw nothing but good manners" "$(grep -vE "listener=($SIM_PARDONED)" "$SIM/manners")" ""
finish
