#!/usr/bin/env bash
# --web.config.file: what promtool takes is taken; HTTPS, client certificates and passwords before
# curl; certificates and rules that change while connections stay.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./prober.sh

CASES=$ROOT/tests/unit/web_config
# "secret", cost 10; and "U*U", cost 5.
HASH='$2y$10$abcdefghijklmnopqrstuuqflPDzB6gcMhKa1rZqKiun2YGL5sa2u'
QUICK='$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'
# A login that is hashed, in front of a sanitizer.
LOGIN_MS=5000

WEB=$(mktemp -d "${TMPDIR:-/tmp}/mailvane-web.XXXXXX") || exit 1
trap 'exporter_end KILL; rm -rf "$WEB"' EXIT

# certificate NAME [OPTION...]: NAME.pem and NAME.key, for localhost.
certificate() {
	local name=$1
	shift
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
		-keyout "$WEB/$name.key" -out "$WEB/$name.pem" -subj "/CN=$name" \
		-addext "subjectAltName=DNS:localhost,DNS:$name" "$@" 2>/dev/null
	chmod 600 "$WEB/$name.key"
}

configure() {
	certificate one && certificate two && certificate stranger || return 1
	certificate friend -addext extendedKeyUsage=clientAuth || return 1
	cat >"$WEB/mailvane.conf" <<-CONF
		interval = "1h"; ehlo_name = "monitor.example.com";
		services = ( { name = "far"; protocol = "smtp"; port = 1; tls = "none"; } );
		servers = ( { name = "mx"; host = "127.0.0.1"; services = [ "far" ]; } );
	CONF
}

# --- the same files before promtool -------------------------------------------------------------

ours() { "$EXPORTER" --config.file="$WEB/mailvane.conf" --config.check --web.config.file="$1" >/dev/null 2>&1; }
theirs() { promtool check web-config "$1" >/dev/null 2>&1; }

same_opinion() {
	local file name wrong=() us they
	cp "$CASES"/*.yml "$WEB"
	cp "$ROOT/conf/web-config.yml" "$WEB/good-example.yml"
	cp "$WEB/one.pem" "$WEB/exporter.pem"
	cp "$WEB/one.key" "$WEB/exporter.key"
	cp "$WEB/one.pem" "$WEB/cert.pem"
	cp "$WEB/one.key" "$WEB/key.pem"
	cp "$WEB/two.key" "$WEB/other.pem"
	: >"$WEB/nothing.pem"
	for file in "$WEB"/*.yml; do
		chmod 644 "$file"
		name=${file##*/} us=no they=no
		ours "$file" && us=yes
		theirs "$file" && they=yes
		case $name-$us-$they in
		good-*-yes-yes | bad-*-no-no | newer-*-no | stricter-*-no-yes) ;;
		*) wrong+=("$name: ours $us, promtool $they") ;;
		esac
	done
	is "promtool and we agree on each file" "${wrong[*]}" ""
	run "$EXPORTER" --config.file="$WEB/mailvane.conf" --web.config.file="$WEB/bad-key-tls.yml"
	has "an error says where, what and what to do" "$ERR" "bad-key-tls\.yml:4: unknown key 'keyfile'.*did you mean 'key_file'"
	is "and nothing is started" "$CODE" 1
}

# --- HTTPS ----------------------------------------------------------------------------------------

write_config() { cat >"$WEB/web.yml" && chmod 644 "$WEB/web.yml"; }

tls_config() {
	printf 'tls_server_config:\n  cert_file: %s.pem\n  key_file: %s.key\n' "$1" "$1"
	shift
	[ $# -eq 0 ] || printf '  %s\n' "$@"
}

# get PATH [CURL-OPTION...]: the status, or "none"; the body is in $BODY.
get() {
	local path=$1
	shift
	curl -sS --max-time 20 -o "$WEB/body" -w '%{http_code}' "$@" "https://localhost:${EXPORTER_AT##*:}$path" \
		2>"$WEB/why" || echo none
}

taken() { [ "$(grep -c 'msg="web configuration loaded"' "$WEB/log")" -gt "$1" ]; }
refused() { [ "$(grep -c 'msg="web configuration not loaded' "$WEB/log")" -gt "$1" ]; }

# Waits until the exporter has taken what is there now.
reload() {
	local before
	before=$(grep -c 'msg="web configuration loaded"' "$WEB/log")
	kill -HUP "$EXPORTER_PID"
	holds "the rules are taken: $1" within 10 taken "$before"
}

answers_https() { [ "$(get /-/healthy --cacert "$WEB/one.pem")" = 200 ]; }
exporter_answers() { answers_https; }

https() {
	tls_config one | write_config
	EXPORTER_OPTIONS=(--web.config.file="$WEB/web.yml" --web.listen-address="unix:$WEB/http.sock")
	exporter_start "$WEB/mailvane.conf" "$WEB/log" || return 1
	is "HTTPS with a certificate that is checked" "$(get /metrics --cacert "$WEB/one.pem")" 200
	is "plain HTTP is not answered there" \
		"$(curl -sS -o /dev/null -w '%{http_code}' "http://$EXPORTER_AT/metrics" 2>/dev/null)" 000
	is "TLS 1.1 is too old" "$(get / --cacert "$WEB/one.pem" --tls-max 1.1)" 000none
	# A connection that is open keeps what it began with, and answers.
	coproc OPEN { openssl s_client -quiet -connect "$EXPORTER_AT" -CAfile "$WEB/one.pem" 2>/dev/null; }
	# Bash closes its own descriptor when the client ends.
	exec {answers}<&"${OPEN[0]}"
	printf 'GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n' >&"${OPEN[1]}"
	read -rt 10 -u "$answers" line
	has "a connection is open" "$line" "200 OK"
	tls_config two | write_config
	holds "a changed file is taken without being asked" within 15 taken 0
	is "the new certificate is shown" "$(get /metrics --cacert "$WEB/two.pem")" 200
	is "the old one is not" "$(get /metrics --cacert "$WEB/one.pem")" 000none
	printf 'GET /-/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' >&"${OPEN[1]}"
	has "the open connection still answers" "$(timeout 10 cat <&"$answers")" "HTTP/1.1 (200|503)"
	exec {answers}<&-
	wait "$OPEN_PID" 2>/dev/null || true
}

# client WHAT AUTH-TYPE: the statuses without a certificate, with a strange and with a good one.
client() {
	local who got=()
	tls_config one "client_auth_type: $2" "${@:3}" | write_config
	reload "$2"
	for who in none stranger friend; do
		local options=(--cacert "$WEB/one.pem")
		[ "$who" = none ] || options+=(--cert "$WEB/$who.pem" --key "$WEB/$who.key")
		got+=("$(get /-/healthy "${options[@]}")")
	done
	is "$2: without a certificate, with a stranger's, with a friend's" "${got[*]}" "$1"
}

clients() {
	local ca="client_ca_file: friend.pem"
	client "200 200 200" NoClientCert
	client "200 200 200" RequestClientCert "$ca"
	client "000none 200 200" RequireAnyClientCert "$ca"
	client "200 000none 200" VerifyClientCertIfGiven "$ca"
	client "000none 000none 200" RequireAndVerifyClientCert "$ca"
	client "000none 000none 200" RequireAndVerifyClientCert "$ca" "client_allowed_sans: [ nobody, friend ]"
	client "000none 000none 000none" RequireAndVerifyClientCert "$ca" "client_allowed_sans: [ nobody ]"
}

words() {
	tls_config one "max_version: TLS12" "cipher_suites: [ TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 ]" \
		"curve_preferences: [ CurveP384 ]" | write_config
	reload "versions, ciphers and curves"
	OUT=$(openssl s_client -connect "$EXPORTER_AT" </dev/null 2>&1)
	has "the cipher that was asked for" "$OUT" "TLSv1.2, Cipher is ECDHE-ECDSA-AES256-GCM-SHA384"
	has "the curve that was asked for" "$OUT" "(P-384|secp384r1)"
	is "TLS 1.3 is not offered" "$(get / --cacert "$WEB/one.pem" --tlsv1.3)" 000none
	is "another curve is refused" "$(get / --cacert "$WEB/one.pem" --curves X25519)" 000none
}

# --- passwords and headers ------------------------------------------------------------------------

passwords() {
	local from took
	{
		tls_config one
		printf 'basic_auth_users:\n  alice: %s\n  quick: %s\n' "$HASH" "$QUICK"
		printf 'http_server_config:\n  http2: true\n  headers:\n    X-Frame-Options: sameorigin\n'
		printf '    Strict-Transport-Security: max-age=60\n'
	} | write_config
	reload "users and headers"
	local curl=(--cacert "$WEB/one.pem")
	is "no login" "$(get / "${curl[@]}" -D "$WEB/headers")" 401
	has "says how" "$(cat "$WEB/headers")" '^WWW-Authenticate: Basic realm='
	is "a wrong password" "$(get / "${curl[@]}" -u alice:wrong)" 401
	is "a user nobody knows" "$(get / "${curl[@]}" -u bob:secret)" 401
	is "the right one" "$(get / "${curl[@]}" -u alice:secret -D "$WEB/headers")" 200
	is "nobody is asked at the Unix socket, which is for owner and group" \
		"$(curl -sS --unix-socket "$WEB/http.sock" -o /dev/null -w '%{http_code}' http://x/metrics)" 200
	run "$BUILD/checks/check_mailvane" --url "unix:$WEB/http.sock" --server mx
	lacks "so that check_mailvane has an answer" "$OUT" "401|no answer|cannot"
	has "of the server it asked for" "$OUT" "^MAIL [A-Z]+ - .*far"
	is "a POST is asked for a login, too" "$(get /metrics "${curl[@]}" -X POST)" 401
	is "each header is there once" "$(grep -ic '^x-frame-options' "$WEB/headers")" 1
	has "as configured" "$(cat "$WEB/headers")" '^X-Frame-Options: sameorigin'
	has "both" "$(cat "$WEB/headers")" '^Strict-Transport-Security: max-age=60'
	has "http2 is said to be ignored" "$(cat "$WEB/log")" 'http2 is ignored'
	lacks "no password is in the log" "$(cat "$WEB/log")" 'secret|\$2[aby]\$'
	flood "${curl[@]}" &
	local flood=$!
	within 10 test -e "$WEB/flooding"
	from=$(now_ms)
	is "beside a flood of guesses a login that is known" "$(get / "${curl[@]}" -u alice:secret)" 200
	took=$(($(now_ms) - from))
	below "takes no longer" "$took" "$LOGIN_MS"
	is "nor does one that is not known yet, from another address" \
		"$(get / "${curl[@]}" --interface 127.0.0.2 --connect-to "::127.0.0.1:" -u 'quick:U*U')" 200
	wait "$flood"
	has "the guesses are refused" "$(sort -u "$WEB/guesses" | tr '\n' ' ')" '^401 (429 )?$'
}

# Forty guesses, all different, ten at a time.
flood() {
	local i
	: >"$WEB/flooding"
	for i in {1..40}; do
		curl -sS --max-time 60 -o /dev/null -w '%{http_code}\n' "$@" -u "alice:guess$i" \
			"https://localhost:${EXPORTER_AT##*:}/" >>"$WEB/guesses" 2>/dev/null &
		[ $((i % 10)) -ne 0 ] || wait
	done
	wait
}

stays() {
	local before
	before=$(grep -c 'msg="web configuration not loaded' "$WEB/log")
	printf 'tls_server_confg: {}\n' | write_config
	kill -HUP "$EXPORTER_PID"
	holds "a file with an error is not taken" within 10 refused "$before"
	has "which is said with its place" "$(cat "$WEB/log")" "at=\"?$WEB/web.yml:1\"? hint=.*did you mean 'tls_server_config'"
	is "and the rules before it stay" "$(get / --cacert "$WEB/one.pem" -u alice:secret)" 200
	: | write_config
	reload "nothing any more"
	is "plain HTTP, without a login" "$(curl -sS -o /dev/null -w '%{http_code}' "http://$EXPORTER_AT/")" 200
}

configure || { not_ok "certificates are made"; finish; exit 1; }
same_opinion
https || { finish; exit 1; }
clients
words
passwords
stays
exporter_end TERM
is "it ends with 0" "$CODE" 0
finish
