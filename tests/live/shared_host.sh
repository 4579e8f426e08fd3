#!/usr/bin/env bash
# The exporter and the customers' names of a shared host: each is probed by SNI and judged by
# its own certificate, evenly and within the limits; names keep their results while the server does
# not answer; a changed file changes the names. mailsim shows a certificate for each name.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh
trap 'exporter_end KILL; sim_stop' EXIT

SCENARIO='
certificate star good names=*.good.test
certificate old  expired names=old.test
certificate soon expiring names=soon.test
listen imap 127.0.0.1:0 name=imaps tls=implicit cert=good
  sni *.good.test star
  sni old.test old
  sni soon.test soon
  sni odd.test star
  sni gone.test refuse
listen smtp 127.0.0.1:0 name=smtp tls=starttls cert=good
  sni *.good.test star
listen pop3 127.0.0.1:0 name=away tls=implicit cert=good fault=reset@tls
'

configure() {
	cat >"$SIM/mailvane.conf" <<-CONF
		interval = "$1"; retry_interval = "1s"; timeout = "1s"; names_interval = "1m"; confirm = 1;
		per_address_max = 2; ca_file = "$SIM/ca.pem";
		services = ( { name = "imaps"; port = ${SIM_PORT[imaps]}; },
		  { name = "submission"; port = ${SIM_PORT[smtp]}; }, { name = "pop3s"; port = ${SIM_PORT[away]}; } );
		servers = ( { name = "shared7"; host = "127.0.0.1"; tls_name = "$SIM_NAME";
		  services = [ "imaps", "submission", "pop3s" ]; names_file = "names"; } );
	CONF
}

# names COUNT: so many good ones, and some that are not.
names() {
	{
		echo "# customers"
		printf 'n%d.good.test\n' $(seq "$1")
		printf '%s\n' old.test soon.test odd.test gone.test none.test "$SIM_NAME"
	} >"$SIM/names.new"
	mv "$SIM/names.new" "$SIM/names"
}

# value METRIC LABELS: of $OUT.
value() { grep -E "^$1\\{server=\"shared7\",$2\\} " <<<"$OUT" | sed 's/.* //'; }
# metric_is METRIC LABELS VALUE: now.
metric_is() {
	fetch /metrics
	[ "$(value "$1" "$2")" = "$3" ]
}
counter() { grep -E "^listener=$1 " "$SIM/counters" | grep -oE " $2=[0-9]+" | cut -d= -f2; }

once() {
	names 20
	configure 60s
	run "$EXPORTER" --config.file="$SIM/mailvane.conf" --once
	is "--once: exit code" "$CODE" 0
	is "all names are asked once" "$(value mailvane_names_asked 'service="imaps"')" 26
	is "by STARTTLS, too" "$(value mailvane_names_asked 'service="submission"')" 26
	is "good ones" "$(value mailvane_names_confirmed 'service="imaps",state="ok"')" 21
	is "expired" "$(value mailvane_names_faults 'service="imaps",fault="cert_expired"')" 1
	is "expiring" "$(value mailvane_names_faults 'service="imaps",fault="cert_expiring"')" 1
	is "of another name" "$(value mailvane_names_faults 'service="imaps",fault="cert_name"')" 2
	is "refused" "$(value mailvane_names_faults 'service="imaps",fault="tls_handshake"')" 1
	is "the fall-back" "$(value mailvane_names_without_own_certificate 'service="imaps"')" 1
	is "a server that is away has no bad names" "$(value mailvane_names_asked 'service="pop3s"')" 0
	is "but its names wait" "$(value mailvane_names_paused 'service="pop3s"')" 1
	has "a line for a bad name" "$ERR" 'level=error msg="first result of a name" server=shared7 service=imaps name=none\.test state=CRITICAL fault=cert_name reason="no certificate of its own: the server shows its fall-back CN='
	has "one for another's certificate" "$ERR" "name=odd\\.test state=CRITICAL fault=cert_name reason=\"certificate is for another name: .*not for 'odd\\.test'"
	lacks "none for a good one" "$ERR" 'name=n1\.good\.test'
}

some_asked() {
	fetch /metrics
	[ "$(value mailvane_names_asked 'service="imaps"')" -ge "$1" ]
}
said() { grep -q "$1" "$SIM/exporter.log"; }

daemon() {
	local asked
	names 120
	configure 3s
	exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log" || return
	holds "names are asked, one by one" within 20 some_asked 10
	below "but not all at once" "$(value mailvane_names_asked 'service="imaps"')" 100
	is "all are there" "$(value mailvane_names 'service="imaps"')" 126

	names 30
	holds "another file brings other names" within 20 metric_is mailvane_names 'service="imaps"' 36
	echo 'two names' >>"$SIM/names"
	holds "a bad file is refused" within 20 said 'at=.*names:38 '
	fetch /metrics
	is "and the names before stay" "$(value mailvane_names 'service="imaps"')" 36

	names 31
	kill "$SIM_PID" && wait "$SIM_PID"
	SIM_PID=
	holds "a server that is away makes the names wait" within 20 metric_is mailvane_names_paused 'service="imaps"' 1
	asked=$(value mailvane_names_asked 'service="imaps"')
	has "which keep their results" "$asked" '^[1-9]'
	is "and are not bad for it" "$(grep -cE '^mailvane_names_faults\{.*fault="(refused|timeout|reset|closed)"\} [1-9]' <<<"$OUT")" 0
	clean_metrics "/metrics" "$OUT"
	exporter_end TERM
	is "it ends well" "$CODE" 0
}

# mailsim has ended, and told its counts.
manners() {
	below "at most per_address_max connections: imaps" "$(counter imaps peak)" 3
	below "submission" "$(counter smtp peak)" 3
	is "no login" "$(counter imaps logins)$(counter smtp logins)" 00
	is "nothing but good manners" "$(grep -vE "listener=away|callback failed" "$SIM/manners")" ""
}

sim_start "$SCENARIO" || exit 1
once
daemon
manners
finish
