#!/usr/bin/env bash
# Few descriptors, and pipes in place of files: the exporter with `ulimit -n 64` and 500 targets probes
# fewer at once and blames nobody; plugins and the exporter wait for no pipe.
set -uo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "${BASH_SOURCE[0]}")/assert.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "${BASH_SOURCE[0]}")/sim.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "${BASH_SOURCE[0]}")/prober.sh"

WORK=$(mktemp -d "${TMPDIR:-/tmp}/mailvane-few.XXXXXX")
end() {
	exporter_end KILL
	sim_stop
	rm -rf "$WORK"
}
trap end EXIT

# At one address, whose own limit is out of the way.
configure() {
	{
		echo 'ehlo_name = "monitor.example.com"; timeout = "2s"; interval = "20s"; retry_interval = "20s";'
		echo 'per_address_max = 500; in_flight_max = 400; target_files = [ "targets.csv" ];'
		echo "services = ( { name = \"silent\"; protocol = \"smtp\"; port = ${SIM_PORT[silent]}; tls = \"none\"; } );"
	} >"$WORK/mailvane.conf"
	{
		echo name,host,services
		for i in {1..500}; do echo "mx$i,127.0.0.1,silent"; done
	} >"$WORK/targets.csv"
	chmod 644 "$WORK/mailvane.conf" "$WORK/targets.csv"
}

# How many targets have had a verdict by the server's silence.
timeouts() { curl -fsS "http://$EXPORTER_AT/metrics" | grep -cE '^mailvane_probe_fault\{.*fault="timeout".*\} 1$'; }
enough_timeouts() { [ "$(timeouts)" -ge 60 ]; }

few_descriptors() {
	local metrics
	ulimit -S -n 64
	ulimit -H -n 64
	exporter_start "$WORK/mailvane.conf" "$WORK/exporter.log" || return
	holds "60 of the silent targets have their verdict" within 60 enough_timeouts
	metrics=$(curl -fsS "http://$EXPORTER_AT/metrics")
	lacks "none failed by our own fault" "$metrics" '^mailvane_probe_fault\{.*fault="internal".*\} 1$'
	has "the limit in force is a metric" "$metrics" '^mailvane_probes_in_flight_max 2[0-9]$'
	has "and the log says why" "$(cat "$WORK/exporter.log")" \
		'level=warn .*in_flight_max is lowered.* configured=400 in_flight_max=2[0-9] open_files_max=64'
	exporter_end TERM
	is "it ends with 0" "$CODE" 0
	ulimit -S -n 30
	ulimit -H -n 30
	run timeout 60 "$EXPORTER" --config.file="$WORK/mailvane.conf" --web.listen-address="$EXPORTER_AT"
	is "with too few for itself it does not start" "$CODE" 1
	has "and says how many it needs" "$ERR" 'may open [0-9]+ files, and the exporter needs more than 32 .*LimitNOFILE'
}

# waits_not WHAT COMMAND...: UNKNOWN with words, well before the alarm.
waits_not() {
	local what=$1 from
	shift
	from=$(now_ms)
	run timeout 60 "$@"
	is "$what: UNKNOWN" "$CODE" 3
	has "$what: says what it is" "$OUT" "is a pipe, not a file|is not a regular file"
	below "$what: does not wait" $(($(now_ms) - from)) 9000
}

no_files() {
	local option
	mkfifo -m 600 "$WORK/pipe"
	for option in --ca-file --names-file; do
		waits_not "check_mail $option=PIPE" "$CHECK_MAIL" -H 127.0.0.1 -s imaps "$option" "$WORK/pipe"
	done
	waits_not "check_mail --password-file=PIPE" "$CHECK_MAIL" -H 127.0.0.1 -s imaps --user u \
		--password-file "$WORK/pipe"
	waits_not "check_mail --client-cert=PIPE" "$CHECK_MAIL" -H 127.0.0.1 -s imaps \
		--client-cert "$WORK/pipe" --client-key "$WORK/pipe"
	waits_not "check_mail --extra-opts=@PIPE" "$CHECK_MAIL" "--extra-opts=@$WORK/pipe"
	waits_not "check_mail --extra-opts=@/dev/zero" "$CHECK_MAIL" "--extra-opts=@/dev/zero"
	waits_not "check_smtp --extra-opts=@PIPE" "$BUILD/checks/classic/check_smtp" "--extra-opts=@$WORK/pipe"
	run timeout 60 "$EXPORTER" --config.file="$WORK/pipe"
	is "the exporter does not start with a pipe" "$CODE" 1
	has "and says what it is" "$ERR" "is a pipe, not a file"
}

# A pipe whose other end says nothing has no end by itself.
alarm_rings() {
	run timeout 60 "$CHECK_MAIL" -H 127.0.0.1 -s imaps --user u --password-fd 5 -t 1 5< <(sleep 30)
	is "a password that never comes: UNKNOWN" "$CODE" 3
	has "by the alarm" "$OUT" "no verdict after"
}

sim_start 'listen smtp 127.0.0.1:0 name=silent fault=silence' || { finish; exit 1; }
configure
no_files
alarm_rings
few_descriptors
finish
