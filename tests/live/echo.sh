#!/usr/bin/env bash
# A server repeats the password, in many encodings and in every phase: it must be in no output of
# check_mail (-vvv, --json) and of the exporter (/probe?debug=true, /metrics, its API, its log).
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh

# NAME and what mailsim is told to say; in its escapes.
PLAIN=$(printf '\0%s\0%s' "$SIM_USER" "$SIM_PASSWORD" | base64 -w 0)
BASE64=$(printf %s "$SIM_PASSWORD" | base64)
HEX=$(printf %s "$SIM_PASSWORD" | od -An -tx1 | tr -d ' \n')
DISGUISES="
as-it-is     $SIM_PASSWORD
upper-case   ${SIM_PASSWORD^^}
zero-width   ${SIM_PASSWORD/S/S\\xe2\\x80\\x8b}
joiner       ${SIM_PASSWORD/Secret/Se\\xe2\\x81\\xa0cret}
selector     ${SIM_PASSWORD/Secret/Se\\xef\\xb8\\x8fcret}
escape       ${SIM_PASSWORD/Secret/Se\\x1b[31mcret}
bell         ${SIM_PASSWORD/Secret/Se\\x07cret}
blanks       ${SIM_PASSWORD/Secret/S e c r e t}
base64       $BASE64
of-plain     $PLAIN
split-base64 ${BASE64:0:5}\\xe2\\x80\\x8b${BASE64:5}
hex          $HEX
percent      ${SIM_PASSWORD/-/%2D}
"

rows() {
	local name text protocol
	while read -r name text; do
		[ -n "$name" ] || continue
		for protocol in smtp imap pop3 sieve; do
			"$1" "$name-$protocol" "$protocol" "$text"
		done
	done <<<"$DISGUISES"
}

listener() {
	echo "listen $2 127.0.0.1:0 name=$1 tls=implicit"
	case $2 in
	smtp)
		echo "  raw GREETING \"220 hello $3\\r\\n\""
		echo "  capability \"X$3\\nAUTH PLAIN LOGIN\""
		echo "  reply VERDICT \"535 5.7.8 no, $3\""
		;;
	imap)
		echo "  raw GREETING \"* OK [ALERT] hello $3\\r\\n\""
		echo "  capability \"IMAP4rev1 SASL-IR AUTH=PLAIN X$3\""
		echo "  reply VERDICT \"NO [AUTHENTICATIONFAILED] no, $3\""
		;;
	pop3)
		echo "  raw GREETING \"+OK hello $3\\r\\n\""
		echo "  capability \"USER\\nSASL PLAIN\\nX$3\""
		echo "  reply VERDICT \"-ERR [AUTH] no, $3\""
		;;
	sieve)
		echo "  capability \"\\\"SASL\\\" \\\"PLAIN\\\"\\n\\\"X$3\\\"\""
		echo "  reply VERDICT \"NO \\\"no, $3\\\"\""
		;;
	esac
}

# Whoever reads it sees the password: what is left of it without all that hides it.
shows() {
	tr -cd '!-~' <<<"${1//%2D/-}" | tr -d '\\' | tr '[:upper:]' '[:lower:]'
}
SECRETS=$(for SECRET in "$SIM_PASSWORD" "${BASE64%%=*}" "${PLAIN:24:14}" "$HEX"; do
	printf '%s\n' "${SECRET,,}"
done)

# shut WHAT OUTPUT: nothing of it is in there, and that it was withheld is.
shut() {
	has "$1: it says that it withholds" "$2" 'withheld: the server repeated the password'
	is "$1: no password" "$(shows "$2" | grep -oF "$SECRETS")" ""
}

by_plugin() {
	local common=(-H 127.0.0.1 -s "$2" -p "${SIM_PORT[$1]}" --tls implicit --name "$SIM_NAME"
		--ca-file "$SIM/ca.pem" -t 8 --user "$SIM_USER" --password-file "$SIM/password")
	shut "$1: check_mail -vvv" "$("$CHECK_MAIL" "${common[@]}" -vvv 2>&1)"
	shut "$1: check_mail --json" "$("$CHECK_MAIL" "${common[@]}" --json 2>&1)"
}

service() { echo "{ name = \"$1\"; protocol = \"$2\"; port = ${SIM_PORT[$1]}; tls = \"implicit\"; },"; }
server() {
	echo "{ name = \"$1\"; host = \"127.0.0.1\"; tls_name = \"$SIM_NAME\"; services = [ \"$1\" ];" \
		"account = \"$1\"; },"
}
# Accounts of their own: a login that fails is not tried again elsewhere.
account() { echo "{ name = \"$1\"; user = \"$SIM_USER\"; password_file = \"password\"; },"; }

by_probe() {
	fetch "/probe?target=$1&module=$1&debug=true"
	shut "$1: /probe?debug=true" "$OUT"
}

trap 'exporter_end KILL; sim_stop' EXIT
sim_start "user $SIM_USER another-password
$(rows listener)" || { finish; exit 1; }
is "the test finds it in what a server says" "$(shows "se ${SIM_PASSWORD/S/S$'\xe2\x80\x8b'}" | grep -oF "$SECRETS")" \
	"${SIM_PASSWORD,,}"
rows by_plugin
cat >"$SIM/mailvane.conf" <<-CONF
	interval = "1h"; timeout = "8s"; ca_file = "$SIM/ca.pem";
	accounts = ( $(rows account | sed '$s/,$//') );
	services = ( $(rows service | sed '$s/,$//') );
	servers = ( $(rows server | sed '$s/,$//') );
	probe = { networks = [ "127.0.0.0/29" ]; };
CONF
exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log" || { finish; exit 1; }
rows by_probe
for WHERE in /metrics /api/v1/status /; do
	fetch "$WHERE"
	is "$WHERE: no password" "$(shows "$OUT" | grep -oF "$SECRETS")" ""
done
exporter_end TERM
is "the exporter's log: no password" "$(shows "$(cat "$SIM/exporter.log")" | grep -oF "$SECRETS")" ""
finish
