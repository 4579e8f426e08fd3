#!/usr/bin/env bash
# No login may be sent without TLS, or to a server that is not verified. mailsim offers
# every mechanism where none may be used and records each byte it gets, in TLS and outside.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh

# NAME PROTOCOLS TLS, and what the listener is told; TLS is our mode.
TABLE='
plain             smtp,lmtp,imap,pop3,sieve  none           tls=none
stripped          smtp,imap,pop3,sieve       starttls       tls=none
stripped-lenient  smtp,imap,pop3             opportunistic  tls=none
refused           smtp,imap,pop3,sieve       starttls       tls=starttls fault=starttls-refused
refused-lenient   smtp                       opportunistic  tls=starttls fault=starttls-refused
injected          smtp,imap,pop3,sieve       starttls       tls=starttls fault=injection
preauth           imap                       starttls       tls=starttls fault=preauth
garbage           smtp,imap,pop3,sieve       starttls       tls=starttls fault=garbage
closes            smtp,imap,pop3,sieve       starttls       tls=starttls fault=close@tls
self-signed       smtp,imap,pop3,sieve       starttls       tls=starttls cert=self-signed
untrusted         smtp,imap,pop3,sieve       implicit       tls=implicit cert=untrusted
wrong-name        smtp,imap,pop3,sieve       implicit       tls=implicit cert=wrong-name
expired           smtp,imap,pop3,sieve       starttls       tls=starttls cert=expired
weak              smtp,imap,pop3,sieve       opportunistic  tls=starttls cert=weak
'
ALL='PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-256-PLUS XOAUTH2 OAUTHBEARER'

# Everything that could tempt us, without LOGINDISABLED, in clear and in TLS.
offer() {
	local tls=$2
	case $1 in
	smtp | lmtp) echo "capability \"${tls:+STARTTLS\\n}AUTH $ALL\"" ;;
	imap) echo "capability \"IMAP4rev1 SASL-IR ${tls:+STARTTLS }AUTH=${ALL// / AUTH=}\"" ;;
	pop3) echo "capability \"USER\\n${tls:+STLS\\n}SASL $ALL\"" ;;
	sieve) echo "capability \"\\\"SASL\\\" \\\"$ALL\\\"${tls:+\\n\\\"STARTTLS\\\"}\"" ;;
	esac
}

rows() {
	local name protocols tls told protocol
	while read -r name protocols tls told; do
		[ -n "$name" ] || continue
		for protocol in ${protocols//,/ }; do
			"$1" "$name-$protocol" "$protocol" "$tls" "$told"
		done
	done <<<"$TABLE"
}

listener() {
	local starttls=''
	[[ $4 != *tls=starttls* ]] || starttls=yes
	echo "listen $2 127.0.0.1:0 name=$1 login=any $4"
	echo "  $(offer "$2" "$starttls") when=clear"
	[[ $4 == *tls=none* ]] || echo "  $(offer "$2" '') when=tls"
}

# The password, the token, and a mechanism that shows neither.
by_plugin() {
	local common=(-H 127.0.0.1 -s "$2" -p "${SIM_PORT[$1]}" --tls "$3" --name "$SIM_NAME"
		--ca-file "$SIM/ca.pem" -t 5 --user "$SIM_USER")
	"$CHECK_MAIL" "${common[@]}" --password-file "$SIM/password" >/dev/null
	"$CHECK_MAIL" "${common[@]}" --token-file "$SIM/token" >/dev/null
	"$CHECK_MAIL" "${common[@]}" --password-file "$SIM/password" --mechanism CRAM-MD5 >/dev/null
}

service() { echo "  { name = \"$1\"; protocol = \"$2\"; port = ${SIM_PORT[$1]}; tls = \"$3\"; },"; }
# Without TLS at all the configuration refuses the account.
server() {
	local account="account = \"$ACCOUNT\"; "
	[ "$3" != none ] || account=
	echo "  { name = \"$1\"; host = \"127.0.0.1\"; tls_name = \"$SIM_NAME\"; services = [ \"$1\" ]; $account},"
}

# The verbs of a login, whatever is behind them, and the secrets as they are and in base64.
LOGIN='"(a[0-9]+ )?(AUTH|AUTHENTICATE|LOGIN|USER|PASS)( |\\r)'
forbidden() {
	local secret
	secret="${SIM_PASSWORD//./\\.}|$(printf %s "$SIM_PASSWORD" | base64)|$(cut -c 2-12 "$SIM/token")"
	secret+="|$(printf '\0%s\0%s' "$SIM_USER" "$SIM_PASSWORD" | base64 -w 0)|$(base64 -w 0 <"$SIM/token" | cut -c 4-12)"
	echo "$LOGIN|$secret"
}

nothing_was_said() {
	local record
	record=$(grep -E "^listener=$1 " "$SIM/record")
	lacks "$WHO: no login at $1" "$record" "$(forbidden)"
	HEARD+=${record:+x}
	LISTENERS+=x
}

trap 'sim_stop' EXIT
sim_start "user $SIM_USER $SIM_PASSWORD
listen imap 127.0.0.1:0 name=verified-imap tls=implicit
$(rows listener)" || { finish; exit 1; }
printf %s token.of.many-letters.0123456789 >"$SIM/token"
chmod 600 "$SIM/token"

WHO="check_mail" HEARD='' LISTENERS=''
each_plugin() {
	by_plugin "$@" &
	[ "$(jobs -rp | wc -l)" -lt 8 ] || wait -n
}
rows each_plugin
for PLUGIN in $(jobs -rp | grep -vx "$SIM_PID"); do
	wait "$PLUGIN"
done
rows nothing_was_said
is "each of them was talked to, but where TLS came first" \
	"$((${#LISTENERS} - ${#HEARD} < 12))" 1
for ACCOUNT in by_password by_token; do
	: >"$SIM/record"
	cat >"$SIM/mailvane.conf" <<-CONF
		ca_file = "$SIM/ca.pem"; timeout = "5s";
		accounts = ( { name = "by_password"; user = "$SIM_USER"; password_file = "password"; },
			{ name = "by_token"; user = "$SIM_USER"; token_file = "token"; } );
		services = ( $(rows service | sed '$s/,$//') );
		servers = ( $(rows server | sed '$s/,$//') );
	CONF
	run "$EXPORTER" --config.file="$SIM/mailvane.conf" --once
	is "exporter --once ends with 0 ($ACCOUNT)" "$CODE" 0
	WHO="exporter, $ACCOUNT"
	rows nothing_was_said
done

# That the record would show it.
: >"$SIM/record"
check_mail "where it may" OK ok -H 127.0.0.1 -s imap -p "${SIM_PORT[verified-imap]}" --tls implicit \
	--name "$SIM_NAME" --ca-file "$SIM/ca.pem" --user "$SIM_USER" --password-file "$SIM/password"
has "a login is seen" "$(grep '^listener=verified-imap ' "$SIM/record")" "$(forbidden)"
finish
