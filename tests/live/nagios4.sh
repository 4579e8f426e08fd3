#!/usr/bin/env bash
# Debian's nagios4 with conf/nagios as it is shipped: it runs our plugins, asks the exporter and is
# told by it; what it makes of that is read from its status.dat.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh
. ./scheduler.sh

PATH=$PATH:/usr/sbin
command -v nagios4 >/dev/null || skip "nagios4 is not here (package nagios4-core)"
trap 'exporter_end KILL; scheduler_remove; sim_stop' EXIT

# What a site has of its own: templates, a contact, and here short intervals.
site() {
	cat <<-'CFG'
		define timeperiod {
			timeperiod_name always
			alias always
			sunday 00:00-24:00
			monday 00:00-24:00
			tuesday 00:00-24:00
			wednesday 00:00-24:00
			thursday 00:00-24:00
			friday 00:00-24:00
			saturday 00:00-24:00
		}
		define command {
			command_name nothing
			command_line /bin/true
		}
		define command {
			command_name check-host-alive
			command_line /bin/true
		}
		define contact {
			contact_name nobody
			host_notification_period always
			service_notification_period always
			host_notification_commands nothing
			service_notification_commands nothing
		}
		define host {
			name generic-host
			register 0
			check_period always
			max_check_attempts 1
			notification_period always
			contacts nobody
		}
		define service {
			name generic-service
			register 0
			check_period always
			check_interval 2
			retry_interval 2
			max_check_attempts 1
			notification_period always
			contacts nobody
		}
	CFG
}

# host NAME [VARIABLE VALUE]...
host() {
	printf 'define host {\n\tuse mailvane-host,generic-host\n\thost_name %s\n\taddress 127.0.0.1\n' "$1"
	printf '\tcheck_command check-host-alive\n'
	shift
	while [ $# -gt 0 ]; do
		printf '\t%s %s\n' "$1" "$2"
		shift 2
	done
	printf '}\n'
}

# service HOST TEMPLATE [DIRECTIVE]
service() {
	printf 'define service {\n\tuse %s\n\thost_name %s\n%s}\n' "$2" "$1" "${3:+	$3
}"
}

# The variables of mailvane-host that hold ports.
ports() {
	local name
	for name in $SCHEDULER_SERVICES; do
		name=${name//-/_}
		echo "_${name^^}_PORT" "${SIM_PORT[${name//_/-}]}"
	done
}

objects() {
	local name
	# shellcheck disable=SC2046
	host good _MAIL_OPTIONS "--name $SIM_NAME --ca-file $SIM/ca.pem" $(ports)
	for name in $SCHEDULER_SERVICES; do
		service good "mailvane-$name"
	done
	host broken _MAIL_OPTIONS "--name $SIM_NAME --ca-file $SIM/ca.pem" \
		_SMTP_PORT "${SIM_PORT[blocked]}" _IMAPS_PORT "${SIM_PORT[expired]}" \
		_POP3_PORT "${SIM_PORT[stripped]}" _SUBMISSION_PORT "$(free_port)"
	for name in smtp imaps pop3 submission; do
		service broken "mailvane-$name"
	done
	service broken mailvane-pop3s "check_command mailvane!pop3s!${SIM_PORT[pop3s]}!-w tls=60 -c 0"
	host mx1
	service mx1 mailvane-exporter-service "service_description all"
	service mx1 mailvane-exporter-service $'service_description asked\n\tcheck_command mailvane-exporter!imaps'
	for name in smtp imaps pop3s; do
		service mx1 mailvane-passive-service "service_description mail $name"
	done
}

# The classic commands.
classic() {
	local name
	echo "cfg_file=$CONF/drop-in.cfg"
	{
		host classic
		for name in check_smtp:smtp check_ssmtp:submissions check_imap:imap check_simap:imaps \
			check_pop:pop3 check_spop:pop3s check_smtp_4:submission; do
			service classic generic-service "service_description ${name%:*}
	check_command ${name%:*}!-p ${SIM_PORT[${name#*:}]}"
		done
		service classic generic-service "service_description expired
	check_command check_simap!-p ${SIM_PORT[expired]} -D 30,10"
	} >>"$SCHEDULER/etc/objects.cfg"
}

configure() {
	local d=$SCHEDULER
	mkdir -p "$d"/{etc,var/archives,spool,tmp,rw}
	site >"$d/etc/site.cfg"
	objects >"$d/etc/objects.cfg"
	printf '%s\n' "\$USER5\$=$PLUGINS" "\$USER6\$=http://$EXPORTER_AT" >"$d/etc/resource.cfg"
	cat >"$d/etc/nagios.cfg" <<-CFG
		cfg_file=$d/etc/site.cfg
		cfg_file=$CONF/check_mail.cfg
		cfg_file=$CONF/check_mailvane.cfg
		$(classic)
		cfg_file=$d/etc/objects.cfg
		resource_file=$d/etc/resource.cfg
		log_file=$d/var/nagios.log
		object_cache_file=$d/var/objects.cache
		precached_object_file=$d/var/objects.precache
		status_file=$d/var/status.dat
		status_update_interval=1
		nagios_user=$SCHEDULER_USER
		nagios_group=$(id -gn "$SCHEDULER_USER")
		check_external_commands=0
		command_file=$d/rw/nagios.cmd
		query_socket=$d/rw/nagios.qh
		lock_file=$d/var/nagios.lock
		temp_file=$d/tmp/nagios.tmp
		temp_path=$d/tmp
		log_archive_path=$d/var/archives
		debug_file=$d/var/nagios.debug
		state_retention_file=$d/var/retention.dat
		retain_state_information=0
		use_syslog=0
		check_result_path=$d/spool
		check_result_reaper_frequency=1
		interval_length=1
		service_inter_check_delay_method=n
		host_inter_check_delay_method=n
		check_workers=2
		execute_host_checks=0
		check_service_freshness=0
		enable_notifications=0
		enable_flap_detection=0
		check_for_updates=0
		illegal_macro_output_chars=\`~\$&|'"<>
		date_format=iso8601
	CFG
	scheduler_owns "$d"/{var,spool,tmp,rw}
}

verify() { (as_scheduler nagios4 -v "$1" 2>&1); }

begin() {
	(as_scheduler nagios4 "$SCHEDULER/etc/nagios.cfg") </dev/null >"$SCHEDULER/console" 2>&1 &
	SCHEDULER_PID=$!
}

# status: a line "HOST/SERVICE STATE CHECKED LAST OUTPUT" for each, of status.dat, which is replaced
# as a whole.
status() {
	awk '
		/^servicestatus \{/ { on = 1; split("", v); next }
		on && /^[ \t]*\}/ {
			on = 0
			print v["host_name"] "/" v["service_description"] "\t" v["current_state"] "\t" \
				v["has_been_checked"] "\t" v["last_check"] "\t" v["plugin_output"] "\t" \
				v["performance_data"] "\t" v["long_plugin_output"]
		}
		on { sub(/^[ \t]+/, ""); i = index($0, "="); if (i) v[substr($0, 1, i - 1)] = substr($0, i + 1) }
	' "$SCHEDULER/var/status.dat" 2>/dev/null
}

all_checked() {
	local lines
	lines=$(status) && [ -n "$lines" ] && [ "$(cut -f3 <<<"$lines" | sort -u)" = 1 ]
}

# sees HOST/SERVICE STATE OUTPUT-REGEX
sees() {
	local line
	line=$(grep -F "$1"$'\t' <<<"$STATUS")
	is "nagios4: $1 is ${STATES[$2]}" "$(cut -f2 <<<"$line")" "$2"
	has "nagios4: $1 says why" "$(cut -f5 <<<"$line")" "$3"
}

state_is() { [ "$(status | grep -F "$1"$'\t' | cut -f2)" = "$2" ]; }

last_check() { status | grep -F "$1"$'\t' | cut -f4; }
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
	has "nagios4: limits are those of its options" \
		"$(grep -F "broken/mail pop3s"$'\t' <<<"$STATUS" | cut -f6)" "pop3s_time=[0-9.]+s;;0;.*pop3s_tls=[0-9.]+s;60;"
	is "nagios4: performance values parse" \
		"$(bad_perfdata "|$(grep -F "good/mail imaps"$'\t' <<<"$STATUS" | cut -f6)")" ""
	sees "classic/expired" 2 "^CRITICAL - Certificate '.*' expired on "
	for name in smtp:SMTP ssmtp:SSMTP imap:IMAP simap:SIMAP pop:POP spop:SPOP smtp_4:SMTP; do
		sees "classic/check_${name%:*}" 0 "^${name#*:} OK - "
	done
}

by_exporter() {
	sees "mx1/all" 2 "^MAIL CRITICAL - 2 of 3 services well.*\\[cert_expired/tls\\]"
	sees "mx1/asked" 0 "^MAIL OK - .*imaps.*\\[ok/"
	has "nagios4: the answer says its age" "$(grep -F "mx1/asked" <<<"$STATUS" | cut -f6)" " age=[0-9.]+s;;6\\.000;0"
	sees "mx1/mail smtp" 0 "^MAIL OK - 127\\.0\\.0\\.1 smtp.*\\[ok/"
	sees "mx1/mail imaps" 0 "^MAIL OK - .*\\[ok/"
	sees "mx1/mail pop3s" 2 "^MAIL CRITICAL - .*certificate expired.*\\[cert_expired/tls\\]"
	has "nagios4: a passive result has all its lines" \
		"$(grep -F "mx1/mail smtp" <<<"$STATUS" | cut -f7)" "^smtp \\(port [0-9]+\\): OK - works"
	is "nagios4: passive performance values parse" \
		"$(bad_perfdata "|$(grep -F "mx1/mail smtp"$'\t' <<<"$STATUS" | cut -f6)")" ""
	has "nagios4 refuses only what it does not know" \
		"$(grep -i 'passive\|error' "$SCHEDULER/var/nagios.log")" "unheard-of"
	holds "results were counted as sent" risen mailvane_passive_results_sent_total 2
}

# The spool goes away: counted, said once, probing goes on. It comes back: so do the results.
outage() {
	local dropped probes seen
	mv "$SCHEDULER/spool" "$SCHEDULER/spool.gone"
	dropped=$(metric mailvane_passive_results_dropped_total)
	probes=$(metric mailvane_probes_total)
	holds "receiver away: results dropped are counted" \
		within 30 risen mailvane_passive_results_dropped_total $((dropped + 4))
	holds "receiver away: probing goes on" within 20 risen mailvane_probes_total $((probes + 4))
	is "receiver away: said once" "$(grep -c 'cannot be delivered' "$SCHEDULER/exporter.log")" 1
	seen=$(last_check "mx1/mail smtp")
	sim_stop
	probes=$(metric mailvane_probes_total)
	within 20 risen mailvane_probes_total $((probes + 4))
	is "nagios4: nothing new meanwhile" "$(last_check "mx1/mail smtp")" "$seen"
	mv "$SCHEDULER/spool.gone" "$SCHEDULER/spool"
	holds "receiver back: it is told what is now" within 30 says_refused "mx1/mail smtp"
	holds "receiver back: said" within 10 grep -q "are delivered again.*receiver=nagios" "$SCHEDULER/exporter.log"
	is "no file is left behind" "$(within 10 spool_is_empty || ls "$SCHEDULER/spool")" ""
}

# Of what was complete: a file is being written every second.
spool_is_empty() { [ -z "$(find "$SCHEDULER/spool" -name '*.ok')" ]; }

scheduler_prepare "$ROOT/conf/nagios" || exit 1
sim_start "$SCHEDULER_SCENARIO" || { finish; exit 1; }
chmod 755 "$SIM"
mkdir "$SCHEDULER/spool"
passive_config "nagios = { spool = \"$SCHEDULER/spool\"; };"
exporter_start "$SCHEDULER/mailvane.conf" "$SCHEDULER/exporter.log" || { finish; exit 1; }
holds "the exporter has probed everything" within 30 all_probed
configure
has "nagios4 -v accepts the definitions" "$(verify "$SCHEDULER/etc/nagios.cfg")" "^Total Errors: +0$"
sed "s|^cfg_file=.*/objects.cfg|cfg_file=$CONF/example.cfg|" "$SCHEDULER/etc/nagios.cfg" >"$SCHEDULER/etc/example.cfg"
has "nagios4 -v accepts the example" "$(verify "$SCHEDULER/etc/example.cfg")" "^Total Errors: +0$"
begin
holds "nagios4 checks everything" within 40 all_checked
within 15 state_is "mx1/all" 2
within 15 state_is "mx1/mail pop3s" 2
STATUS=$(status)
by_plugins
by_exporter
outage
exporter_end TERM
is "the exporter ends with 0" "$CODE" 0
finish
