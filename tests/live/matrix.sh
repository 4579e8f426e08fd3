#!/usr/bin/env bash
# Every service with every condition of its certificate, by the plugin and by the exporter: the same
# verdict in both, and the expected one. And a password only where the certificate is good.
#
#   tests/live/matrix.sh              everything
#   tests/live/matrix.sh CONDITION... those only
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh
trap sim_stop EXIT
WANTED=("$@")
CELLS=()

# NAME PROTOCOL TLS-OF-THE-SERVER LOGIN
SERVICES='
smtp        smtp  starttls -
submission  smtp  starttls login
submissions smtp  implicit login
imap        imap  starttls login
imaps       imap  implicit login
pop3        pop3  starttls login
pop3s       pop3  implicit login
sieve       sieve starttls login
'

# NAME STATE FAULTS SERVICES: the first of the faults is the one that decides; SERVICES a pattern.
CONDITIONS='
good                  OK       ok                         *
good-rsa              OK       ok                         *
good-p384             OK       ok                         *
wildcard              OK       ok                         *
expired               CRITICAL cert_expired               *
expiring              CRITICAL cert_expiring              *
not-yet-valid         CRITICAL cert_not_yet_valid         *
wrong-name            CRITICAL cert_name                  *
no-san                CRITICAL cert_name                  *
self-signed           CRITICAL cert_untrusted             *
missing-intermediate  CRITICAL cert_untrusted             *
untrusted             CRITICAL cert_untrusted             *
strange-root          CRITICAL cert_untrusted             *
expired-intermediate  CRITICAL cert_expired               *
expiring-intermediate CRITICAL cert_expiring              *
weak                  CRITICAL cert_weak                  *
sha1                  CRITICAL cert_weak                  *
md5                   CRITICAL cert_weak                  *
out-of-order          OK       ok                         *
root-sent             OK       ok                         *
must-staple-good      OK       ok                         *
must-staple-missing   CRITICAL cert_staple                *
must-staple-expired   CRITICAL cert_staple                *
must-staple-early     CRITICAL cert_staple                @(submission|imaps)
must-staple-revoked   CRITICAL cert_staple                *
must-staple-unknown   CRITICAL cert_staple                @(submission|imaps)
must-staple-other     CRITICAL cert_staple                *
must-staple-foreign   CRITICAL cert_staple                @(submission|imaps)
must-staple-error     CRITICAL cert_staple                @(submission|imaps)
must-staple-garbage   CRITICAL cert_staple                *
staple-garbage        OK       ok                         @(submission|imaps)
staple-revoked        CRITICAL cert_staple                *
wrong-purpose         CRITICAL cert_purpose               *
old-and-misnamed      CRITICAL cert_expired,cert_name     *
old-and-unknown       CRITICAL cert_expired,cert_untrusted *
'
# As mailsim makes them, and those of two faults.
CERTIFICATES='
certificate old-and-misnamed expired names=other.example
certificate old-and-unknown self-signed from=-40d until=-1d
'

# What is noted beside the verdict.
declare -A NOTICES=([out-of-order]=cert_order [root-sent]=cert_order [strange-root]=cert_order)
# How the words about the certificate begin, where kinds of one fault are told apart.
declare -A WORDS=([self-signed]='self-signed certificate' [missing-intermediate]='missing intermediate'
	[untrusted]='unknown authority' [strange-root]='unknown authority: the root'
	[must-staple-missing]='no OCSP staple' [must-staple-expired]='OCSP staple expired' [must-staple-revoked]=revoked
	[must-staple-other]='for another certificate' [must-staple-garbage]=malformed [staple-revoked]=revoked)

# borders DAYS WARNING-HOURS CRITICAL-HOURS: of a certificate that lives so long, both sides of
# what the design says: 25 % or 21 days, 10 % or 7 days and never under 24 hours.
borders() {
	local hours name left state
	while read -r name left state; do
		hours=$((left - $1 * 24))
		CERTIFICATES+="certificate $1d-$name good from=${hours}h until=${left}h"$'\n'
		CONDITIONS+="$1d-$name $state $([ "$state" = OK ] && echo ok || echo cert_expiring) @(submission|imaps)"$'\n'
	done <<-LIST
		before-warning $(($2 + 2)) OK
		in-warning $(($2 - 2)) WARNING
		before-critical $(($3 + 2)) WARNING
		in-critical $(($3 - 2)) CRITICAL
	LIST
}

borders 6 36 24
borders 47 282 113
borders 90 504 168
borders 398 504 168

# cells DO: calls DO with CELL SERVICE PROTOCOL TLS LOGIN CONDITION STATE FAULTS.
cells() {
	local condition state faults services service protocol tls login
	shopt -s extglob
	while read -r condition state faults services; do
		[ -n "$condition" ] || continue
		[[ ${#WANTED[@]} -eq 0 || " ${WANTED[*]} " == *" $condition "* ]] || continue
		while read -r service protocol tls login; do
			# shellcheck disable=SC2053
			[[ -z $service || $service != $services ]] ||
				"$1" "$condition-$service" "$service" "$protocol" "$tls" "$login" "$condition" "$state" "$faults"
		done <<<"$SERVICES"
	done <<<"$CONDITIONS"
}

listener() { echo "listen $3 127.0.0.1:0 name=$1 tls=$4 cert=$6"; }

# Both processors at once; what came of it is a file for each cell.
by_plugin() {
	local login=()
	[ "$5" != login ] || login=(--user "$SIM_USER" --password-file "$SIM/password")
	# mailsim is one of them.
	while [ "$(jobs -rp | wc -l)" -gt "$((2 * $(nproc)))" ]; do
		wait -n
	done
	{
		"${WRAP[@]}" "$CHECK_MAIL" -H 127.0.0.1 -s "$2" -p "${SIM_PORT[$1]}" --name "$SIM_NAME" \
			--ca-file "$SIM/ca.pem" -t 20 "${login[@]}" --json >"$SIM/cells/$1" 2>&1 </dev/null
		echo "$?" >"$SIM/cells/$1.code"
	} &
	CELLS+=($!)
}

# pair FAULTS: what decides, as the plugin and the metrics show it.
pair() {
	local fault=${1%%,*}
	[ "$fault" = ok ] && echo ok || echo "$fault/tls"
}

plugin_is_right() {
	local found noted words
	{ read -r found && read -r noted && read -r words; } < <(jq -r '.services[0] | "\(.state) \(if .fault == "ok" then "ok" else "\(.fault)/\(.phase)" end)",
		(.notices | join(",")), (.certificate.detail // "")' "$SIM/cells/$1" 2>&1)
	is "plugin: $1" "$found, exit $(<"$SIM/cells/$1.code")" "$7 $(pair "$8"), exit $(state_code "$7")"
	is "plugin: $1: what is noted" "$noted" "${NOTICES[$6]:-}"
	[ -z "${WORDS[$6]:-}" ] || has "plugin: $1: in words" "$words" "${WORDS[$6]}"
}

state_code() {
	case $1 in
	OK) echo 0 ;;
	WARNING) echo 1 ;;
	*) echo 2 ;;
	esac
}

service() {
	local mode=$4
	[ "$2" != smtp ] || mode=opportunistic
	echo "  { name = \"$1\"; protocol = \"$3\"; port = ${SIM_PORT[$1]}; tls = \"$mode\"; },"
}

server() {
	local account=''
	[ "$5" != login ] || account='account = "probe"; '
	echo "  { name = \"$1\"; host = \"127.0.0.1\"; tls_name = \"$SIM_NAME\"; services = [ \"$1\" ]; timeout = \"20s\"; $account},"
}

configure() {
	cat >"$SIM/mailvane.conf" <<-CONF
		ca_file = "$SIM/ca.pem";
		accounts = ( { name = "probe"; user = "$SIM_USER"; password_file = "password"; } );
		services = (
		$(cells service | sed '$s/,$//')
		);
		servers = (
		$(cells server | sed '$s/,$//')
		);
	CONF
}

exporter_is_right() {
	local wrong expected
	is "exporter: $1" "$(awk -v cell="$1" '$1 == cell { print $3, $4 }' "$SIM/verdicts")" "$7 $(pair "$8")"
	wrong=$(grep -F "server=\"$1\"," "$SIM/faults" | sed -n 's/.*fault="\([a-z_]*\)".* 1$/\1/p' | sort | paste -sd,)
	expected=$(tr , '\n' <<<"${8/#ok/}" | sort | paste -sd,)
	is "exporter: $1: every fault of the certificate, and no other" "$wrong" "$expected"
	is "exporter: $1: what is noted" "${NOTED[$1]:-}" "${NOTICES[$6]:-}"
}

# A verified server got the password, inside TLS; another never.
password_is_safe() {
	[ "$5" = login ] || return 0
	local got
	got=$(grep -E "listener=$1( |$)|^$1 " "$SIM/record" | grep -cE "$SECRET")
	if [ "$7" = CRITICAL ] && [ "$8" != cert_expiring ]; then
		is "no password to $1" "$got" 0
	else
		below "the password to $1" 0 "$got"
	fi
}

sim_start "user $SIM_USER $SIM_PASSWORD$CERTIFICATES$(cells listener)" || { finish; exit 1; }
mkdir "$SIM/cells"
cells by_plugin
wait "${CELLS[@]}"
cells plugin_is_right
configure
run "$EXPORTER" --config.file="$SIM/mailvane.conf" --once
is "exporter --once ends with 0" "$CODE" 0
verdicts "$OUT" >"$SIM/verdicts"
grep '^mailvane_tls_certificate_fault' <<<"$OUT" >"$SIM/faults"
declare -A NOTED=()
while IFS='"' read -r _ server _ _ _ notice _; do
	NOTED[$server]+=${NOTED[$server]:+,}$notice
done < <(grep '^mailvane_probe_notice' <<<"$OUT")
cells exporter_is_right
SECRET="${SIM_PASSWORD//./\\.}|$(printf %s "$SIM_PASSWORD" | base64)|$(printf '\0%s\0%s' "$SIM_USER" "$SIM_PASSWORD" | base64 -w 0)"
cells password_is_safe
sim_manners
finish
