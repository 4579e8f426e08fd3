# shellcheck shell=bash disable=SC2034,SC2154
# Sourced behind nameserver.sh: a signed zone (nsd, ldnsutils) behind a resolver that validates
# (unbound), all on loopback and in $ZONE; the resolver's port is RESOLVER_PORT.

ZONE=
RESOLVER_PORT=
ZONE_PIDS=()

# signed_zone_start FOLDER: FOLDER/signed and FOLDER/unsigned hold the records of dane.test and of
# unsigned.test; in what is signed 127.0.0.77 becomes another address behind the signer's back.
signed_zone_start() {
	local auth zone key
	ZONE=$1
	auth=$(free_port) RESOLVER_PORT=$(free_port)
	for zone in signed unsigned; do
		{
			printf '$ORIGIN %s.\n$TTL 300\n' "${zone/#signed/dane}.test"
			echo "@ IN SOA ns.dane.test. root.dane.test. 1 3600 600 86400 5"
			echo "@ IN NS ns.dane.test."
			cat "$ZONE/$zone"
		} >"$ZONE/$zone.zone"
	done
	(
		cd "$ZONE" || exit 1
		key=$(ldns-keygen -r /dev/urandom -a ECDSAP256SHA256 -k dane.test)
		ldns-key2ds -n -2 "$key.key" >anchor
		ldns-signzone -o dane.test. -f signed.done signed.zone "$key"
		# The last octet of a digest is another one than was signed.
		sed -i -E '/^_[0-9]+\._tcp\.bogus\..*TLSA/s/0(0*)$/1\1/' signed.done
	) >"$ZONE/sign.log" 2>&1 || { not_ok "the zone is signed" "$(cat "$ZONE/sign.log")"; return 1; }
	cat >"$ZONE/nsd.conf" <<-CONF
		server:
		  ip-address: 127.0.0.1@$auth
		  username: ""
		  zonesdir: "$ZONE"
		  database: ""
		  pidfile: "$ZONE/nsd.pid"
		  xfrdfile: ""
		  zonelistfile: "$ZONE/zones"
		  xfrdir: "$ZONE"
		remote-control:
		  control-enable: no
		zone:
		  name: dane.test
		  zonefile: signed.done
		zone:
		  name: unsigned.test
		  zonefile: unsigned.zone
	CONF
	cat >"$ZONE/unbound.conf" <<-CONF
		server:
		  interface: 127.0.0.1
		  port: $RESOLVER_PORT
		  do-ip6: no
		  username: ""
		  chroot: ""
		  directory: "$ZONE"
		  pidfile: "$ZONE/unbound.pid"
		  use-syslog: no
		  do-not-query-localhost: no
		  trust-anchor-file: "$ZONE/anchor"
		  local-zone: "test." transparent
		  qname-minimisation: no
		remote-control:
		  control-enable: no
		stub-zone:
		  name: dane.test
		  stub-addr: 127.0.0.1@$auth
		stub-zone:
		  name: unsigned.test
		  stub-addr: 127.0.0.1@$auth
	CONF
	PATH=$PATH:/usr/sbin
	nsd -d -c "$ZONE/nsd.conf" </dev/null >"$ZONE/nsd.log" 2>&1 &
	ZONE_PIDS+=($!)
	unbound -d -c "$ZONE/unbound.conf" </dev/null >"$ZONE/unbound.log" 2>&1 &
	ZONE_PIDS+=($!)
	if ! within 20 zone_answers; then
		not_ok "the resolver validates" "$(tail -n 5 "$ZONE"/*.log)"
		return 1
	fi
}

zone_answers() { /usr/bin/python3 - "$RESOLVER_PORT" <<'PYTHON'
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(1)
s.sendto(b"\1\2\1\x20\0\1\0\0\0\0\0\0\4dane\4test\0\0\6\0\1", ("127.0.0.1", int(sys.argv[1])))
answer = s.recv(4096)
sys.exit(not (answer[3] & 0x20 and answer[7]))
PYTHON
} 2>/dev/null

# Harmless when nothing runs.
signed_zone_stop() {
	[ ${#ZONE_PIDS[@]} -eq 0 ] || kill "${ZONE_PIDS[@]}" 2>/dev/null
	[ ${#ZONE_PIDS[@]} -eq 0 ] || wait "${ZONE_PIDS[@]}" 2>/dev/null
	ZONE_PIDS=()
}
