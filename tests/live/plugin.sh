#!/usr/bin/env bash
# check_mail against real servers: every service of the lab gets its verdict, in time and without errors in the servers' logs.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./lab.sh
. ./manners.sh

trap lab_stop EXIT
lab_requires || skip "no laboratory here"
lab_start || exit 1
TRUST=(--ca-file "$LAB/tls/root.pem" --name "$LAB_NAME")
LOGIN=(--user "$LAB_USER" --password-file "$LAB/password")

# at PORT-NAME: the arguments that lead there.
at() { echo -H "$(host_of "$1")" -p "${PORT[$1]}"; }

# story WHAT STATE PAIR PORT-NAME ARGUMENT...
story() {
	local what=$1 state=$2 pair=$3 where
	read -ra where <<<"$(at "$4")"
	shift 4
	check_mail "$what" "$state" "$pair" "${where[@]}" "${TRUST[@]}" "$@"
}

good_ones() {
	local service
	for service in $LAB_GOOD; do
		story "$service" OK ok "$service" -s "$service"
	done
	for service in submission submissions imap imaps pop3 pop3s sieve; do
		story "$service with login" OK ok "$service" -s "$service" "${LOGIN[@]}"
	done
	story "name by SNI" OK ok imaps -s imaps --name mail.customer.test
	story "SNI in SMTP" OK ok smtp -s smtp --name mail.customer.test
	# No name at all: no SNI is sent (manners), and the certificate has the address.
	check_mail "address instead of a name" OK ok -H 127.0.0.1 -p "${PORT[submissions]}" \
		-s submissions --ca-file "$LAB/tls/root.pem"
	check_mail "address, Dovecot" OK ok -H 127.0.0.2 -p "${PORT[imap]}" -s imap \
		--ca-file "$LAB/tls/root.pem"
	story "no TLS" OK ok smtp -s smtp --tls none
	story "greylisting" OK ok greylisting -s smtp
	story "greylisting, at a recipient" WARNING tempfail/mailbox greylisting -s smtp \
		--from probe@lab.test --to probe@lab.test
	has "greylisting: by its name" "$OUT" "greylisted, as new senders are: 450 4\.7\.1"
	story "postscreen" OK ok postscreen -s smtp
	story "slow greeting waited for" OK ok slow -s smtp -t 10
	if lab_has_ipv6; then
		check_mail "IPv6" OK ok -H ::1 -6 -p "${PORT[submissions]}" -s submissions "${TRUST[@]}"
		check_mail "IPv6 imap" OK ok -H ::1 -p "${PORT[imap]}" -s imap "${TRUST[@]}"
	fi
}

broken_ones() {
	story "wrong name" CRITICAL cert_name/tls wrong_name -s smtp
	story "missing intermediate" CRITICAL cert_untrusted/tls leaf_only -s smtp
	story "expired" CRITICAL cert_expired/tls expired -s smtp
	story "self-signed" CRITICAL cert_untrusted/tls self_signed -s smtp
	story "not yet valid" CRITICAL cert_not_yet_valid/tls not_yet -s smtp
	story "expiring" WARNING cert_expiring/tls expiring -s smtp
	story "other name than asked" CRITICAL cert_name/tls imaps -s imaps --name other.lab.test
	story "TLS 1.0 only" WARNING tls_version/tls tls10 -s smtp
	has "TLS 1.0 only: what is wanted" "$OUT" "TLSv1 was negotiated, at least TLSv1.2 is wanted"
	story "TLS 1.0 only, for clients" CRITICAL tls_version/tls tls10 -s smtp --tls starttls
	story "TLS 1.0 only, as it is meant" OK ok tls10 -s smtp --tls-min 1.0
	# Postfix completes the handshake and says no in words.
	story "client certificate wanted" CRITICAL unavailable/capability client_cert -s smtp
	has "client certificate wanted: the server's words" "$OUT" "No client certificate presented"
	story "client certificate shown" OK ok client_cert -s smtp \
		--client-cert "$LAB/tls/good.pem" --client-key "$LAB/tls/good.key"
	story "no STARTTLS but required" CRITICAL starttls_unavailable/starttls \
		no_starttls -s smtp --tls starttls
	story "no STARTTLS, not required" OK ok no_starttls -s smtp --tls opportunistic
	story "554 greeting" CRITICAL rejected/greeting rejecting -s smtp
	has "554 greeting: the server's words" "$OUT" "554 5\.7\.1.*lab\.dnsbl\.test"
	story "untrusted authority" CRITICAL cert_untrusted/tls imaps -s imaps \
		--ca-file "$LAB/tls/self_signed.crt"
}

# A refusal is told when it comes; the limit of 10 s is not sat out.
at_once() {
	local what
	for what in rejecting no_starttls; do
		story "$what at once" CRITICAL ".*" "$what" -s smtp --tls starttls -t 10
		below "$what is told in under 3 s" "$TOOK" 3000
	done
	story "refused port" CRITICAL refused/connect refused -s smtp -t 10
	below "refused port is told in under 3 s" "$TOOK" 3000
	for what in submission imap pop3 sieve; do
		story "$what wrong password" CRITICAL auth_failed/auth "$what" -s "$what" -t 10 \
			--user "$LAB_USER" --password-file "$LAB/wrong_password" --mechanism PLAIN
		lacks "$what: the password is not shown" "$OUT$ERR" "$LAB_PASSWORD"
		below "$what wrong password is told before the limit" "$TOOK" 8000
	done
}

# The system's resolver is replaced by one that nobody runs, for the plugin only.
names() {
	local WRAP=(unshare -m sh -c "mount --bind '$LAB/resolv.conf' /etc/resolv.conf && exec \"\$@\"" -
		"${WRAP[@]}")
	echo "nameserver 127.0.0.53" >"$LAB/resolv.conf"
	if ! "${WRAP[@]}" true 2>/dev/null; then
		echo "     no mount namespace here: the name server that is away is left out"
		return
	fi
	check_mail "no name server answers" UNKNOWN resolver_unavailable/dns -H no-such-name.invalid -s smtp -t 5
	below "that is said in under 3 s" "$TOOK" 3000
}

good_ones
broken_ones
at_once
names
manners
finish
