#!/usr/bin/env bash
# What check_mail's options do, one by one, before mailsim: limits, expectations, envelopes,
# addresses, passwords, output.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
trap sim_stop EXIT

SCENARIO='
user probe@demo.test Sim-Secret.1
listen smtp  127.0.0.1:0 name=smtp        tls=starttls login=never
listen smtp  127.0.0.1:0 name=submission  tls=starttls
listen imap  127.0.0.1:0 name=imap        tls=starttls
listen imap  127.0.0.1:0 name=imaps       tls=implicit
listen pop3  127.0.0.1:0 name=pop3s       tls=implicit
listen smtp  127.0.0.1:0 name=relay       tls=none login=never
  reply RCPT "554 5.7.1 Relay access denied"
listen smtp  127.0.0.1:0 name=bars        tls=none login=never
  reply GREETING "554 5.7.1 a|time=9;;; \x1b[31mred"
listen smtp  127.0.0.1:0 name=drip        tls=none login=never fault=drip:400
listen imap  127.0.0.1:0 name=denied      tls=implicit fault=login-denied
listen imap  127.0.0.1:0 name=wants-cert  tls=implicit client-cert=required
listen imap  127.0.0.1:0 name=own         tls=implicit cert=self-signed
listen smtp  127.0.0.1:0 name=no-chain    tls=starttls cert=missing-intermediate
listen pop3  127.0.0.1:0 name=fleet       tls=implicit cert=strange-root
listen imap  127.0.0.1:0 name=late        tls=implicit cert=expired
listen imap  127.0.0.1:0 name=other-name  tls=implicit cert=wrong-name
'

# try WHAT STATE PAIR LISTENER SERVICE ARGUMENT...
try() {
	local what=$1 state=$2 pair=$3 listener=$4 service=$5
	shift 5
	check_mail "$what" "$state" "$pair" -H 127.0.0.1 --name "$SIM_NAME" --ca-file "$SIM/ca.pem" \
		-s "$service" -p "${SIM_PORT[$listener]}" -t 8 "$@"
}

limits() {
	try "a wide limit" OK ok imaps imaps -w 60 -c 90
	has "the limits are among the values" "$OUT" 'imaps_time=[0-9.]+s;60;90;0'
	try "a limit on all" WARNING ok imaps imaps -w 0 -c 90
	try "a limit on a phase" CRITICAL ok/tls imaps imaps -c tls=0:0
	has "the phase is named" "$OUT" 'tls took [0-9.]+s, outside of 0:0 \(critical\)'
	try "a limit turned round" WARNING ok imaps imaps -w @0:60
	try "days that are left" WARNING cert_expiring/tls imaps imaps --cert-warning 200d
	try "a share that is left" CRITICAL cert_expiring/tls imaps imaps --cert-critical 99.9%
}

expectations() {
	try "an expected word" OK ok smtp smtp --expect-capability SIZE --expect-capability starttls
	try "a missing word" CRITICAL protocol/capability smtp smtp --expect-capability CHUNKING
	has "the word is named" "$OUT" 'CHUNKING is not offered'
	try "no login in clear" OK ok submission submission --expect-auth-after-tls
	try "envelope accepted" OK ok smtp smtp --from a@example.net --to b@demo.test
	try "envelope that should be refused" CRITICAL protocol/mailbox smtp smtp \
		--to b@demo.test --expect-code 5
	try "relay refused as wanted" OK ok relay smtp --tls none --to x@relay-test.invalid --expect-code 554
	try "recipient refused" CRITICAL rejected/mailbox relay smtp --tls none --to b@demo.test
}

passwords() {
	export SIM_SECRET=$SIM_PASSWORD
	try "password from the environment" OK ok imaps imaps --user "$SIM_USER" --password-env SIM_SECRET
	unset SIM_SECRET
	try "password from a file" OK ok imaps imaps --user "$SIM_USER" --password-file "$SIM/password"
	exec 9<"$SIM/password"
	try "password from a descriptor" OK ok pop3s pop3s --user "$SIM_USER" --password-fd 9
	exec 9<&-
	run "$CHECK_MAIL" -H 127.0.0.1 -s imaps --user u --password-env NO_SUCH_VARIABLE
	is "no such variable: UNKNOWN" "$CODE" 3
	chmod 644 "$SIM/password"
	run "$CHECK_MAIL" -H 127.0.0.1 -s imaps --user u --password-file "$SIM/password"
	is "a secret that everybody can read: UNKNOWN" "$CODE" 3
	has "what to do about it" "$OUT" "chmod 600"
	chmod 600 "$SIM/password"
}

# Logins refused so far, all of them of the listener that refuses all.
denials() {
	rm -f "$SIM/counters"
	kill -USR1 "$SIM_PID"
	within 5 grep -qs '^listener=denied ' "$SIM/counters"
	sed -n 's/^listener=denied .* logins-denied=\([0-9]*\).*/\1/p' "$SIM/counters"
}

state_dir() {
	local dir=$SIM/state login file
	login=(--user "$SIM_USER" --password-file "$SIM/password")
	try "no state: a refused login" CRITICAL auth_failed/auth denied imaps "${login[@]}"
	try "no state: tried again" CRITICAL auth_failed/auth denied imaps "${login[@]}"
	is "no state: two logins" "$(denials)" 2
	mkdir -m 700 "$dir"
	login+=(--state-dir "$dir")
	try "state: a refused login" CRITICAL auth_failed/auth denied imaps "${login[@]}"
	try "state: left alone" CRITICAL auth_suspended/auth denied imaps "${login[@]}"
	has "the time of the next try" "$OUT" \
		'the next try is in ([1-5]?[0-9]s|1m) \([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z\)'
	is "state: one login" "$(denials)" 3
	try "the account at that host" CRITICAL auth_suspended/auth pop3s pop3s "${login[@]}"
	try "without a login" OK ok imaps imaps --state-dir "$dir"
	file=$(ls "$dir"/login-*)
	is "its mode" "$(stat -c %a "$file")" 600
	lacks "nothing to read in it" "$(ls "$dir"; cat "$file")" "probe|demo|Sim-Secret|127\\.0"
	printf %s Another.1 >"$SIM/another"
	chmod 600 "$SIM/another"
	try "a changed password" CRITICAL auth_failed/auth denied imaps --user "$SIM_USER" \
		--password-file "$SIM/another" --state-dir "$dir"
	is "is tried" "$(denials)" 4
	echo "mailvane-login 1 60 1000" >"$file"
	try "when its time has come" CRITICAL auth_failed/auth denied imaps "${login[@]}"
	has "twice as long" "$(cat "$file")" '^mailvane-login 1 120 '
	echo "mailvane-login 1 120 1000" >"$file"
	try "a login that passes" OK ok pop3s pop3s "${login[@]}"
	holds "takes the file away" test ! -e "$file"
	chmod 770 "$dir"
	run "$CHECK_MAIL" -H 127.0.0.1 -s imaps "${login[@]}"
	is "a folder that others write to: UNKNOWN" "$CODE" 3
	has "what to do about it" "$OUT" "others can write to it; chmod 700"
}

# pin_of LISTENER CERTIFICATE [-starttls smtp]: of the n-th certificate it sends.
pin_of() {
	local listener=$1 n=$2
	shift 2
	openssl s_client -connect "127.0.0.1:${SIM_PORT[$listener]}" -servername "$SIM_NAME" -showcerts "$@" \
		</dev/null 2>/dev/null |
		awk -v n="$n" '/BEGIN CERTIFICATE/ { i++ } i == n' | openssl x509 -noout -pubkey |
		openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64
}

# Of the listeners with a bad certificate, those that heard the password.
got_password() {
	local secret
	secret=$(printf '\0%s\0%s' "$SIM_USER" "$SIM_PASSWORD" | base64 -w 0)
	grep -E "$secret|${SIM_PASSWORD//./\\.}" "$SIM/record" |
		grep -oE "(^|listener=)(own|no-chain|fleet|late|other-name) " | sed 's/listener=//' | sort -u | xargs
}

pins() {
	local login=(--user "$SIM_USER" --password-file "$SIM/password") own hex
	own=$(pin_of own 1)
	hex=$(base64 -d <<<"$own" | od -An -v -tx1 | tr -d ' \n')
	try "self-signed" CRITICAL cert_untrusted/tls own imaps "${login[@]}"
	try "self-signed and pinned, with a login" OK ok own imaps --pin "sha256/$own" "${login[@]}"
	try "pinned in hex" OK ok own imaps --pin "$hex"
	try "its key is one of two" OK ok own imaps --pin "$(pin_of imaps 1)" --pin "$own"
	try "another key is pinned" CRITICAL cert_untrusted/tls own imaps --pin "$(pin_of imaps 1)" "${login[@]}"
	has "the key that was shown is named" "$OUT" "not the pinned key: the server's is sha256/${own//+/\\+}"
	try "another key is pinned, of a trusted chain" CRITICAL cert_untrusted/tls imaps imaps --pin "$own"
	try "no intermediate, pinned" OK ok no-chain submission \
		--pin "$(pin_of no-chain 1 -starttls smtp)" "${login[@]}"
	try "an authority is pinned" OK ok fleet pop3s --pin "$(pin_of fleet 2)" "${login[@]}"
	try "the authority of another" CRITICAL cert_untrusted/tls imaps imaps --pin "$(pin_of fleet 2)"
	try "pinned and expired" CRITICAL cert_expired/tls late imaps --pin "$(pin_of late 1)" "${login[@]}"
	try "pinned, of another name" CRITICAL cert_name/tls other-name imaps --pin "$(pin_of other-name 1)" "${login[@]}"
	is "the password went to pinned keys, and where nothing was wrong" "$(got_password)" "fleet no-chain own"
	run "$CHECK_MAIL" -H 127.0.0.1 --pin sha256/short
	is "what is no pin: UNKNOWN" "$CODE" 3
	has "how to make one" "$OUT" "openssl dgst -sha256"
}

output() {
	try "details" OK ok imap imap --user "$SIM_USER" --password-file "$SIM/password" -vvv
	has "the waterfall" "$OUT" '^  tls +[0-9.]+ ms +#'
	has "the dialogue" "$OUT" '^  C: a[0-9]+ EXAMINE INBOX'
	has "the certificate's names" "$OUT" "names .*$SIM_NAME"
	lacks "no secret in it" "$OUT" "$SIM_PASSWORD|$(printf '\0%s\0%s' "$SIM_USER" "$SIM_PASSWORD" | base64)"
	is "one bar" "$(tr -dc '|' <<<"$OUT" | wc -c)" 1
	try "hostile words" CRITICAL rejected/greeting bars smtp --tls none -vv
	is "one bar, whatever the server says" "$(tr -dc '|' <<<"$OUT" | wc -c)" 1
	lacks "no escape" "$OUT" $'\x1b'
	run "$CHECK_MAIL" -H 127.0.0.1 --name "$SIM_NAME" --ca-file "$SIM/ca.pem" -s imaps \
		-p "${SIM_PORT[imaps]}" --json
	is "JSON is JSON" "$(jq -r '[.state, .services[0].fault, .services[0].tls.verified] | join(" ")' <<<"$OUT")" \
		"OK ok true"
	is "JSON follows its schema" "$(json_faults "$OUT")" ""
}

# Every property the schema requires is there, and none that it does not know.
json_faults() {
	jq -r --slurpfile schema "$ROOT/conf/check_mail.schema.json" '
		($schema[0].properties.services.items) as $s
		| .services[] | (($s.required - keys) + (keys - ($s.properties | keys))) | .[]' <<<"$1"
}

several() {
	run "$CHECK_MAIL" -H 127.0.0.1 -t 3
	is "what a mail host should offer, where nothing is: CRITICAL" "$CODE" 2
	# Unless this machine has a mail server of its own.
	has "said once" "$OUT" \
		'^MAIL CRITICAL - ([1-9] of 7 services well, 127\.0\.0\.1 |127\.0\.0\.1: host unreachable, none of 7 services reached: connection refused )'
	run env LC_ALL=de_DE.UTF-8 "$CHECK_MAIL" -H 127.0.0.1 -t 3
	is "perfdata parses in any locale" "$(bad_perfdata "$OUT")" ""
	try "every address" OK ok imaps imaps --addresses each
	has "the address is in the label" "$OUT" ' 127\.0\.0\.1_imaps_time='
	try "our own address" OK ok imaps imaps --source 127.0.0.5
	try "an address that is not ours" UNKNOWN internal/connect imaps imaps --source 192.0.2.77
}

endings() {
	try "a server that drips" CRITICAL timeout/greeting drip smtp --tls none -t 1
	below "it ends at its limit" "$TOOK" 4000
	try "a server that wants a certificate" CRITICAL "client_cert/[a-z]+" wants-cert imaps
	run "$CHECK_MAIL" -H 127.0.0.1 -s imaps --client-cert /nonexistent.pem --client-key /nonexistent.pem
	is "a client certificate that is not there: UNKNOWN" "$CODE" 3
	has "it is named" "$OUT" "/nonexistent.pem"
	run "$CHECK_MAIL" --explain cert_name
	has "a fault explained" "$OUT" "what to do:"
	printf '[check_mail]\nhostname=127.0.0.1\nservice=imaps\nport=%s\n' "${SIM_PORT[imaps]}" >"$SIM/plugins.ini"
	check_mail "options from a file" OK ok --extra-opts=check_mail@"$SIM/plugins.ini" \
		--name "$SIM_NAME" --ca-file "$SIM/ca.pem"
}

sim_start "$SCENARIO" || finish || exit 1
limits
expectations
passwords
state_dir
pins
output
several
endings
finish
