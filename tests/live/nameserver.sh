# shellcheck shell=bash disable=SC2034,SC2154
# Sourced behind assert.sh: a scripted DNS server, in DNS_PORT, and a resolv.conf for the plugin.

DNS_PORT=
DNS_LONELY=
DNS_PID=
DNS=
PLAIN_WRAP=("${WRAP[@]}")

# nameserver_start FOLDER: the zone is FOLDER/dns/zone.
nameserver_start() {
	DNS=$1/dns
	mkdir -p "$DNS"
	/usr/bin/python3 ./nameserver.py "$DNS" </dev/null >"$DNS/log" 2>&1 &
	DNS_PID=$!
	if ! within 20 test -s "$DNS/ports"; then
		not_ok "the DNS server starts" "$(cat "$DNS/log")"
		return 1
	fi
	read -r DNS_PORT DNS_LONELY <"$DNS/ports"
}

# Harmless when nothing runs.
nameserver_stop() {
	[ -z "$DNS_PID" ] || kill "$DNS_PID" 2>/dev/null
	[ -z "$DNS_PID" ] || wait "$DNS_PID" 2>/dev/null
	DNS_PID=
}

# use_nameserver PLACE...: programs that `run` starts have them in their resolv.conf, which is
# theirs alone. Needs root.
use_nameserver() {
	printf 'nameserver %s\n' "$@" >"$DNS/resolv.conf"
	WRAP=(unshare -m sh -c "mount --bind '$DNS/resolv.conf' /etc/resolv.conf && exec \"\$@\"" - "${PLAIN_WRAP[@]}")
}
