#!/usr/bin/env bash
# Debian's Prometheus with conf/prometheus as it is shipped (only its waiting times are shortened)
# asks the exporter: servers break, alerts fire and resolve; every query of rules and dashboards
# is asked too, and has an answer.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh

CONF=$ROOT/conf/prometheus
DASHBOARDS=("$ROOT"/conf/grafana/*.json)
PROMETHEUS_PID="" PROMETHEUS_AT="" FRAGILE_PID="" FRAGILE_PORT=""
for tool in promtool prometheus jq curl; do
	command -v $tool >/dev/null || skip "$tool is not here (packages prometheus, jq, curl)"
done

scenario() {
	cat <<-SCENARIO
		user $SIM_USER $SIM_PASSWORD
		certificate short good from=-30d until=6d
		certificate year good from=-350d until=15d
		listen smtp 127.0.0.1:0 name=good tls=starttls
		listen imap 127.0.0.1:0 name=store tls=implicit messages=7
		listen imap 127.0.0.1:0 name=expired tls=implicit cert=expired
		listen smtp 127.0.0.1:0 name=short tls=starttls cert=short
		listen smtp 127.0.0.1:0 name=year tls=starttls cert=year
		listen pop3 127.0.0.1:0 name=denied tls=implicit fault=login-denied
		certificate customers good names=*.good.test
		listen imap 127.0.0.1:0 name=hosting tls=implicit
		  sni *.good.test customers
		listen smtp 127.0.0.1:0 name=flapping tls=none every=2 fault=refused
	SCENARIO
}

# One that is killed and comes back where it was.
fragile_start() {
	echo "listen smtp 127.0.0.1:$FRAGILE_PORT name=fragile tls=none" >"$SIM/fragile"
	rm -f "$SIM/fragile.ports"
	"$MAILSIM" --with-parent --ports-file "$SIM/fragile.ports" "$SIM/fragile" \
		</dev/null >/dev/null 2>"$SIM/fragile.log" &
	FRAGILE_PID=$!
	within 20 grep -qsx ready "$SIM/fragile.ports" || not_ok "a server starts" "$(cat "$SIM/fragile.log")"
}

fragile_kill() {
	[ -n "$FRAGILE_PID" ] || return 0
	kill -KILL "$FRAGILE_PID"
	wait "$FRAGILE_PID" 2>/dev/null
	FRAGILE_PID=
}

service() { echo "{ name = \"$1\"; protocol = \"$2\"; port = ${SIM_PORT[$1]}; tls = \"$3\"; }"; }

configure() {
	printf 'n%d.%s.test\n' $(seq 30 | sed 's/$/ good/') $(seq 30 | sed 's/$/ bad/') >"$SIM/customers"
	cat >"$SIM/mailvane.conf" <<-CONF
		interval = "1s"; retry_interval = "1s"; timeout = "1s";
		ca_file = "$SIM/ca.pem";
		accounts = ( { name = "probe"; user = "$SIM_USER"; password_file = "password"; },
		             { name = "stranger"; user = "stranger@demo.test"; password_file = "password"; } );
		services = ( $(service good smtp starttls), $(service store imap implicit),
		  $(service expired imap implicit), $(service short smtp starttls), $(service year smtp starttls),
		  $(service denied pop3 implicit), $(service hosting imap implicit), $(service flapping smtp none), $(service fragile smtp none) );
		servers = (
		  { name = "mx1"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; labels = { site = "lab"; };
		    services = [ "good", "expired", "short", "year", "flapping", "fragile" ]; },
		  { name = "box"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; account = "probe";
		    addresses = "each"; services = [ "store" ]; },
		  { name = "shared7"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; services = [ "hosting" ];
		    names_file = "customers"; names_interval = "1m"; confirm = 1; },
		  { name = "gone"; host = "127.0.0.1"; services = [ "fragile" ]; },
		  { name = "shut"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; account = "stranger";
		    services = [ "denied" ]; }
		);
	CONF
}

# --- the files by themselves -------------------------------------------------------------------

files() {
	run promtool check config "$CONF/prometheus.yml"
	is "promtool accepts the configuration" "$CODE" 0
	run promtool check rules "$CONF/recording.yml" "$CONF/alerts.yml"
	is "promtool accepts the rules" "$CODE" 0
	lacks "and has no complaint" "$OUT$ERR" "FAILED|duplicate|lint"
	run promtool test rules "$CONF"/tests*.yml
	is "each alert fires and is silent when it should" "$CODE $(grep -v SUCCESS <<<"$ERR")" "0 "
	is "each alert has a case, where it fires" "$(untested)" ""
}

# Alerts without a case in which they fire.
untested() {
	comm -23 <(sed -n 's/.*- alert: //p' "$CONF/alerts.yml" | sort -u) \
		<(grep -hA1 'alertname: [A-Za-z]*$' "$CONF"/tests*.yml | grep -B1 'exp_alerts:$' |
			sed -n 's/.*alertname: //p' | sort -u)
}

# What Grafana would show wrongly, as far as a file tells.
dashboards() {
	local file
	for file in "${DASHBOARDS[@]}"; do
		is "${file##*/}: no mistake" "$(jq -r '
			([.templating.list[] | select(.type == "datasource")] | select(length != 1) | "not one data source"),
			(.panels | map(.id) | select(unique != sort) | "an id comes twice"),
			(.panels[] | select((.targets | length) == 0) | "\(.title): no query"),
			(.panels[] | select(.datasource.uid != "${datasource}") | "\(.title): a data source of its own"),
			(.panels[] | select(.gridPos | .x < 0 or .x + .w > 24) | "\(.title): beside the grid"),
			([.panels[] as $a | .panels[] as $b | select($a.id < $b.id) | [$a, $b]
				| select((.[0].gridPos.x < .[1].gridPos.x + .[1].gridPos.w) and
					(.[1].gridPos.x < .[0].gridPos.x + .[0].gridPos.w) and
					(.[0].gridPos.y < .[1].gridPos.y + .[1].gridPos.h) and
					(.[1].gridPos.y < .[0].gridPos.y + .[0].gridPos.h))
				| "\(.[0].title) is over \(.[1].title)"] | .[])' "$file" 2>&1)" ""
	done
}

# --- Prometheus --------------------------------------------------------------------------------

prometheus_start() {
	local port d=$SIM/prometheus
	mkdir "$d"
	sed -E 's/interval: 30m/interval: 1s/; s/offset 1d/offset 2s/' "$CONF/recording.yml" >"$d/recording.yml"
	sed -E 's/for: .*/for: 1s/' "$CONF/alerts.yml" >"$d/alerts.yml"
	sed -E "s/30s/1s/; s/127\.0\.0\.1:19025/$EXPORTER_AT/" "$CONF/prometheus.yml" >"$d/prometheus.yml"
	port=$(free_port) || return 1
	PROMETHEUS_AT=127.0.0.1:$port
	prometheus --config.file="$d/prometheus.yml" --storage.tsdb.path="$d/tsdb" --log.level=warn \
		--web.listen-address="$PROMETHEUS_AT" </dev/null >"$d/log" 2>&1 &
	PROMETHEUS_PID=$!
	if ! within 30 answered up; then
		not_ok "Prometheus asks the exporter" "$(tail -n 20 "$d/log")"
		return 1
	fi
}

prometheus_stop() {
	[ -n "$PROMETHEUS_PID" ] || return 0
	kill -KILL "$PROMETHEUS_PID" 2>/dev/null
	wait "$PROMETHEUS_PID" 2>/dev/null
	PROMETHEUS_PID=
}

api() { curl -sS -G "http://$PROMETHEUS_AT/api/v1/$1" "${@:2}" 2>&1; }

# answered QUERY: it has an answer with a number in it; what was said instead is in $SAID.
answered() {
	SAID=$(api query --data-urlencode "query=$1")
	jq -e '.status == "success" and any(.data.result[]; .value[1] != "NaN")' <<<"$SAID" >/dev/null 2>&1
}

# alert NAME STATE [SERVICE]: firing, or silent, which is not being listed at all.
alert() {
	local found
	found=$(api alerts | jq -r --arg name "$1" --arg service "${3:-}" '.data.alerts[]
		| select(.labels.alertname == $name and ($service == "" or .labels.service == $service)) | .state')
	if [ "$2" = silent ]; then
		[ -z "$found" ]
	else
		grep -qx "$2" <<<"$found"
	fi
}

# down_only SERVER: of no other one is a service said to be down.
down_only() {
	[ "$(api alerts | jq -r '.data.alerts[] | select(.labels.alertname == "MailvaneDown") | .labels.server' | sort -u)" = "$1" ]
}

# shows NAME SERVICE FILTER REGEX: of what an alert says.
shows() {
	has "$1 of $2 says it: $4" "$(api alerts | jq -r --arg name "$1" --arg service "$2" '.data.alerts[]
		| select(.labels.alertname == $name and .labels.service == $service)'" | $3")" "$4"
}

# --- the stories -------------------------------------------------------------------------------

probed() {
	fetch /metrics
	[ "$(verdicts "$OUT" | wc -l)" -eq 10 ]
}

standing() {
	local name service
	while read -r name service; do
		holds "$name fires for $service" within 20 alert "$name" firing "$service"
	done <<-'ALERTS'
		MailvaneCertificateProblem expired
		MailvaneCertificateShareLow short
		MailvaneCertificateDaysLow year
		MailvaneLoginFailing denied
		MailvaneFlapping flapping
		MailvaneNamesBad hosting
	ALERTS
	shows MailvaneCertificateProblem expired .labels.fault '^cert_expired$'
	shows MailvaneCertificateProblem expired .labels.site '^lab$'
	shows MailvaneNamesBad hosting .annotations.description '^n[0-9]+\.bad\.test: cert_name\.'
	for service in good store hosting expired denied fragile; do
		holds "MailvaneDown is silent for $service" alert MailvaneDown silent $service
	done
	is "nothing is said of good ones" "$(api alerts | jq -r '.data.alerts[]
		| select(.labels.service == "good" or .labels.service == "store") | .labels.alertname')" ""
}

breaking() {
	fragile_kill
	sed -i '1s/^/nonsense = ;\n/' "$SIM/mailvane.conf"
	kill -HUP "$EXPORTER_PID"
	holds "where each address is probed it is a label" within 6 answered 'mailvane_probe_success{service="store",address="127.0.0.1"} == 1'
	holds "all of a server is killed: MailvaneServerUnreachable fires" within 20 alert MailvaneServerUnreachable firing
	holds "for that server alone" answered 'count(mailvane_server_unreachable) == 1 and on () mailvane_server_unreachable{server="gone"}'
	holds "whose services are left out" within 10 down_only mx1
	holds "a service of another is killed: MailvaneDown fires" within 20 alert MailvaneDown firing fragile
	shows MailvaneDown fragile .annotations.description '^refused in phase connect\.'
	shows MailvaneDown fragile .annotations.summary '^fragile of mx1 is down$'
	holds "a configuration is refused: MailvaneReloadFailed fires" within 20 alert MailvaneReloadFailed firing
}

repairing() {
	fragile_start
	configure
	kill -HUP "$EXPORTER_PID"
	holds "the server is back: MailvaneServerUnreachable resolves" within 20 alert MailvaneServerUnreachable silent
	holds "the server is back: MailvaneDown resolves" within 20 alert MailvaneDown silent fragile
	holds "the configuration is good: MailvaneReloadFailed resolves" within 20 alert MailvaneReloadFailed silent
}

# --- queries -----------------------------------------------------------------------------------

# A line "WHERE<tab>QUERY" for each query of the dashboards, their variables replaced.
queries() {
	jq -r '(.title + ": " + (.panels[] | .title + "\t" + (.targets[].expr))),
		(.title as $t | .templating.list[] | select(.type == "query")
			| $t + ": $" + .name + "\t" + (.query | sub("^label_values\\((?<m>.*), (?<l>[a-z]+)\\)$"; "count by (\(.l)) (\(.m))")))' \
		"${DASHBOARDS[@]}" |
		sed -E 's/\$__(range|rate_interval)/1m/g; s/\$(server|service)/.+/g'
}

asked() {
	local where query count=0
	while IFS=$'\t' read -r where query; do
		count=$((count + 1))
		within 6 answered "$query" || not_ok "$where" "$query"$'\n'"$SAID"
	done < <(queries)
	is "all queries of all panels were asked" "$count" \
		"$(cat "${DASHBOARDS[@]}" | grep -cE '"expr": |"type": "query"')"
}

# health: rules with an error, and records of nothing.
rules() {
	local name
	is "no rule has an error" "$(api rules | jq -r '.data.groups[].rules[]
		| select(.health != "ok" or .lastError) | "\(.name): \(.health) \(.lastError)"')" ""
	for name in $(sed -n 's/.*- record: //p' "$CONF/recording.yml"); do
		holds "$name is recorded" within 10 answered "$name"
	done
}

# Whatever is named in a rule or a dashboard is there: a typing error in a rule is silence.
names() {
	local known named
	known=$(api label/__name__/values | jq -r '.data[]' | sort -u)
	named=$({
		api rules | jq -r '.data.groups[].rules[].query'
		grep -h printf "$CONF/alerts.yml"
		queries | cut -f2
	} | grep -oE '\bmailvane[_:][a-z0-9_:]+|\bprocess_[a-z_]+' | sort -u)
	is "all metrics that are named exist" "$(comm -23 <(echo "$named") <(echo "$known"))" ""
	below "and they are many" 25 "$(wc -l <<<"$named")"
}

trap 'exporter_end KILL; prometheus_stop; fragile_kill; sim_stop' EXIT
files
dashboards
sim_start "$(scenario)" || { finish; exit 1; }
FRAGILE_PORT=$(free_port) && SIM_PORT["fragile"]=$FRAGILE_PORT
fragile_start
configure
exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log" || { finish; exit 1; }
holds "every target is probed" within 20 probed
prometheus_start || { finish; exit 1; }
standing
breaking
rules
asked
names
repairing
exporter_end TERM
holds "the exporter is gone: MailvaneExporterDown fires" within 20 alert MailvaneExporterDown firing
finish
