#!/usr/bin/env bash
# A laboratory of real servers: Postfix and Dovecot on free loopback ports, no service manager,
# everything in one temporary directory. Needs root: both drop to their own users.
#
#   tests/live/lab.sh            runs it and prints what is where, until Ctrl-C
#   . tests/live/lab.sh          gives lab_start, lab_stop, $LAB, ${PORT[name]} to a test
#
# Even when the shell that started them is killed, Dovecot dies with it and Postfix, which gives
# up that signal when it changes users, within a quarter of an hour.

LAB_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/live/certs.sh
. "$LAB_HERE/certs.sh"

LAB_GOOD="smtp submission submissions imap imaps pop3 pop3s lmtp sieve"
LAB_CAREFUL="greylisting postscreen"
LAB_BROKEN="wrong_name leaf_only expired self_signed not_yet expiring no_starttls rejecting
	slow tls10 client_cert"
LAB_NAME=mail.lab.test
LAB_USER=probe@lab.test
LAB_PASSWORD=Lab-Secret.1
declare -A PORT=()
LAB=
LAB_PIDS=()

lab_has_ipv6() { grep -qs ' lo$' /proc/net/if_inet6; }

# host_of NAME: where that service listens. Dovecot is asked at an address that is not the
# client's own: it takes such a client for a secure one and offers it passwords in clear.
host_of() {
	case $1 in
	imap* | pop3* | lmtp | sieve) echo 127.0.0.2 ;;
	*) echo 127.0.0.1 ;;
	esac
}

# True when something listens on the port, without touching it (any address).
port_is_taken() { grep -qsi ":$(printf %04x "$1") [0-9a-f]*:0000 0A" /proc/net/tcp /proc/net/tcp6; }

# Ports below the ephemeral range, so that no outgoing connection holds one.
lab_choose_ports() {
	local name base try offset
	for try in {1..50}; do
		base=$((10000 + RANDOM % 500 * 40)) offset=0
		for name in $LAB_GOOD $LAB_CAREFUL $LAB_BROKEN refused; do
			PORT[$name]=$((base + offset++))
			! port_is_taken "${PORT[$name]}" || continue 2
		done
		return 0
	done
	echo "lab: no free ports after $try tries" >&2
	return 1
}

base64url() { base64 -w0 | tr '+/' '-_' | tr -d =; }

# lab_token SECONDS: a token that ends in so many seconds, RFC 7519.
lab_token() {
	local now text
	now=$(date +%s)
	text=$(printf '{"alg":"HS256","typ":"JWT"}' | base64url).$(printf \
		'{"sub":"probe","email":"%s","iat":%d,"exp":%d}' \
		"$LAB_USER" "$((now - 7200))" "$((now + $1))" | base64url)
	printf '%s.%s\n' "$text" "$(printf %s "$text" |
		openssl dgst -sha256 -hmac lab-key -binary | base64url)"
}

# Dovecot looks for its key under azp and alg, by the name of the key.
lab_make_tokens() {
	mkdir -p "$LAB/dovecot/keys/default/HS256"
	printf lab-key | base64 -w0 >"$LAB/dovecot/keys/default/HS256/default"
	lab_token 3600 >"$LAB/token"
	lab_token -3600 >"$LAB/expired_token"
	chmod 600 "$LAB/token" "$LAB/expired_token"
}

# The templates with their @words@ filled in.
lab_configure() {
	local name listen=127.0.0.2 protocols=ipv4 fill=()
	! lab_has_ipv6 || listen=127.0.0.2,::1 protocols=all
	for name in "${!PORT[@]}"; do
		fill+=(-e "s|@$name@|${PORT[$name]}|g")
	done
	fill+=(-e "s|@DIR@|$LAB|g" -e "s|@PROTOCOLS@|$protocols|" -e "s|@LISTEN@|$listen|")
	sed "${fill[@]}" "$LAB_HERE/lab/main.cf" >"$LAB/postfix/main.cf"
	sed "${fill[@]}" "$LAB_HERE/lab/master.cf" >"$LAB/postfix/master.cf"
	sed "${fill[@]}" "$LAB_HERE/lab/dovecot.conf" >"$LAB/dovecot/dovecot.conf"
	sed "${fill[@]}" "$LAB_HERE/lab/oauth2.conf" >"$LAB/dovecot/oauth2.conf"
	lab_make_tokens
	# Not for the name of the broken ones: it would win over the certificate of their port.
	echo "mail.customer.test $LAB/tls/customer.pem" >"$LAB/postfix/sni"
	echo "$LAB_USER:{PLAIN}$LAB_PASSWORD::::::" >"$LAB/dovecot/users"
	chown root:dovecot "$LAB/dovecot/users"
	chmod 640 "$LAB/dovecot/users"
	printf %s "$LAB_PASSWORD" >"$LAB/password"
	printf %s "not-$LAB_PASSWORD" >"$LAB/wrong_password"
	chmod 600 "$LAB/password" "$LAB/wrong_password"
}

# server NAME COMMAND...: in the background, with nothing of ours but its own log.
server() {
	local name=$1
	shift
	setpriv --pdeathsig TERM "$@" </dev/null >"$LAB/$name.out" 2>&1 &
	LAB_PIDS+=($!)
}

# Waits until every port has a listener; fails early when a server has died.
lab_wait() {
	local name pid deadline=$((SECONDS + 20))
	for name in $LAB_GOOD $LAB_CAREFUL $LAB_BROKEN; do
		until port_is_taken "${PORT[$name]}"; do
			for pid in "${LAB_PIDS[@]}"; do
				kill -0 "$pid" 2>/dev/null || return 1
			done
			[ "$SECONDS" -lt "$deadline" ] || return 1
			sleep 0.05
		done
	done
}

lab_launch() {
	LAB_PIDS=()
	lab_choose_ports && lab_configure || return 1
	postfix -c "$LAB/postfix" check >"$LAB/postfix.check" 2>&1
	server dovecot dovecot -F -c "$LAB/dovecot/dovecot.conf"
	server postfix /usr/lib/postfix/sbin/master -c "$LAB/postfix" -s -e 900
	lab_wait
}

lab_requires() {
	local what
	[ "$(id -u)" = 0 ] || { echo "lab: Postfix and Dovecot must be started as root" >&2; return 1; }
	for what in postfix dovecot doveadm openssl setpriv; do
		command -v "$what" >/dev/null || { echo "lab: $what is not installed" >&2; return 1; }
	done
	case $(dovecot --version) in
	2.3.*) ;;
	*) echo "lab: Dovecot 2.3 is needed, this is $(dovecot --version)" >&2; return 1 ;;
	esac
}

lab_start() {
	local try
	lab_requires || return 1
	LAB=$(mktemp -d "${TMPDIR:-/tmp}/mailvane-lab.XXXXXX") || return 1
	chmod 755 "$LAB"
	mkdir -p "$LAB/postfix/queue" "$LAB/postfix/data" "$LAB/dovecot/run" "$LAB/dovecot/state" \
		"$LAB/mail"
	chown postfix "$LAB/postfix/data"
	chown mail:mail "$LAB/mail"
	make_certs "$LAB/tls" || return 1
	for try in 1 2 3; do
		! lab_launch || return 0
		lab_end_servers # another run may have taken a port in between
	done
	echo "lab: the servers do not start (tried $try times):" >&2
	tail -n 20 "$LAB"/*.out "$LAB"/*.log "$LAB/postfix.check" >&2
	return 1
}

lab_end_servers() {
	local pid
	[ ${#LAB_PIDS[@]} -eq 0 ] || kill "${LAB_PIDS[@]}" 2>/dev/null
	for pid in "${LAB_PIDS[@]}"; do
		wait "$pid" 2>/dev/null
	done
	LAB_PIDS=()
}

# Harmless when nothing runs. LAB_KEEP=1 keeps the directory with its logs.
lab_stop() {
	lab_end_servers
	if [ -n "$LAB" ] && [ -z "${LAB_KEEP:-}" ]; then
		rm -rf "$LAB"
	fi
	LAB=
}

lab_show() {
	local name
	echo "name $LAB_NAME, trust anchor $LAB/tls/root.pem"
	echo "user $LAB_USER, password in $LAB/password; logs $LAB/postfix.log $LAB/dovecot.log"
	for name in $LAB_GOOD $LAB_CAREFUL $LAB_BROKEN; do
		printf '%-12s %s:%s\n' "$name" "$(host_of "$name")" "${PORT[$name]}"
	done
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	trap lab_stop EXIT
	trap 'exit 0' INT TERM
	lab_start || exit 1
	lab_show
	wait "${LAB_PIDS[@]}"
fi
