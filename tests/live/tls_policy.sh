#!/usr/bin/env bash
# The version and the cipher of a handshake, what else the server would take, and what it wants of its
# clients: the same verdict in check_mail and in the exporter, stricter for mail clients than on port 25.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh
trap sim_stop EXIT

# NAME PROTOCOL OUR-TLS THE-SERVER'S-TLS
SERVICES='
relay       smtp  opportunistic starttls
submission  smtp  starttls      starttls
imaps       imap  implicit      implicit
pop3        pop3  starttls      starttls
sieve       sieve starttls      starttls
'

# NAME CLIENTS RELAY OBSOLETE and what the listener is told. CLIENTS and RELAY: a state for each, with
# FAULT/PHASE behind a colon; OBSOLETE: accepted as well; - is not to be seen.
CONDITIONS='
tls10   CRITICAL:tls_version/tls WARNING:tls_version/tls - tls-min=1.0 tls-max=1.0
tls11   CRITICAL:tls_version/tls WARNING:tls_version/tls - tls-min=1.1 tls-max=1.1
tls12   OK:ok                    OK:ok                   0 tls-min=1.2 tls-max=1.2
tls13   OK:ok                    OK:ok                   0 tls-min=1.3
all     OK:ok                    OK:ok                   1 tls-min=1.0
smalldh WARNING:tls_cipher/tls   OK:ok                   0 tls-min=1.2 tls-max=1.2 ciphers=DHE-RSA-AES128-GCM-SHA256 dh=modp_1536
static  OK:ok                    OK:ok                   0 tls-min=1.2 tls-max=1.2 ciphers=AES128-SHA
asked   OK:ok                    OK:ok                   0 tls-min=1.2 client-cert=asked
'

# cells DO: calls DO NAME PROTOCOL OUR-TLS STATE PAIR OBSOLETE LISTENER of each.
cells() {
	local service protocol ours theirs name clients relay obsolete told verdict
	while read -r service protocol ours theirs; do
		[ -n "$service" ] || continue
		while read -r name clients relay obsolete told; do
			[ -n "$name" ] || continue
			verdict=$clients
			[ "$service" != relay ] || verdict=$relay
			"$1" "$service-$name" "$protocol" "$ours" "${verdict%%:*}" "${verdict#*:}" "$obsolete" \
				"tls=$theirs cert=good-rsa $told"
		done <<<"$CONDITIONS"
	done <<<"$SERVICES"
}

# An address for each, because only one look at a time goes to an address.
declare -A HOST=()
number() { HOST[$1]=127.0.1.$((${#HOST[@]} + 1)); }
listener() { echo "listen $2 ${HOST[$1]}:0 name=$1 $7"; }

by_plugin() {
	check_mail "$1" "$4" "$5" -H "${HOST[$1]}" -s "$2" -p "${SIM_PORT[$1]}" --tls "$3" \
		--name "$SIM_NAME" --ca-file "$SIM/ca.pem" -v --obsolete-tls
	case $6 in
	0) has "$1: old TLS is refused" "$OUT" "TLS 1.0 and 1.1 are refused" ;;
	1) has "$1: old TLS is noted" "$OUT" "TLS 1.1 was agreed to" ;;
	esac
	case $1 in
	*-static) has "$1: noted" "$OUT" "AES128-SHA: RSA key transport without forward secrecy \(RFC 9325 section 4.1\)" ;;
	*-smalldh) has "$1: noted" "$OUT" "DH group of 1536 bits, 2048 are required \(RFC 9325 section 4.5\)" ;;
	*-asked) has "$1: said" "$OUT" "the server asks for a client certificate" ;;
	esac
}

service() { echo "  { name = \"$1\"; protocol = \"$2\"; port = ${SIM_PORT[$1]}; tls = \"$3\"; },"; }
server() { echo "  { name = \"$1\"; host = \"${HOST[$1]}\"; tls_name = \"$SIM_NAME\"; services = [ \"$1\" ]; },"; }

configure() {
	cat >"$SIM/mailvane.conf" <<-CONF
		ca_file = "$SIM/ca.pem";
		interval = "1s";
		tls_obsolete_interval = "1m";
		in_flight_max = 200;
		per_address_max = 100;
		services = (
		$(cells service | sed '$s/,$//')
		);
		servers = (
		$(cells server | sed '$s/,$//')
		);
	CONF
}

in_metrics() { verdict_is "exporter: $1" "$OUT" "$1 $1" "$4" "$5"; }
looked_at() {
	[ "$6" = - ] && return
	is "exporter: $1: accepted as well" \
		"$(sed -n "s/^mailvane_tls_obsolete_accepted{server=\"$1\",service=\"$1\"} //p" <<<"$OUT")" "$6"
}
all_looked_at() {
	fetch /metrics
	[ "$(grep -c '^mailvane_tls_obsolete_accepted' <<<"$OUT")" -ge "$LOOKS" ]
}

# WORDS... of what a server that wants a certificate says of ours, with and without one.
client() {
	local name=$1 pair=$2 words=$3
	shift 3
	check_mail "$name" CRITICAL "$pair" -H 127.0.0.1 -s imap -p "${SIM_PORT[$name]}" \
		--name "$SIM_NAME" --ca-file "$SIM/ca.pem" "$@"
	has "$name: the words" "$OUT" "$words"
}

client_certificates() {
	# With TLS 1.3 a server says it behind the handshake.
	local PAIR="client_cert/(tls|greeting|capability)"
	local ours=(--client-cert "$SIM/client.pem" --client-key "$SIM/client.key") version tls
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=probe \
		-keyout "$SIM/client.key" -out "$SIM/client.pem" 2>/dev/null
	for version in 12 13; do
		for tls in starttls implicit; do
			client "required-$version-$tls" "$PAIR" \
				"(handshake failure|certificate required).: it wants a certificate from us" --tls "$tls"
			check_mail "required-$version-$tls with one" OK ok -H 127.0.0.1 -s imap --tls "$tls" \
				-p "${SIM_PORT[required-$version-$tls]}" --name "$SIM_NAME" --ca-file "$SIM/ca.pem" \
				"${ours[@]}"
			client "unknown-ca-$version-$tls" "$PAIR" \
				"'unknown CA': it does not accept our certificate" --tls "$tls" "${ours[@]}"
			client "expired-$version-$tls" "$PAIR" \
				"'certificate expired': it does not accept our certificate" --tls "$tls" "${ours[@]}"
			client "bad-$version-$tls" "$PAIR" \
				"'bad certificate': it does not accept our certificate" --tls "$tls" "${ours[@]}"
		done
	done
}

client_listeners() {
	local want version tls
	for want in required unknown-ca expired bad; do
		for version in 12 13; do
			for tls in starttls implicit; do
				echo "listen imap 127.0.0.1:0 name=$want-$version-$tls tls=$tls client-cert=$want" \
					"tls-max=1.${version#1}"
			done
		done
	done
}

cells number
sim_start "$(cells listener)"$'\n'"$(client_listeners)" || {
	finish
	exit 1
}
cells by_plugin
client_certificates
# What openssl.cnf of this machine allows its own programs is not what a server is asked for.
cat >"$SIM/openssl.cnf" <<'CNF'
openssl_conf = init
[init]
ssl_conf = ssl
[ssl]
system_default = strict
[strict]
MinProtocol = TLSv1.2
CipherString = DEFAULT@SECLEVEL=2
CNF
OPENSSL_CONF=$SIM/openssl.cnf check_mail "openssl.cnf with MinProtocol" WARNING tls_obsolete/tls -H "${HOST[imaps-all]}" -s imap \
	--tls implicit -p "${SIM_PORT[imaps-all]}" --name "$SIM_NAME" --ca-file "$SIM/ca.pem" \
	--obsolete-tls --state tls_obsolete=warning
configure
LOOKS=0
count() { [ "$6" = - ] || LOOKS=$((LOOKS + 1)); }
cells count
exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log" || {
	finish
	exit 1
}
within 30 all_looked_at || not_ok "each server is looked at" "$(grep -c '^mailvane_tls_obsolete_accepted' <<<"$OUT") of $LOOKS"
fetch /metrics
cells in_metrics
cells looked_at
clean_metrics exporter "$OUT"
MANNERS=$(cat "$SIM/manners")
exporter_end TERM
is "the exporter ends with 0" "$CODE" 0
lacks "nobody logs in" "$(cat "$SIM/record")" 'AUTH|LOGIN|PASS'
lacks "no rudeness but a handshake that was refused" "$(grep -v 'rude=handshake' <<<"$MANNERS" |
	grep -vE 'listener=(required|unknown-ca|expired|bad)-')" 'rude='
finish
