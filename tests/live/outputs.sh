#!/usr/bin/env bash
# Every output of both front ends before mailsim, compared with the files of outputs/. A change of
# a word, a key or a metric shows here; MAILVANE_REWRITE=1 writes the files instead.
#
# Times, dates, counts of probes, ports, certificates' numbers and paths are replaced by words, so
# that the rest is the same on every machine. What the exporter says is asked for again until it
# matches, because its state needs some probes to settle.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh
trap 'exporter_end KILL; sim_stop' EXIT

CHECK_MAILVANE=$BUILD/checks/check_mailvane
EXPECTED=$ASSERT_HERE/outputs
REWRITE=${MAILVANE_REWRITE:-}

# NAME PROTOCOL TLS ACCOUNT and what mailsim is told. TLS is the mode of the prober.
TABLE='
smtp        smtp  starttls login
imap        imap  implicit login messages=7
pop3        pop3  starttls login messages=3
sieve       sieve starttls login
lmtp        lmtp  starttls -
clear       smtp  none     -
asks-cert   imap  implicit -     client-cert=asked
expired     imap  implicit -     cert=expired
expiring    smtp  starttls -     cert=expiring-intermediate
wrong-name  pop3  implicit -     cert=wrong-name
untrusted   imap  starttls -     cert=untrusted
no-starttls smtp  starttls -     tls=none
blocked     smtp  none     -     fault=refused
denied      imap  implicit other fault=login-denied
silent      smtp  none     -     fault=silence
hostile     smtp  none     -
nobody      smtp  none     -
'

# rows DO: calls DO with each row; what mailsim is told is one argument.
rows() {
	local name protocol tls login told
	while read -r name protocol tls login told; do
		[ -z "$name" ] || "$1" "$name" "$protocol" "$tls" "$login" "$told"
	done <<<"$TABLE"
}

listener() {
	[ "$1" != nobody ] || return 0
	[[ $5 == *tls=none* ]] && echo "listen $2 127.0.0.1:0 name=$1 $5" ||
		echo "listen $2 127.0.0.1:0 name=$1 tls=$3 $5"
	[ "$1" != hostile ] ||
		printf '%s\n' '  reply GREETING "554 5.7.1 bars | \"quotes\" <b>&amp; back\\slash \x1b[31mred\r\n" then=close'
}

scenario() {
	echo "user $SIM_USER $SIM_PASSWORD"
	rows listener
	echo 'certificate star good names=*.good.test
certificate old expired names=*.old.test
listen imap 127.0.0.1:0 name=shared tls=implicit
  sni *.good.test star
  sni *.old.test old'
}

# --- the same text on every machine ---------------------------------------------------------

# The numbers of certificates, times, values that time decides, then ports and paths.
write_rules() {
	local name
	cat <<-'SED'
		s/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+(\.[0-9]+)?Z/DATE/g
		s/\b[0-9a-f]{64}\b/SHA256/g
		s/\b[0-9A-Fa-f]{20,24}\b/SERIAL/g
		s/\b[0-9]+(\.[0-9]+)?( ms| s|ns|us|ms|s|m|h|d)\b/TIME/g
		s/TIME( TIME)+/TIME/g
		s/^(  [a-z]+ +)TIME +#+$/\1TIME BAR/
		s/^(  [a-z]+) +TIME/\1 TIME/
		s/^((mailvane|probe)_[a-z_]*(seconds|late|total|bucket|count|sum|in_flight|waiting|series|slots)\b.*) [-+0-9.e]+$/\1 N/
		s/^(process_[a-z_]+) .*/\1 N/
		s/^(probe_[a-z_]*(duration|time|lookup|expiry)[a-z_]*(\{.*\})?) [-+0-9.e]+$/\1 N/
		s/^(mailvane_build_info)\{.*/\1{version="VERSION",compiler="COMPILER"} 1/
		s/\b[0-9]+\.[0-9]{3,}\b/TIME/g
		s/"(probes|requests|failures|late|in_flight|waiting|dns_[a-z_]+|skipped_[a-z]+)":([0-9]+|true|false)/"\1":N/g
		s/"waited_seconds":[0-9.]+/"waited_seconds":TIME/g
		s/"version":"[0-9][^"]*"/"version":"VERSION"/
		s/<td>[0-9]+, of which [0-9]+ failed/<td>N, of which N failed/
		s/last hour, [0-9]+ samples?: .*;/last hour, N samples;/
		s/\bmailvane [0-9]+\.[0-9]+\.[0-9]+/mailvane VERSION/
		s/,"/,\n"/g
	SED
	unset "SIM_PORT[ready]"
	for name in "${!SIM_PORT[@]}"; do
		echo "s/\\b${SIM_PORT[$name]}\\b/PORT_$name/g"
	done
	echo "s/\\b$CLOSED\\b/PORT_nobody/g"
	echo "s|$SIM|DIRECTORY|g"
}

alike() { sed -E -f "$SIM/rules" | sed "s/${EXPORTER_AT:-no exporter}/EXPORTER/g"; }

# outputs NAME COMMAND...: what it prints is that of outputs/NAME.txt.
outputs() {
	local file=$EXPECTED/$1.txt
	shift
	if [ -n "$REWRITE" ]; then
		"$@" | alike >"$file"
		return
	fi
	is "${file##*/}" "$(diff -u "$file" <("$@" | alike) | sed 1,2d)" ""
}

same() {
	local file=$1
	shift
	"$@" | alike | cmp -s - "$file"
}

# settles NAME COMMAND...: it does in the end.
settles() {
	[ -n "$REWRITE" ] || within 30 same "$EXPECTED/$1.txt" "${@:2}"
	outputs "$@"
}

# --- check_mail -----------------------------------------------------------------------------

# show TITLE COMMAND...: what it prints and its exit code.
show() {
	echo "=== $1"
	"${@:2}" 2>&1 </dev/null
	echo "=== exit code $?"
}

plugin() {
	local login=() common
	[ "$4" = - ] || login=(--user "$SIM_USER" --password-file "$SIM/password")
	common=("$CHECK_MAIL" -H 127.0.0.1 -s "$2" -p "${SIM_PORT[$1]}" --tls "$3" --name "$SIM_NAME"
		--ca-file "$SIM/ca.pem" --ehlo monitor.test -t "$(patience "$1")" "${login[@]}")
	show "text" "${common[@]}"
	show "-v" "${common[@]}" -v
	show "-vv" "${common[@]}" -vv
	show "-vvv" "${common[@]}" -vvv
	show "--json" "${common[@]}" --json
}

# Long, but for the one that makes everybody wait.
patience() { [ "$1" = silent ] && echo 4s || echo 10s; }

by_plugin() { outputs "check_mail-$1" plugin "$@"; }

plugin_names() {
	local common=("$CHECK_MAIL" -H 127.0.0.1 -s imaps -p "${SIM_PORT[shared]}" --ca-file "$SIM/ca.pem"
		--names-file "$SIM/customers" -t 60s)
	show "text" "${common[@]}"
	show "-v" "${common[@]}" -v
	show "--json" "${common[@]}" --json
}

# --- the exporter ---------------------------------------------------------------------------

service() {
	echo "  { name = \"$1\"; protocol = \"$2\"; port = ${SIM_PORT[$1]}; tls = \"$3\"; },"
}

server() {
	local account=''
	[ "$4" = - ] || account="account = \"$4\"; "
	echo "  { name = \"$1\"; host = \"127.0.0.1\"; tls_name = \"$SIM_NAME\"; services = [ \"$1\" ];" \
		"timeout = \"$(patience "$1")\"; $account},"
}

configure() {
	cat >"$SIM/mailvane.conf" <<-CONF
		interval = "10s"; retry_interval = "10s"; confirm = 1; names_interval = "1m"; ca_file = "$SIM/ca.pem";
		per_address_max = 40; ehlo_name = "monitor.test"; probe = { names = [ "localhost" ]; networks = [ "127.0.0.0/29" ]; };
		accounts = ( { name = "login"; user = "$SIM_USER"; password_file = "password"; },
		  { name = "other"; user = "other@demo.test"; password_file = "password"; } );
		services = (
		$(rows service)
		  { name = "shared"; protocol = "imap"; port = ${SIM_PORT[shared]}; tls = "implicit"; }
		);
		servers = (
		$(rows server)
		  { name = "shared"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; services = [ "shared" ];
		    names_file = "customers"; labels = { site = "fra1"; }; }
		);
	CONF
}

# Of a page its <main>, without drawings: their numbers are times.
get() {
	fetch "$1"
	[[ $TYPE != text/html* ]] || OUT=$(sed -n '/<main/,/<\/main>/p' <<<"$OUT" |
		sed -zE 's=<svg[^>]*>([^<]|<[^/]|</[^s]|</s[^v])*</svg>=<svg>=g')
	echo "$STATUS $TYPE"
	echo "$OUT"
}

# All targets and all customers' names were probed, and the login that failed is left alone.
has_settled() {
	fetch /api/v1/status
	jq -e '[.targets[].results | length > 0] | all' <<<"$OUT" >/dev/null &&
		jq -e '.targets[] | .names // empty | .asked == .total' <<<"$OUT" >/dev/null &&
		grep -q '"fault":"auth_suspended"' <<<"$OUT"
}

# Problems come in the order of their times.
sorted() { "$@" | sed 's/<article/\n&/g' | LC_ALL=C sort; }

of_target() {
	settles "target-$1" get "/target?server=$1&service=$1"
	settles "check_mailvane-$1" show "check_mailvane" "$CHECK_MAILVANE" --url "http://$EXPORTER_AT" --server "$1"
	[ "$1" = silent ] || settles "probe-$1" get "/probe?target=$1&module=$1"
}

by_exporter() {
	exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log" || return
	holds "every target and every name has a result" within 90 has_settled
	rows of_target
	of_target shared
	settles status get /api/v1/status
	settles metrics get /metrics
	settles names get /api/v1/names
	settles discovery get /sd
	settles page sorted get /
	settles probe-debug get "/probe?target=imap&module=imap&debug=true"
	exporter_end TERM
	is "the exporter ends with 0" "$CODE" 0
}

sim_start "$(scenario)" || finish || exit 1
CLOSED=$(free_port)
SIM_PORT[nobody]=$CLOSED
write_rules >"$SIM/rules"
printf '%s\n' a.good.test b.old.test c.none.test >"$SIM/customers"
rows by_plugin
outputs check_mail-names plugin_names
configure
by_exporter
[ -z "$REWRITE" ] || ok "outputs/ is written: read the difference"
finish
