# shellcheck shell=bash disable=SC2034
# Sourced: Cyrus IMAP beside the laboratory of lab.sh, on free loopback ports, everything in one
# temporary directory, no service manager. Needs root: it drops to its own user.
#
# Debian lets cyrus-imapd and cyrus-pop3d not stand beside Dovecot's, so that only their common part
# is installed; the two servers are unpacked into the build folder, fetched where they are missing.
CYRUS_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/live/lab.sh
. "$CYRUS_HERE/lab.sh"

CYRUS=/usr/lib/cyrus/bin
CYRUS_SERVICES="imap imaps imaps12 quiet pop3 pop3s pop3s12 sieve sieve12 deadimap deadpop3 deadsieve"
CYRUS_HOST=127.0.0.3

# Where imapd and pop3d are: the system's, or those of the build folder.
cyrus_find() {
	local folder=$BUILD/cyrus
	for EXTRA in "$CYRUS" "$folder$CYRUS"; do
		[ ! -x "$EXTRA/imapd" ] || [ ! -x "$EXTRA/pop3d" ] || return 0
	done
	cyrus_fetch "$folder" >"$BUILD/cyrus.log" 2>&1
	[ -x "$EXTRA/imapd" ] && [ -x "$EXTRA/pop3d" ]
}

cyrus_fetch() {
	local version
	version=$(dpkg-query -W -f '${Version}' cyrus-common) || return 1
	rm -rf "$1"
	mkdir -p "$1" && cd "$1" || return 1
	apt-get -o APT::Sandbox::User=root download "cyrus-imapd=$version" "cyrus-pop3d=$version" ||
		{ apt-get update -q && apt-get -o APT::Sandbox::User=root download \
			"cyrus-imapd=$version" "cyrus-pop3d=$version"; } || return 1
	dpkg -x cyrus-imapd_*.deb . && dpkg -x cyrus-pop3d_*.deb . && rm -f ./*.deb
}

cyrus_requires() {
	local what
	[ "$(id -u)" = 0 ] || { echo "cyrus: it must be started as root"; return 1; }
	for what in "$CYRUS/master" "$CYRUS/timsieved" saslpasswd2 openssl setpriv; do
		command -v "$what" >/dev/null || { echo "cyrus: $what is not installed"; return 1; }
	done
	(cyrus_find) || { echo "cyrus: its servers cannot be fetched: $(tail -n 1 "$BUILD/cyrus.log")"; return 1; }
	cyrus_find
}

cyrus_configure() {
	local name file fill=()
	for name in $CYRUS_SERVICES; do
		fill+=(-e "s|@$name@|${PORT[$name]}|g")
	done
	fill+=(-e "s|@DIR@|$LAB|g" -e "s|@CYRUS@|$CYRUS|g" -e "s|@EXTRA@|$EXTRA|g")
	for file in imapd.conf cyrus.conf; do
		sed "${fill[@]}" "$CYRUS_HERE/lab/$file" >"$LAB/$file"
	done
	rm -f "$LAB/sasldb2"
	printf %s "$LAB_PASSWORD" | saslpasswd2 -p -c -f "$LAB/sasldb2" -u "$LAB_NAME" probe
	printf %s "$LAB_PASSWORD" >"$LAB/password"
	printf %s "not-$LAB_PASSWORD" >"$LAB/wrong_password"
	chmod 600 "$LAB/password" "$LAB/wrong_password"
	chown -R cyrus:mail "$LAB/conf" "$LAB/spool" "$LAB/sieve" "$LAB/run" "$LAB/tls" "$LAB/sasldb2"
}

# Leaves $LAB and ${PORT[service]}; lab_stop ends it.
cyrus_start() {
	local try LAB_GOOD=$CYRUS_SERVICES LAB_CAREFUL='' LAB_BROKEN=''
	cyrus_requires || return 1
	LAB=$(mktemp -d "${TMPDIR:-/tmp}/mailvane-cyrus.XXXXXX") || return 1
	chmod 755 "$LAB"
	mkdir -p "$LAB"/{conf,spool,sieve,run}
	make_certs "$LAB/tls" || return 1
	# Its own user may have no way into the build folder.
	cp "$EXTRA/imapd" "$EXTRA/pop3d" "$LAB/" && EXTRA=$LAB || return 1
	for try in 1 2 3; do
		LAB_PIDS=()
		lab_choose_ports && cyrus_configure || return 1
		server master "$CYRUS/master" -C "$LAB/imapd.conf" -M "$LAB/cyrus.conf" -p "$LAB/run/pid"
		! lab_wait || return 0
		lab_end_servers
	done
	echo "cyrus: it does not start (tried $try times):" >&2
	tail -n 20 "$LAB"/*.out "$LAB"/*.log >&2
	return 1
}
