#!/usr/bin/env bash
# /probe as users of the blackbox_exporter know it, before mailsim and, where it is installed,
# beside the blackbox_exporter itself.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh

# Of "secret", with a low cost.
QUICK='$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW'
BLACKBOX=$(command -v prometheus-blackbox-exporter)
BLACKBOX_PID=

scenario() {
	echo "user $SIM_USER $SIM_PASSWORD"
	echo "listen smtp 127.0.0.1:0 name=good tls=starttls"
	echo "listen imap 127.0.0.1:0 name=store tls=implicit messages=7"
	echo "listen imap 127.0.0.1:0 name=expired tls=implicit cert=expired"
	echo "listen imap 127.0.0.1:0 name=strange tls=implicit cert=untrusted"
	echo "listen smtp 127.0.0.1:0 name=refusing fault=refused"
	echo "listen smtp 127.0.0.1:0 name=silent fault=silence"
	# Of no service.
	echo "listen smtp 127.0.0.1:0 name=listed"
	echo "listen smtp 127.0.0.1:0 name=hidden"
}

service() {
	echo "{ name = \"$1\"; protocol = \"$2\"; port = ${SIM_PORT[$1]}; tls = \"$3\"; }"
}

configure() {
	CLOSED=$(free_port)
	cat >"$SIM/mailvane.conf" <<-CONF
		interval = "1h"; timeout = "10s"; ca_file = "$SIM/ca.pem";
		accounts = ( { name = "probe"; user = "$SIM_USER"; password_file = "password"; } );
		services = ( $(service good smtp starttls), $(service store imap implicit),
		  $(service expired imap implicit), $(service strange imap implicit),
		  $(service refusing smtp none), $(service silent smtp none),
		  { name = "closed"; protocol = "smtp"; port = $CLOSED; tls = "none"; } );
		servers = (
		  { name = "plain"; host = "127.0.0.1"; tls_name = "$SIM_NAME";
		    services = [ "good", "expired", "strange", "refusing", "closed" ]; },
		  { name = "slow"; host = "127.0.0.1"; services = [ "silent" ]; },
		  { name = "safe"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; account = "probe";
		    services = [ "store" ]; }
		);
		probe = { names = [ "localhost", "*.allowed.test" ]; networks = [ "127.0.0.0/29" ]; at_once = $1;
		  ports = [ "${SIM_PORT[listed]}" ]; };
	CONF
}

# sample NAME[{LABELS}]: its value in $OUT.
sample() { awk -v name="$1" '{ at = length($0) - length($NF) } substr($0, 1, at - 1) == name { print $NF }' <<<"$OUT"; }

# probe TARGET MODULE [MORE]
probe() { fetch "/probe?target=$1&module=$2${3:-}"; }

successes() {
	probe plain good
	is "a server by its name: 200" "$STATUS $TYPE" "200 text/plain; version=0.0.4; charset=utf-8"
	clean_metrics "/probe" "$OUT"
	is "probe_success" "$(sample probe_success)" 1
	is "probe_ip_protocol" "$(sample probe_ip_protocol)" 4
	is "probe_ip_addr_hash of 127.0.0.1" "$(sample probe_ip_addr_hash)" 3668918509
	is "probe_timeout_seconds is the module's" "$(sample probe_timeout_seconds)" 10
	is "the certificate is verified" "$(sample probe_tls_verified)" 1
	has "the phases" "$OUT" '^probe_phase_duration_seconds\{phase="starttls"\} [0-9.e-]+$'
	lacks "none of the exporter's own metrics" "$OUT" '^(mailvane|process)_'
	probe "127.0.0.1:${SIM_PORT[good]}" good
	is "a configured host with its port" "$STATUS $(sample probe_success)" "200 1"
	probe "localhost:${SIM_PORT[good]}" good
	is "an allowed name, which is the one expected" "$STATUS $(sample 'probe_fault{fault="cert_name",phase="tls"}')" "200 1"
	probe safe store
	is "a login for the server that has an account" "$(sample probe_mailbox_messages)" 7
	probe "localhost:${SIM_PORT[store]}" store
	is "none for a host that has not" "$STATUS $(sample probe_mailbox_messages)" "200 "
}

failures() {
	probe plain expired
	is "an expired certificate fails" "$STATUS $(sample probe_success)" "200 0"
	has "and is shown all the same" "$OUT" '^probe_ssl_earliest_cert_expiry [0-9.e+]+$'
	is "and named" "$(sample 'probe_tls_certificate_fault{fault="cert_expired"}')" 1
	probe plain strange
	is "an untrusted one fails" "$STATUS $(sample probe_success)$(sample probe_tls_verified)" "200 00"
	is "without a verified chain" "$(sample probe_ssl_last_chain_expiry_timestamp_seconds)" -62135596800
	has "and is shown all the same" "$OUT" '^probe_ssl_last_chain_info\{fingerprint_sha256="[0-9a-f]{64}",'
	probe plain refusing
	is "a refusal fails" "$STATUS $(sample probe_success)" "200 0"
	is "because of what was said" "$(sample probe_failed_due_to_regex)" 1
	is "with its code" "$(sample probe_reply_code)" 554
	probe plain closed
	is "a closed port fails" "$STATUS $(sample 'probe_fault{fault="refused",phase="connect"}')" "200 1"
	OUT=$(curl -sS -H 'X-Prometheus-Scrape-Timeout-Seconds: 1.25' "http://$EXPORTER_AT/probe?target=slow&module=silent")
	is "a silent one ends before the scraper gives up" "$(sample probe_timeout_seconds) $(sample probe_success)" "0.75 0"
	has "as a timeout" "$OUT" '^probe_fault\{fault="timeout",phase="greeting"\} 1$'
}

refusals() {
	probe plain nonsense
	is "an unknown module" "$STATUS $OUT" '400 Unknown module "nonsense"; modules are the services of the configuration'
	fetch "/probe?module=smtp"
	has "no target" "$STATUS $OUT" "^400 Target parameter is missing"
	fetch "/probe?target=plain"
	has "no module" "$STATUS $OUT" "^400 Module parameter is missing"
	probe "mail.else.test" good
	has "a name that is not allowed" "$STATUS $OUT" '^403 Target "mail.else.test" is not configured'
	probe "192.0.2.1" good
	has "an address that is not allowed" "$STATUS $OUT" '^403 Target'
	probe "a%20b" good
	has "no host" "$STATUS $OUT" '^400 Target "a b"'
	OUT=$(curl -sS -w '%{http_code}' -H 'X-Prometheus-Scrape-Timeout-Seconds: soon' "http://$EXPORTER_AT/probe?target=plain&module=good")
	has "a patience that is no number" "$OUT" 'is not a number of seconds'
}

# Nobody finds out by /probe what else listens on a server, or on one that is allowed.
ports() {
	probe "127.0.0.1:${SIM_PORT[hidden]}" good
	has "a port of no service is not connected to" "$STATUS $OUT" \
		"^403 Port ${SIM_PORT[hidden]} is not one of the services configured for \"127.0.0.1\": .*\`ports\` of \`probe\`"
	probe "localhost:${SIM_PORT[hidden]}" good
	has "nor on a host that is allowed" "$STATUS $OUT" "^403 Port ${SIM_PORT[hidden]} is not one of the ports of \`services\`"
	probe "127.0.0.1:${SIM_PORT[listed]}" refusing
	is "one that is listed is" "$STATUS $(sample probe_success)" "200 1"
	probe "127.0.0.1:22" good
	has "nor is it told whether it is open" "$STATUS $OUT" "^403 Port 22"
}

# transcript WHAT REGEX CURL-ARGUMENT...: of what comes with debug=true.
transcript() {
	local what=$1 wanted=$2
	shift 2
	OUT=$(curl -sS -k "$@" 2>&1)
	has "$what" "$OUT" "$wanted"
	has "$what, and the metrics" "$OUT" '^probe_success 1$'
}

# What servers say is for people whom the operator knows.
strangers() {
	local query="probe?target=plain&module=good&debug=true" withheld='^# No transcript: .*--web.config.file'
	transcript "a transcript for this machine" '^S: 220' "http://$EXPORTER_AT/$query"
	transcript "none for whom a proxy here speaks" "$withheld" -H 'X-Forwarded-For: 192.0.2.1' "http://$EXPORTER_AT/$query"
	lacks "no word of the server" "$OUT" '^S: '
	is "what is left is for Prometheus" "$(promtool check metrics <<<"$OUT" 2>&1)" ""
	# A login is worth more than where one comes from.
	printf 'basic_auth_users: { watcher: "%s" }\n' "$QUICK" >"$SIM/web.yml"
	exporter_end TERM
	EXPORTER_OPTIONS=(--web.config.file="$SIM/web.yml")
	EXPORTER_OPTIONS+=(--web.listen-address="unix:$SIM/http.sock")
	exporter_answers() { curl -sS -o /dev/null --unix-socket "$SIM/http.sock" http://x/-/healthy 2>/dev/null; }
	exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log" || return
	transcript "one for who has logged in" '^S: 220' -u "watcher:secret" -H 'X-Forwarded-For: 192.0.2.1' "http://$EXPORTER_AT/$query"
	transcript "one through a Unix socket" '^S: 220' --unix-socket "$SIM/http.sock" "http://x/$query"
	exporter_end TERM
	EXPORTER_OPTIONS=()
	. ./prober.sh
	exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log"
}

dialogue() {
	probe safe store "&debug=true"
	is "debug is for people" "$STATUS $TYPE" "200 text/plain; charset=utf-8"
	has "the dialogue" "$OUT" '^S: \* OK'
	has "the metrics" "$OUT" '^probe_success 1$'
	lacks "no password" "$OUT" "$SIM_PASSWORD|$(printf '\0%s\0%s' "$SIM_USER" "$SIM_PASSWORD" | base64 -w 0)"
}

# One scrape configuration without a line of relabelling.
discovery() {
	local found
	printf '%s\n' 'scrape_configs:' '  - job_name: mail' "    http_sd_configs: [ { url: \"http://$EXPORTER_AT/sd\" } ]" \
		>"$SIM/prometheus.yml"
	found=$(promtool check service-discovery --timeout=2s "$SIM/prometheus.yml" mail 2>&1)
	is "Prometheus discovers every target" "$(jq -r '.[].labels | "\(.__address__)\(.__metrics_path__) \(.__param_target) \(.__param_module) \(.instance)"' <<<"$found" | sort)" \
		"$(printf "$EXPORTER_AT/probe %s\n" "plain closed 127.0.0.1:$CLOSED" "plain expired 127.0.0.1:${SIM_PORT[expired]}" \
			"plain good 127.0.0.1:${SIM_PORT[good]}" "plain refusing 127.0.0.1:${SIM_PORT[refusing]}" \
			"plain strange 127.0.0.1:${SIM_PORT[strange]}" "safe store 127.0.0.1:${SIM_PORT[store]}" \
			"slow silent 127.0.0.1:${SIM_PORT[silent]}" | sort)"
	fetch "/sd?service=store"
	is "only one service" "$STATUS $TYPE $(jq length <<<"$OUT")" "200 application/json 1"
	fetch "/sd?protocol=pop3"
	is "none is an empty list" "$STATUS $(jq -c . <<<"$OUT")" "200 []"
	fetch "/sd?service=nonsense"
	has "a service that is none" "$STATUS $OUT" "^400 there is no such service"
}

# --- rules and dashboards made for the blackbox_exporter -----------------------------------------

# series INSTANCE: $OUT as input of promtool, whose time begins at 0: so expiry is from now.
series() {
	awk -v instance="$1" -v now="$(date +%s)" '/^probe_/ {
		value = $NF
		at = length($0) - length(value)
		name = substr($0, 1, at - 1)
		if (name ~ /expiry/) value -= now
		labels = "job=\"blackbox-exporter\",instance=\"" instance "\""
		if (sub(/\}$/, "", name)) name = name "," labels "}"; else name = name "{" labels "}"
		gsub(/\047/, "\047\047", name)
		printf "      - { series: \047%s\047, values: \047%s+0x10\047 }\n", name, value
	}' <<<"$OUT"
}

# expression TEXT RESULT: at the end it has this value, or some ("") without labels.
expression() {
	printf '      - { expr: "%s", eval_time: 5m, exp_samples: [ { labels: "{}", value: %s } ] }\n' "${1//\"/\\\"}" "$2"
}

# alert NAME INSTANCE...
alert() {
	local name=$1 instance
	shift
	echo "      - { alertname: $name, eval_time: 5m, exp_alerts: ["
	for instance; do
		echo "          { exp_labels: { job: blackbox-exporter, instance: $instance } },"
	done
	echo "        ] }"
}

# Alerts of awesome-prometheus-alerts and of the mixin, queries of Grafana's dashboards 7587 and
# 16124, on what /probe said of three servers.
rules() {
	local name
	cat >"$SIM/rules.yml" <<-'YML'
		groups:
		  - name: blackbox
		    rules:
		      - { alert: BlackboxProbeFailed, expr: probe_success == 0, for: 1m }
		      - { alert: BlackboxSlowProbe, expr: "avg_over_time(probe_duration_seconds[1m]) > 5" }
		      - { alert: BlackboxSslCertificateExpired, expr: "round((last_over_time(probe_ssl_earliest_cert_expiry[10m]) - time()) / 86400, 0.1) < 0" }
		      - { alert: BlackboxSslCertificateWillExpireSoon, expr: "probe_ssl_earliest_cert_expiry - time() < 21 * 24 * 3600" }
		      - { alert: BlackboxLowUptime30d, expr: "avg_over_time(probe_success[30d]) * 100 < 99.9" }
	YML
	{
		echo "rule_files: [ rules.yml ]"
		echo "tests:"
		echo "  - interval: 1m"
		echo "    input_series:"
		for name in good expired closed; do
			probe plain "$name"
			series "$name"
		done
		echo "    alert_rule_test:"
		alert BlackboxProbeFailed expired closed
		alert BlackboxSlowProbe
		alert BlackboxSslCertificateExpired expired
		alert BlackboxSslCertificateWillExpireSoon expired
		alert BlackboxLowUptime30d expired closed
		echo "    promql_expr_test:"
		expression 'count(probe_success{instance=~"good|closed"})' 2
		expression 'count(probe_success{job="blackbox-exporter"} == 1)' 1
		expression 'count(probe_duration_seconds{instance=~"good"} > 0)' 1
		expression 'count(avg(probe_dns_lookup_time_seconds{instance=~"good"}) >= 0)' 1
		expression 'count(probe_ssl_earliest_cert_expiry{instance=~"good"} - time() > 0)' 1
		expression 'count(probe_tls_version_info{instance="good",version="TLS 1.3"})' 1
		expression 'count((probe_ssl_earliest_cert_expiry{job="blackbox-exporter"} - time()) / 3600 / 24)' 2
	} >"$SIM/tests.yml"
	is "rules and dashboards for the blackbox_exporter work" "$(promtool test rules "$SIM/tests.yml" 2>&1 | tr -d '\n')" \
		"Unit Testing:  $SIM/tests.yml  SUCCESS"
}

# --- many at once, reloads, the end --------------------------------------------------------------

ask_slowly() { curl -sS -o /dev/null -w '%{http_code}\n' -m 20 "http://$EXPORTER_AT/probe?target=slow&module=silent"; }

two_turned_away() { [ "$(grep -cs 503 "$SIM/answers")" = 2 ]; }

# Four places, two for a client: of four that one asks for two are served, another gets one, too,
# while the server answers others.
crowd() {
	local asked=()
	for _ in 1 2 3 4; do
		ask_slowly >>"$SIM/answers" 2>&1 &
		asked+=($!)
	done
	within 5 two_turned_away
	is "more than a client's share are turned away" "$(sort "$SIM/answers" | uniq -c | tr -s ' \n' ' ')" " 2 503 "
	probe plain good
	has "which says how many they are" "$STATUS $OUT" "^503 2 of 4 probes are running for your address.*raise at_once"
	OUT=$(curl -sS --interface 127.0.0.2 "http://$EXPORTER_AT/probe?target=plain&module=good")
	is "another client is served" "$(sample probe_success)" 1
	fetch /-/healthy
	is "others are answered meanwhile" "$STATUS" 200
	kill -HUP "$EXPORTER_PID"
	within 5 grep -q '"configuration loaded"' "$SIM/exporter.log"
	curl -sS -m 0.2 -o /dev/null "http://$EXPORTER_AT/probe?target=plain&module=good" 2>/dev/null
	exporter_end TERM
	is "an end in the middle of it is clean" "$CODE" 0
	below "and quick" "$TOOK" "$ENDING_MS"
	wait "${asked[@]}"
	# 200: its probe had ended before the exporter did.
	is "clients that wait are let go" "$(grep -cE '^(200|503|000)$' "$SIM/answers")" 4
}

# --- beside the blackbox_exporter --------------------------------------------------------------

blackbox_start() {
	local port
	port=$(free_port)
	BLACKBOX_AT=127.0.0.1:$port
	cat >"$SIM/blackbox.yml" <<-YML
		modules:
		  store: { prober: tcp, timeout: 5s, tcp: { tls: true, preferred_ip_protocol: ip4, tls_config: { server_name: $SIM_NAME, ca_file: $SIM/ca.pem } } }
		  strange: { prober: tcp, timeout: 5s, tcp: { tls: true, preferred_ip_protocol: ip4, tls_config: { server_name: $SIM_NAME, insecure_skip_verify: true } } }
		  closed: { prober: tcp, timeout: 5s, tcp: { preferred_ip_protocol: ip4 } }
	YML
	"$BLACKBOX" --config.file="$SIM/blackbox.yml" --web.listen-address="$BLACKBOX_AT" >"$SIM/blackbox.log" 2>&1 &
	BLACKBOX_PID=$!
	within 10 curl -fsS -o /dev/null "http://$BLACKBOX_AT/-/healthy"
}

# What does not depend on the moment or the verdict, one number for one value.
lasting() {
	grep -vE '^(# HELP |# TYPE )?probe_(duration|dns_lookup_time)_seconds|^probe_success' <<<"$1" |
		sed -E 's/,serialnumber="[0-9a-f]+"//' |
		awk '/^#/ { print; next } { value = $NF; $NF = ""; printf "%s%.3f\n", $0, value }' | sort
}

# same MODULE PORT: each line of the other's is one of ours.
same() {
	local theirs
	theirs=$(curl -sS "http://$BLACKBOX_AT/probe?target=127.0.0.1:$2&module=$1")
	probe "127.0.0.1:$2" "$1"
	has "$1: the blackbox_exporter says something" "$theirs" '^probe_success'
	is "$1: all it says is said here, too" "$(comm -23 <(lasting "$theirs") <(lasting "$OUT"))" ""
}

trap 'exporter_end KILL; [ -z "$BLACKBOX_PID" ] || kill "$BLACKBOX_PID"; sim_stop' EXIT
sim_start "$(scenario)" || exit 1
configure 32
exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log" || exit 1
successes
failures
refusals
ports
dialogue
strangers
discovery
rules
if [ -n "$BLACKBOX" ]; then
	# It hangs up without a word.
	cp "$SIM/manners" "$SIM/ours"
	blackbox_start
	same store "${SIM_PORT[store]}"
	same strange "${SIM_PORT[strange]}"
	same closed "$CLOSED"
	cp "$SIM/ours" "$SIM/manners"
fi
configure 4
exporter_end TERM
: >"$SIM/exporter.log"
exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log" || exit 1
crowd
sim_manners
finish
