#!/usr/bin/env bash
# Debian's icinga2 with conf/icinga2 as it is shipped: it runs our plugins, asks the exporter and is
# told by it; what it makes of that is asked from its API.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh
. ./scheduler.sh

PATH=$PATH:/usr/sbin
NODE=node.lab.test
API_PASSWORD=Api-Secret.1
command -v icinga2 >/dev/null || skip "icinga2 is not here (packages icinga2-bin, icinga2-common)"
command -v jq >/dev/null || skip "jq is not here"
trap 'exporter_end KILL; scheduler_remove; sim_stop' EXIT

# An authority and the certificate of the API.
certificates() {
	local d=$SCHEDULER/data/certs
	mkdir -p "$d"
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=Lab CA" -keyout "$SCHEDULER/etc/ca.key" \
		-out "$d/ca.crt" -addext basicConstraints=critical,CA:TRUE &&
		openssl req -new -newkey rsa:2048 -nodes -subj "/CN=$NODE" -keyout "$d/$NODE.key" \
			-out "$SCHEDULER/etc/node.csr" &&
		openssl x509 -req -days 30 -in "$SCHEDULER/etc/node.csr" -CA "$d/ca.crt" \
			-CAkey "$SCHEDULER/etc/ca.key" -CAcreateserial -out "$d/$NODE.crt" \
			-extfile <(echo "subjectAltName=DNS:$NODE")
}

entries() {
	local name
	for name in $SCHEDULER_SERVICES; do
		echo "  vars.mailvane[\"$name\"] = { mailvane_port = ${SIM_PORT[$name]} }"
	done
}

# The classic commands: by their ITL names with another PluginDir, and by
# drop-in.conf.
classic() {
	local name
	echo 'object Host "classic" { check_command = "passive"; enable_active_checks = false; address = "127.0.0.1" }'
	for name in smtp:smtp ssmtp:submissions imap:imap simap:imaps pop:pop3 spop:pop3s; do
		cat <<-CFG
			object Service "drop-in ${name%:*}" {
			  import "generic-service"
			  host_name = "classic"
			  check_command = "mailvane-${name%:*}"
			  vars.${name%:*}_port = ${SIM_PORT[${name#*:}]}
			}
			object Service "itl ${name%:*}" {
			  import "generic-service"
			  host_name = "classic"
			  check_command = "${name%:*}"
			  vars.${name%:*}_port = ${SIM_PORT[${name#*:}]}
			}
		CFG
	done
	cat <<-CFG
		object Service "expired" {
		  import "generic-service"
		  host_name = "classic"
		  check_command = "simap"
		  vars.simap_port = ${SIM_PORT[expired]}
		  vars.simap_certificate_age = "30,10"
		}
	CFG
}

configure() {
	local service
	cat >"$SCHEDULER/etc/icinga2.conf" <<-CFG
		const NodeName = "$NODE"
		const ZoneName = NodeName
		const PluginDir = "$PLUGINS"
		const MailvanePluginDir = "$PLUGINS"
		const TicketSalt = ""
		include <itl>
		include <plugins>
		include "$CONF/mailvane.conf"
		include "$CONF/services.conf"
		include "$CONF/drop-in.conf"
		object Endpoint NodeName { }
		object Zone ZoneName { endpoints = [ NodeName ] }
		object CheckerComponent "checker" { }
		object FileLogger "main" {
		  severity = "information"
		  path = LogDir + "/icinga2.log"
		}
		object ApiListener "api" {
		  bind_host = "127.0.0.1"
		  bind_port = $API_PORT
		}
		object ApiUser "test" {
		  password = "$API_PASSWORD"
		  permissions = [ "*" ]
		}
		object ApiUser "mailvane" {
		  password = "$API_PASSWORD"
		  permissions = [ "actions/process-check-result" ]
		}
		template Service "generic-service" {
		  check_interval = 2s
		  retry_interval = 2s
		  max_check_attempts = 1
		  enable_flapping = false
		}
		template Host "mail-host" {
		  check_command = "passive"
		  enable_active_checks = false
		  address = "127.0.0.1"
		  vars.mailvane_name = "$SIM_NAME"
		  vars.mailvane_ca_file = "$SIM/ca.pem"
		}
		object Host "good" {
		  import "mail-host"
		$(entries)
		}
		object Host "broken" {
		  import "mail-host"
		  vars.mailvane["smtp"] = { mailvane_port = ${SIM_PORT[blocked]} }
		  vars.mailvane["imaps"] = { mailvane_port = ${SIM_PORT[expired]} }
		  vars.mailvane["pop3"] = { mailvane_port = ${SIM_PORT[stripped]} }
		  vars.mailvane["submission"] = { mailvane_port = $(free_port) }
		  vars.mailvane["pop3s"] = {
		    mailvane_port = ${SIM_PORT[pop3s]}
		    mailvane_warning = "tls=60"
		    mailvane_critical = "0"
		    mailvane_expect_capability = [ "UIDL", "SASL" ]
		  }
		}
		object Host "mx1" { import "mail-host" }
		object Service "asked" {
		  import "generic-service"
		  host_name = "mx1"
		  check_command = "mailvane-exporter"
		  vars.mailvane_service = "imaps"
		  vars.mailvane_url = "http://$EXPORTER_AT"
		}
		object Service "all" {
		  import "generic-service"
		  host_name = "mx1"
		  check_command = "mailvane-exporter"
		  vars.mailvane_url = "http://$EXPORTER_AT"
		}
		$(classic)
	CFG
	for service in smtp imaps pop3s; do
		cat >>"$SCHEDULER/etc/icinga2.conf" <<-CFG
			object Service "mail $service" {
			  import "mailvane-passive"
			  host_name = "mx1"
			  max_check_attempts = 1
			  vars.mailvane_url = "http://127.0.0.1:1"
			  vars.mailvane_service = "$service"
			}
		CFG
	done
	scheduler_owns "$SCHEDULER"/{etc,data,log,cache,spool,run}
}

# icinga [ARGUMENT...]: every folder of it is ours.
icinga() {
	local d=$SCHEDULER
	export ICINGA2_USER=$SCHEDULER_USER ICINGA2_GROUP HOME=$d
	ICINGA2_GROUP=$(id -gn "$SCHEDULER_USER")
	as_scheduler icinga2 daemon "$@" -c "$d/etc/icinga2.conf" -DConfigDir="$d/etc" -DDataDir="$d/data" \
		-DLogDir="$d/log" -DCacheDir="$d/cache" -DSpoolDir="$d/spool" -DInitRunDir="$d/run" \
		-DPidPath="$d/run/icinga2.pid" -DStatePath="$d/data/icinga2.state" \
		-DModAttrPath="$d/data/modified-attributes.conf" -DVarsPath="$d/cache/icinga2.vars" \
		-DObjectsPath="$d/cache/icinga2.debug"
}

begin() {
	(icinga) </dev/null >>"$SCHEDULER/console" 2>&1 &
	SCHEDULER_PID=$!
	within 30 api /v1/status/IcingaApplication >/dev/null
}

# The program is an umbrella over others, which end when it does.
end() {
	local below
	below=$(children "$SCHEDULER_PID")
	scheduler_end
	for below in $below; do
		within 10 [ ! -e "/proc/$below" ] || kill -KILL "$below" 2>/dev/null
	done
}

children() {
	local child
	for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do
		children "$child"
		echo "$child"
	done
}

api() {
	curl -q --noproxy '*' -fsS -m 5 -u "test:$API_PASSWORD" --cacert "$SCHEDULER/data/certs/ca.crt" \
		--resolve "$NODE:$API_PORT:127.0.0.1" "https://$NODE:$API_PORT$1" 2>/dev/null
}

# status: a line "HOST/SERVICE STATE SOURCE OUTPUT VALUES" for each; STATE is "pending" before the
# first result.
status() {
	api /v1/objects/services | jq -r '.results[].attrs | .last_check_result as $c | [
		.host_name + "/" + .name, (if $c then .state else "pending" end | tostring),
		$c.check_source // "", ($c.output // "" | gsub("\n"; "\\n")),
		($c.performance_data // [] | join(" "))] | join("\t")'
}

all_checked() {
	local lines
	lines=$(status) && [ -n "$lines" ] && ! cut -f2 <<<"$lines" | grep -q pending
}

# sees HOST/SERVICE STATE OUTPUT-REGEX
sees() {
	local line
	line=$(grep -F "$1"$'\t' <<<"$STATUS")
	is "icinga2: $1 is ${STATES[$2]}" "$(cut -f2 <<<"$line")" "$2"
	has "icinga2: $1 says why" "$(cut -f4 <<<"$line")" "$3"
}

state_is() { [ "$(status | grep -F "$1"$'\t' | cut -f2)" = "$2" ]; }

says_refused() { status | grep -F "$1"$'\t' | grep -q 'refused/connect'; }

by_plugins() {
	local name
	for name in $SCHEDULER_SERVICES; do
		sees "good/mail $name" 0 "^MAIL OK - .*\\[ok/"
	done
	sees "broken/mail smtp" 2 "554.*\\[rejected/greeting\\]"
	sees "broken/mail imaps" 2 "certificate expired.*\\[cert_expired/tls\\]"
	sees "broken/mail pop3" 2 "\\[starttls_unavailable/"
	sees "broken/mail submission" 2 "\\[refused/connect\\]"
	sees "broken/mail pop3s" 2 "^MAIL CRITICAL - "
	has "icinga2: limits are those of its variables" \
		"$(grep -F "broken/mail pop3s"$'\t' <<<"$STATUS" | cut -f5)" "pop3s_time=[0-9.]+s;;0;.*pop3s_tls=[0-9.]+s;60;"
	is "icinga2: performance values parse" \
		"$(bad_perfdata "|$(grep -F "good/mail imaps"$'\t' <<<"$STATUS" | cut -f5)")" ""
	sees "classic/expired" 2 "^CRITICAL - Certificate '.*' expired on "
	for name in smtp ssmtp imap simap pop spop; do
		sees "classic/drop-in $name" 0 "^${name^^} OK - "
		sees "classic/itl $name" 0 "^${name^^} OK - "
	done
}

by_exporter() {
	sees "mx1/all" 2 "^MAIL CRITICAL - 2 of 3 services well.*\\[cert_expired/tls\\]"
	sees "mx1/asked" 0 "^MAIL OK - .*imaps.*\\[ok/"
	sees "mx1/mail smtp" 0 "^MAIL OK - 127\\.0\\.0\\.1 smtp.*\\[ok/.*\\\\nsmtp \\(port [0-9]+\\): OK - works"
	sees "mx1/mail imaps" 0 "^MAIL OK - .*\\[ok/"
	sees "mx1/mail pop3s" 2 "^MAIL CRITICAL - .*certificate expired.*\\[cert_expired/tls\\]"
	is "icinga2 was told, it did not ask" \
		"$(grep -F 'mx1/mail ' <<<"$STATUS" | cut -f3 | sort -u)" mailvane_exporter
	lacks "icinga2: no values in the text" "$(grep -F 'mx1/mail ' <<<"$STATUS" | cut -f4)" '\|'
	is "icinga2: passive performance values parse" \
		"$(bad_perfdata "|$(grep -F "mx1/mail smtp"$'\t' <<<"$STATUS" | cut -f5)")" ""
	holds "results were counted as sent" risen mailvane_passive_results_sent_total 2
	is "what it does not know is said once" \
		"$(grep -c "refused.*no service 'unheard-of!mail smtp'" "$SCHEDULER/exporter.log")" 1
	holds "and counted" risen mailvane_passive_results_dropped_total 0
}

# Icinga goes away: counted, said once, probing goes on. It comes back: so do the results.
outage() {
	local dropped probes said
	said=$(grep -c 'cannot be delivered' "$SCHEDULER/exporter.log")
	end
	dropped=$(metric mailvane_passive_results_dropped_total)
	probes=$(metric mailvane_probes_total)
	holds "receiver away: results dropped are counted" \
		within 30 risen mailvane_passive_results_dropped_total $((dropped + 4))
	holds "receiver away: probing goes on" within 20 risen mailvane_probes_total $((probes + 4))
	is "receiver away: said once" "$(grep -c 'cannot be delivered' "$SCHEDULER/exporter.log")" $((said + 1))
	sim_stop
	begin
	holds "receiver back: it is told what is now" within 30 says_refused "mx1/mail smtp"
	holds "receiver back: said" within 10 grep -q "are delivered again.*receiver=icinga2" "$SCHEDULER/exporter.log"
}

# With a wrong authority not a byte of the password is sent.
distrust() {
	local sent
	cp "$SIM/ca.pem" "$SCHEDULER/other.pem"
	sed -i "s|ca_file = \"$SCHEDULER/data/certs/ca.crt\"|ca_file = \"$SCHEDULER/other.pem\"|" \
		"$SCHEDULER/mailvane.conf"
	kill -HUP "$EXPORTER_PID"
	holds "a certificate of another authority is refused" within 15 grep -qi \
		"cannot be delivered.*certificate" "$SCHEDULER/exporter.log"
	sed -i "s|$SCHEDULER/other.pem|$SCHEDULER/data/certs/ca.crt|" "$SCHEDULER/mailvane.conf"
	printf %s wrong >"$SCHEDULER/password"
	kill -HUP "$EXPORTER_PID"
	holds "a wrong password is said" within 15 grep -q "answers 401: user and password_file" \
		"$SCHEDULER/exporter.log"
	lacks "no password in the log" "$(cat "$SCHEDULER/exporter.log")" "$API_PASSWORD"
	printf %s "$API_PASSWORD" >"$SCHEDULER/password"
	sent=$(metric mailvane_passive_results_sent_total)
	kill -HUP "$EXPORTER_PID"
	holds "with the right one it goes on" within 15 risen mailvane_passive_results_sent_total "$sent"
}

# Every option that is not for people is a variable.
options() {
	"$CHECK_MAIL" --help | grep -oE -- '--[a-z][a-z-]*' | sort -u | grep -vxE -- \
		'--(help|version|hostname|service|port|timeout|warning|critical|json|explain|extra-opts|password-env|password-fd)' |
		while read -r option; do
			grep -q "\"$option\" = {" "$ROOT/conf/icinga2/mailvane.conf" || echo "$option"
		done
}

is "every option of check_mail has its variable" "$(options)" ""
scheduler_prepare "$ROOT/conf/icinga2" || exit 1
mkdir -p "$SCHEDULER"/{etc,data,log,cache,spool,run}
certificates >"$SCHEDULER/openssl.log" 2>&1 || { not_ok "certificates" "$(cat "$SCHEDULER/openssl.log")"; finish; exit 1; }
sim_start "$SCHEDULER_SCENARIO" || { finish; exit 1; }
chmod 755 "$SIM"
API_PORT=$(free_port)
printf %s "$API_PASSWORD" >"$SCHEDULER/password"
chmod 600 "$SCHEDULER/password"
passive_config "icinga2 = { url = \"https://127.0.0.1:$API_PORT\"; tls_name = \"$NODE\"; user = \"mailvane\";
	password_file = \"password\"; ca_file = \"$SCHEDULER/data/certs/ca.crt\"; };"
exporter_start "$SCHEDULER/mailvane.conf" "$SCHEDULER/exporter.log" || { finish; exit 1; }
holds "the exporter has probed everything" within 30 all_probed
configure
OUT=$( (icinga -C) 2>&1)
is "icinga2 daemon -C accepts the definitions" "$?" 0
begin || { not_ok "icinga2 answers" "$(tail -n 20 "$SCHEDULER/console")"; finish; exit 1; }
holds "icinga2 checks everything" within 40 all_checked
within 15 state_is "mx1/mail pop3s" 2
STATUS=$(status)
by_plugins
by_exporter
distrust
outage
exporter_end TERM
is "the exporter ends with 0" "$CODE" 0
end
finish
