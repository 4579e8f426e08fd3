# shellcheck shell=bash disable=SC2034,SC2154
# Sourced behind assert.sh and sim.sh: functions of the tests with real schedulers: a folder, the
# account of the scheduler, plugins that this account can read, and a process.

SCHEDULER=
SCHEDULER_PID=
SCHEDULER_USER=$(id -un)
PLUGINS=
CONF=

# scheduler_prepare DEFINITIONS: makes $SCHEDULER, with our plugins in $PLUGINS and the folder of
# definitions in $CONF: the checkout itself may be where the scheduler's account cannot look.
scheduler_prepare() {
	SCHEDULER=$(mktemp -d "${TMPDIR:-/tmp}/mailvane-sch.XXXXXX") || return 1
	chmod 755 "$SCHEDULER"
	PLUGINS=$SCHEDULER/plugins CONF=$SCHEDULER/conf
	mkdir "$PLUGINS"
	cp -R "$1" "$CONF"
	chmod -R a+rX "$CONF"
	local plugin
	for plugin in "$BUILD"/checks/check_* "$BUILD"/checks/classic/check_*; do
		[ ! -f "$plugin" ] || [ ! -x "$plugin" ] || cp -P "$plugin" "$PLUGINS/"
	done
	if [ "$(id -u)" = 0 ] && id nagios >/dev/null 2>&1; then
		SCHEDULER_USER=nagios
	fi
}

# as_scheduler PROGRAM...: replaces the shell it runs in.
as_scheduler() {
	if [ "$SCHEDULER_USER" != "$(id -un)" ]; then
		exec setpriv --reuid "$SCHEDULER_USER" --regid "$(id -gn "$SCHEDULER_USER")" \
			--init-groups -- "$@"
	fi
	exec "$@"
}

# For the scheduler to write to.
scheduler_owns() { [ "$SCHEDULER_USER" = "$(id -un)" ] || chown -R "$SCHEDULER_USER" "$@"; }

# scheduler_end: asks it to end, and does not wait for ever. Harmless when nothing runs.
scheduler_end() {
	[ -n "$SCHEDULER_PID" ] || return 0
	kill -TERM "$SCHEDULER_PID" 2>/dev/null
	within 15 scheduler_is_gone || kill -KILL "$SCHEDULER_PID" 2>/dev/null
	wait "$SCHEDULER_PID" 2>/dev/null
	SCHEDULER_PID=
}

scheduler_is_gone() {
	! grep -qs '^State:[[:space:]]*[^ZX]' "/proc/$SCHEDULER_PID/status"
}

scheduler_remove() {
	scheduler_end
	[ -z "$SCHEDULER" ] || rm -rf "$SCHEDULER"
}

# Good services on the standard ones' names, and some that are broken in ways of their own.
SCHEDULER_SCENARIO='
listen smtp  127.0.0.1:0 name=smtp        tls=starttls
listen smtp  127.0.0.1:0 name=smtp-alt    tls=starttls
listen smtp  127.0.0.1:0 name=submission  tls=starttls
listen smtp  127.0.0.1:0 name=submissions tls=implicit
listen imap  127.0.0.1:0 name=imap        tls=starttls
listen imap  127.0.0.1:0 name=imaps       tls=implicit
listen pop3  127.0.0.1:0 name=pop3        tls=starttls
listen pop3  127.0.0.1:0 name=pop3s       tls=implicit
listen lmtp  127.0.0.1:0 name=lmtp
listen sieve 127.0.0.1:0 name=sieve       tls=starttls
listen smtp  127.0.0.1:0 name=blocked     tls=starttls fault=refused
listen imap  127.0.0.1:0 name=expired     tls=implicit cert=expired
listen pop3  127.0.0.1:0 name=stripped    tls=none
'
SCHEDULER_SERVICES="smtp smtp-alt submission submissions imap imaps pop3 pop3s lmtp sieve"

# passive_config NAGIOS-OR-ICINGA-GROUP: an exporter that probes two servers every two seconds.
passive_config() {
	cat >"$SCHEDULER/mailvane.conf" <<-CONF
		interval = "2s"; retry_interval = "2s"; timeout = "2s";
		ca_file = "$SIM/ca.pem";
		services = (
		  { name = "smtp"; protocol = "smtp"; port = ${SIM_PORT[smtp]}; tls = "starttls"; },
		  { name = "imaps"; protocol = "imap"; port = ${SIM_PORT[imaps]}; tls = "implicit"; },
		  { name = "pop3s"; protocol = "imap"; port = ${SIM_PORT[expired]}; tls = "implicit"; }
		);
		servers = (
		  { name = "mx1"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; services = [ "smtp", "imaps", "pop3s" ]; },
		  { name = "unheard-of"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; services = [ "smtp" ]; }
		);
		passive = { $1 };
	CONF
}

all_probed() { curl -fsS -o /dev/null "http://$EXPORTER_AT/-/ready" 2>/dev/null; }

# metric NAME: the sum of its samples, as a whole number.
metric() {
	curl -sS "http://$EXPORTER_AT/metrics" 2>/dev/null |
		awk -v name="$1" 'index($1, name) == 1 { sum += $NF } END { printf "%d\n", sum }'
}
risen() { [ "$(metric "$1")" -gt "$2" ]; }
