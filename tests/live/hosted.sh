#!/usr/bin/env bash
# What the exporter shows of customers' names: metrics, /api/v1/names and its schema, the page, and
# check_mailvane. mailsim plays a shared host with more bad names than may have a series.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh
trap 'exporter_end KILL; sim_stop' EXIT

PYTHON=/usr/bin/python3
CHECK_MAILVANE=$BUILD/checks/check_mailvane
SCENARIO='
certificate star good names=*.good.test
certificate old expired names=*.old.test
listen imap 127.0.0.1:0 name=imaps tls=implicit
  sni *.good.test star
  sni *.old.test old
listen smtp 127.0.0.1:0 name=submission tls=starttls
  sni *.good.test star
'

# --once asks for each name once: the whole of /metrics without a wait.
configure() {
	printf 'n%d.%s.test\n' $(seq 90 | sed 's/$/ good/') $(seq 80 | sed 's/$/ old/') $(seq 40 | sed 's/$/ none/') \
		>"$SIM/customers"
	cat >"$SIM/mailvane.conf" <<-CONF
		interval = "1s"; retry_interval = "1s"; timeout = "1s"; confirm = 1; names_interval = "1m";
		per_address_max = 8; ca_file = "$SIM/ca.pem";
		services = ( { name = "imaps"; port = ${SIM_PORT[imaps]}; },
		  { name = "submission"; port = ${SIM_PORT[submission]}; } );
		servers = (
		  { name = "shared7"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; services = [ "imaps", "submission" ];
		    names_file = "customers"; labels = { site = "fra1"; }; },
		  { name = "alone"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; services = [ "imaps" ]; } );
	CONF
}

value() { grep -E "^$1\\{server=\"shared7\",$2\\} " <<<"$OUT" | sed 's/.* //'; }

metrics() {
	local at='site="fra1"'
	run "$EXPORTER" --config.file="$SIM/mailvane.conf" --once
	is "--once: exit code" "$CODE" 0
	clean_metrics "names" "$OUT"
	is "all" "$(value mailvane_names "service=\"imaps\",$at")" 210
	is "expired" "$(value mailvane_names_faults "service=\"imaps\",$at,fault=\"cert_expired\"")" 80
	is "without their own" "$(value mailvane_names_without_own_certificate "service=\"imaps\",$at")" 40
	is "confirmed" "$(value mailvane_names_confirmed "service=\"imaps\",$at,state=\"critical\"")" 120
	is "a hundred have a series" "$(grep -c '^mailvane_name_state{' <<<"$OUT")" 100
	is "the others of the service are counted" "$(value mailvane_names_hidden "service=\"imaps\",$at")" 20
	is "and all of the next service" "$(value mailvane_names_hidden "service=\"submission\",$at")" 120
	has "the earliest end" "$(value mailvane_names_earliest_not_after_timestamp_seconds "service=\"imaps\",$at")" '^[0-9]{10}'
	lacks "a server without names has none" "$OUT" '^mailvane_name.*server="alone"'
}

some_bad() {
	fetch /metrics
	[ "$(grep -c '^mailvane_name_state{' <<<"$OUT")" -ge 3 ]
}

# fits WHAT SCHEMA: $OUT does.
fits() {
	is "$1 fits its schema" "$("$PYTHON" -W ignore -c '
import json, jsonschema, sys
schema, found = (json.load(open(f)) for f in sys.argv[1:])
for e in jsonschema.Draft7Validator(schema).iter_errors(found): print(list(e.path), e.message[:200])
' "$ROOT/conf/$2" <(echo "$OUT") 2>&1)" ""
}

# refuses QUERY SENTENCE
refuses() {
	fetch "/api/v1/names?$1"
	has "$1" "$STATUS $OUT" "^400 $2"
}

api() {
	fetch "/api/v1/names?limit=1000"
	is "/api/v1/names is JSON" "$STATUS $TYPE" "200 application/json"
	fits "/api/v1/names" names.schema.json
	is "all names of both services" "$(jq -c '[.total, (.names | length)]' <<<"$OUT")" "[420,420]"
	fetch "/api/v1/names?server=shared7&service=imaps&q=N1.&state=problem"
	lacks "problems only" "$(jq -r '.names[].name' <<<"$OUT")" 'good'
	fetch "/api/v1/names?server=shared7&service=imaps&offset=205"
	is "the last page" "$(jq -r '.names[].name' <<<"$OUT" | tr '\n' ' ')" \
		"n89.good.test n9.good.test n9.none.test n9.old.test n90.good.test "
	fetch /api/v1/status
	fits "/api/v1/status" status.schema.json
	is "the counts are in the status" "$(jq -c '[.targets[] | .names.total]' <<<"$OUT")" '[null,210,210]'
	refuses state=fine 'state must be'
	refuses limit=1001 'limit must be a number from 1 to 1000'
	refuses limit=0 'limit must be'
	refuses offset=-1 'offset must be'
	refuses server=alone 'there is no such server'
	refuses 'server=shared7&service=pop3s' 'there is no such server or service'
	is "HEAD" "$(curl -sS -o /dev/null -I -w '%{http_code} %{content_type}' "http://$EXPORTER_AT/api/v1/names")" \
		"200 application/json"
	is "POST" "$(curl -sS -o /dev/null -X POST -w '%{http_code}' "http://$EXPORTER_AT/api/v1/names")" 405
}

page() {
	fetch /
	clean_page "the page" "$OUT"
	has "bad names are noted" "$OUT" 'names without a good certificate: [0-9]+ at <a href="target\?server=shared7'
	fetch "/?q=n17.old"
	clean_page "a search" "$OUT"
	has "a name is found" "$OUT" '<th scope="row"><bdi>n17\.old\.test</bdi></th>'
	fetch "/?server=shared7"
	clean_page "a server" "$OUT"
	has "has its bad names" "$OUT" 'names without a good certificate</h2>'
	fetch "/target?server=shared7&service=imaps"
	clean_page "a target" "$OUT"
	has "has them, too" "$OUT" '210 names, each probed every 1m'
}

mailvane() {
	run "$CHECK_MAILVANE" --url "http://$EXPORTER_AT" --server shared7
	is "check_mailvane: names count among all" "$CODE" 2
	has "they are a finding" "$OUT" '^MAIL CRITICAL - 2 of 3 services well, 127\.0\.0\.1 names: [0-9]+ of 420 names bad: n[0-9]+\.(old|none)\.test cert_'
	is "perfdata parses" "$(bad_perfdata "$OUT")" ""
	run "$CHECK_MAILVANE" --url "http://$EXPORTER_AT" --server shared7 --service names
	has "alone" "$CODE $OUT" '^2 MAIL CRITICAL - 127\.0\.0\.1 names: '
	run "$CHECK_MAILVANE" --url "http://$EXPORTER_AT" --server shared7 --service imaps
	has "not of one service" "$CODE $OUT" '^0 MAIL OK - '
	run "$CHECK_MAILVANE" --url "http://$EXPORTER_AT" --server alone --service names
	has "where there are none" "$CODE $OUT" "^3 MAIL UNKNOWN - .*there is no service of this server 'names'"
}

ready() { fetch /-/ready && [ "$STATUS" = 200 ]; }

sim_start "$SCENARIO" || { finish; exit 1; }
configure
metrics
exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log" || { finish; exit 1; }
holds "services are probed" within 20 ready
holds "bad names show" within 30 some_bad
api
page
mailvane
exporter_end TERM
is "it ends well" "$CODE" 0
finish
