#!/usr/bin/env bash
# DANE: TLSA records of a signed zone, validated by a trusted resolver, decide about the
# certificates of SMTP servers; the same in check_mail and in the exporter.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh
. ./nameserver.sh
. ./signed_zone.sh

[ "$(id -u)" = 0 ] || skip "a resolv.conf of our own needs root"
PATH=$PATH:/usr/sbin
for program in nsd unbound ldns-signzone; do
	command -v "$program" >/dev/null || skip "$program is not installed"
done

# HOST LISTENER WISH STATE FAULT/PHASE DANE WORDS. The hosts are not in the certificates.
TABLE='
key.dane.test       good     check   OK       ok                            valid   works
roll.dane.test      good     check   OK       ok                            valid   works
alias.dane.test     good     check   OK       ok                            valid   works
key.dane.test       good     require OK       ok                            valid   works
key.dane.test       expired  check   OK       ok                            valid   works
key.dane.test       wrong    check   CRITICAL cert_dane/tls                 invalid does not match DANE: the TLSA record does not match: the server.s key is 3 1 1 [0-9a-f]{64}
both.dane.test      wrong    check   CRITICAL cert_dane/tls                 invalid none of 2 TLSA records matches
taname.dane.test    good     check   CRITICAL cert_name/tls                 valid   certificate is for another name
plain.dane.test     plain    check   CRITICAL starttls_unavailable/starttls unknown STARTTLS is not offered
key.dane.test       refused  check   CRITICAL starttls_refused/starttls     unknown STARTTLS is offered but refused
odd.dane.test       good     check   CRITICAL cert_(name|untrusted)/tls     unknown certificate is
bogus.dane.test     good     check   CRITICAL dns_failure/dns               failed  TLSA lookup of _[0-9]+._tcp.bogus.dane.test. failed: SERVFAIL from 127.0.0.1
bogus.dane.test     good     off     CRITICAL cert_(name|untrusted)/tls     -       certificate is
none.dane.test      good     check   CRITICAL cert_(name|untrusted)/tls     absent  certificate is
none.dane.test      good     require CRITICAL cert_(name|untrusted|dane)/tls absent  .
key.unsigned.test   good     check   CRITICAL cert_(name|untrusted)/tls     absent  certificate is
key.unsigned.test   plain    check   OK       ok                            absent  works
key.unsigned.test   plain    require CRITICAL starttls_unavailable/starttls absent  STARTTLS is not offered
'
rows() { grep . <<<"$TABLE"; }

# tlsa NAME LISTENER DATA: records of one host, for the port of a listener.
tlsa() { echo "_${SIM_PORT[$2]}._tcp.$1 TLSA $3"; }
# chain LISTENER: its certificates, as $SIM/LISTENER.1 and so on.
chain() {
	openssl s_client -connect "127.0.0.1:${SIM_PORT[$1]}" -starttls smtp -servername "$SIM_NAME" -showcerts </dev/null 2>/dev/null |
		awk -v to="$SIM/$1." '/BEGIN CERT/ { n++; inside = 1 } inside { print > (to n) } /END CERT/ { inside = 0 }'
}
# key FILE: the SHA-256 of its public key.
key() { openssl x509 -in "$1" -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum | cut -d' ' -f1; }

trap 'exporter_end KILL 2>/dev/null; signed_zone_stop; sim_stop' EXIT
sim_start "user $SIM_USER $SIM_PASSWORD
listen smtp 127.0.0.1:0 name=good tls=starttls cert=good login=tls
listen smtp 127.0.0.1:0 name=expired tls=starttls cert=expired
listen smtp 127.0.0.1:0 name=wrong tls=starttls cert=self-signed login=tls
listen smtp 127.0.0.1:0 name=refused tls=starttls fault=starttls-refused
listen smtp 127.0.0.1:0 name=plain tls=none" || { finish; exit 1; }
chain good
chain expired
GOOD=$(key "$SIM/good.1") CA=$(key "$SIM/good.2") EXPIRED=$(key "$SIM/expired.1")
NOBODY=$(printf %064d 0)
mkdir "$SIM/zone"
DNS=$SIM/zone
{
	for host in key roll both taname ta plain odd bogus none ns; do
		echo "$host A 127.0.0.1"
	done
	echo "alias CNAME key"
	tlsa key good "3 1 1 $GOOD"
	tlsa key expired "3 1 1 $EXPIRED"
	tlsa key wrong "3 1 1 $NOBODY"
	tlsa key refused "3 1 1 $GOOD"
	tlsa roll good "3 1 1 $NOBODY"
	tlsa roll good "3 1 1 $GOOD"
	tlsa both wrong "3 1 1 $NOBODY"
	tlsa both wrong "2 1 1 $CA"
	tlsa taname good "2 1 1 $CA"
	tlsa ta good "2 1 1 $CA"
	tlsa plain plain "3 1 1 $GOOD"
	tlsa odd good "1 1 1 $GOOD"
	tlsa bogus good "3 1 1 $NOBODY"
} >"$SIM/zone/signed"
{
	echo "key A 127.0.0.1"
	tlsa key good "3 1 1 $NOBODY"
} >"$SIM/zone/unsigned"
signed_zone_start "$SIM/zone" || { finish; exit 1; }
use_nameserver "127.0.0.1:$RESOLVER_PORT"

check() { # HOST LISTENER WISH STATE PAIR OPTION...
	local what="$1 $2 $3" state=$4 pair=$5 host=$1 port=${SIM_PORT[$2]} wish=$3
	shift 5
	check_mail "$what" "$state" "$pair" -H "$host" -s smtp -p "$port" -t 5 --dane "$wish" "$@"
}
while read -r host listener wish state pair dane words; do
	check "$host" "$listener" "$wish" "$state" "$pair" -v
	has "$host $listener $wish: its words" "$OUT" "$words"
	if [ "$dane" = - ]; then
		lacks "$host $listener $wish: nothing of DANE" "$OUT" "DANE: "
	else
		has "$host $listener $wish: DANE is $dane" "$OUT" "^  DANE: $dane"
	fi
done < <(rows)

# What an operator says beside: the name for usage 2, roots of his own, pins.
check ta.dane.test good check OK ok --name "$SIM_NAME" -v
has "an authority's record: the chain is trusted, whatever the roots say" "$OUT" "DANE: valid$"
check none.dane.test good require CRITICAL cert_dane/tls --name "$SIM_NAME" --ca-file "$SIM/ca.pem"
has "required and absent: its words" "$OUT" "DANE is required, and there is no TLSA record"
check none.dane.test good check OK ok --name "$SIM_NAME" --ca-file "$SIM/ca.pem"
check key.dane.test good check CRITICAL cert_untrusted/tls --name "$SIM_NAME" --pin "sha256/$(printf %043d 0 | tr 0 A)="
run "$CHECK_MAIL" -H key.dane.test -s smtp -p "${SIM_PORT[wrong]}" -t 5 --json
is "JSON has it" "$(jq -r '.services[0].dane' <<<"$OUT")" invalid
has "and the record to publish" "$(jq -r '.services[0].certificate.detail' <<<"$OUT")" "3 1 1 [0-9a-f]{64}"
# A verified server gets the password, another does not.
LOGIN=(--user "$SIM_USER" --password-file "$SIM/password")
check key.dane.test good check OK ok "${LOGIN[@]}"
check key.dane.test wrong check CRITICAL cert_dane/tls "${LOGIN[@]}"
lacks "no password for a server that DANE does not vouch for" "$(grep -E 'listener=wrong|[ =]wrong ' "$SIM/record")" "$(printf '\0%s\0%s' "$SIM_USER" "$SIM_PASSWORD" | base64 -w 0)"
WRAP=("${PLAIN_WRAP[@]}")

# The exporter, with one service for each listener.
{
	echo "interval = \"3s\"; timeout = \"3s\"; confirm = 1; resolvers = [ \"127.0.0.1:$RESOLVER_PORT\" ]; services = ("
	for listener in good expired wrong refused plain; do
		echo "{ name = \"$listener\"; protocol = \"smtp\"; port = ${SIM_PORT[$listener]}; tls = \"opportunistic\"; login = false; }"
	done | paste -sd ,
	echo "); servers = ("
	rows | while read -r host listener wish _; do
		echo "{ name = \"$host/$listener/$wish\"; host = \"$host\"; services = [ \"$listener\" ]; dane = \"$wish\"; }"
	done | paste -sd ,
	echo ");"
} >"$SIM/mailvane.conf"
exporter_start "$SIM/mailvane.conf" "$SIM/stderr" || { finish; exit 1; }
all_probed() { fetch /metrics; [ "$(verdicts "$OUT" | wc -l)" -eq "$(rows | wc -l)" ]; }
holds "the exporter has probed all" within 20 all_probed
METRICS=$OUT
clean_metrics "DANE" "$METRICS"
fetch /api/v1/status
STATUS_TEXT=$OUT
while read -r host listener wish state pair dane words; do
	verdict_is "$host $listener $wish" "$METRICS" "$host/$listener/$wish $listener" "$state" "$pair"
	is "$host $listener $wish: DANE in the status" "$(jq -r --arg s "$host/$listener/$wish" \
		'[.. | objects | select(.server? == $s or .name? == $s) | .. | objects | .dane? // empty] | first' <<<"$STATUS_TEXT")" "${dane/#-/off}"
done < <(rows)
valid() { sed -nE "s|^mailvane_dane_valid\{server=\"$1\".*\} ||p" <<<"$METRICS"; }
is "a metric where records match" "$(valid key.dane.test/good/check)" 1
is "where they do not" "$(valid key.dane.test/wrong/check)" 0
is "where they could not be looked up" "$(valid bogus.dane.test/good/check)" 0
is "none where there are none" "$(valid none.dane.test/good/check)" ""
fetch "/target?server=key.dane.test%2Fgood%2Fcheck&service=good"
has "the page shows it" "$OUT" "DANE.*valid"
exporter_end TERM
is "the exporter ends well" "$CODE" 0
finish
