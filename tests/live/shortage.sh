#!/usr/bin/env bash
# One call at a time gets no memory or no descriptor: no fault of a server may be reported, plugins say
# UNKNOWN, and the exporter goes on.
#
#   shortage.sh          some of the calls
#   shortage.sh --all    each of them, which takes long
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh
. ./prober.sh

LIBRARY=$BUILD/tests/shortage/shortage.so
WALK=$ROOT/tests/shortage/walk.py
ASK=$ROOT/tests/shortage/ask.py
FEW=60 SOME=120 LAST=20000
[ "${1:-}" != --all ] || FEW=0 SOME=0

[ -f "$LIBRARY" ] || skip "$LIBRARY was not built"

scenario() {
	echo "user $SIM_USER $SIM_PASSWORD"
	echo "listen smtp 127.0.0.1:0 name=plain tls=none"
	echo "listen smtp 127.0.0.1:0 name=mx tls=starttls"
	echo "listen imap 127.0.0.1:0 name=store tls=implicit messages=7"
	echo "listen pop3 127.0.0.1:0 name=pop tls=starttls"
	# No probe's own fault hides a server's.
	echo "listen imap 127.0.0.1:0 name=expired tls=implicit cert=expired"
}

# walk WHAT KIND MOST RIGHT COMMAND...
walk() {
	local what=$1 kind=$2 most=$3 right=$4
	shift 4
	OUT=$("$WALK" --library "$LIBRARY" --kind "$kind" --most "$most" --right "$right" -- "$@" 2>&1)
	CODE=$?
	is "$what: $(tail -n 1 <<<"$OUT")" "$CODE $(head -n -1 <<<"$OUT" | head -n 20)" "0 "
}

plugins() {
	local at=(-H 127.0.0.1 --name "$SIM_NAME" --ca-file "$SIM/ca.pem") kind
	local login=(--user "$SIM_USER" --password-file "$SIM/password")
	for kind in descriptors memory; do
		walk "plain text, $kind" "$kind" 0 ' OK ' "$CHECK_MAIL" -H localhost -s smtp -p "${SIM_PORT[plain]}" --tls none
		walk "STARTTLS, $kind" "$kind" "$SOME" ' OK ' "$CHECK_MAIL" "${at[@]}" -s smtp -p "${SIM_PORT[mx]}"
		walk "implicit TLS and a login, $kind" "$kind" "$SOME" ' OK ' \
			"$CHECK_MAIL" "${at[@]}" -s imaps -p "${SIM_PORT[store]}" "${login[@]}"
		walk "STARTTLS and a login, $kind" "$kind" "$FEW" ' OK ' \
			"$CHECK_MAIL" "${at[@]}" -s pop3 -p "${SIM_PORT[pop]}" "${login[@]}"
		walk "an expired certificate, $kind" "$kind" "$FEW" ' CRITICAL .*expired' \
			"$CHECK_MAIL" "${at[@]}" -s imaps -p "${SIM_PORT[expired]}"
		walk "check_smtp, $kind" "$kind" "$FEW" 'OK' \
			"$BUILD/checks/classic/check_smtp" -H 127.0.0.1 -p "${SIM_PORT[mx]}" -S
	done
}

configure() {
	mkdir -p "$SIM/targets.d"
	cat >"$SIM/mailvane.conf" <<-CONF
		interval = "60s"; timeout = "5s"; ca_file = "ca.pem"; include = "more.conf";
		accounts = ( { name = "probe"; user = "$SIM_USER"; password_file = "password"; } );
		services = ( { name = "mx"; protocol = "smtp"; port = ${SIM_PORT[mx]}; tls = "starttls"; },
		  { name = "store"; protocol = "imap"; port = ${SIM_PORT[store]}; tls = "implicit"; } );
		servers = ( { name = "a"; host = "127.0.0.1"; tls_name = "$SIM_NAME"; account = "probe";
		  services = [ "mx", "store" ]; labels = { site = "x"; }; names_file = "names.txt"; } );
		policy = ( { fault = "timeout"; state = "warning"; } );
		target_files = [ "targets.d/*.json", "targets.d/*.csv" ];
	CONF
	echo 'servers = ( { name = "m"; host = "127.0.0.2"; services = [ "smtp" ]; } );' >"$SIM/more.conf"
	printf 'a.demo.test\nb.demo.test\n' >"$SIM/names.txt"
	printf 'name,host,services\none,127.0.0.1,mx\ntwo,127.0.0.1,mx store\n' >"$SIM/targets.d/a.csv"
	echo '[ { "targets": ["127.0.0.3", "127.0.0.4"], "labels": { "service": "imaps", "rack": "7" } } ]' \
		>"$SIM/targets.d/b.json"
	echo 'http_server_config: { headers: { X-Frame-Options: deny } }' >"$SIM/web.yml"
}

# ask WHAT PATH METHOD ARGUMENT...
ask() {
	local what=$1 path=$2 method=$3
	shift 3
	OUT=$("$ASK" --url "http://$EXPORTER_AT" --switch "$SIM/switch" --pid "$EXPORTER_PID" \
		--path "$path" --method "$method" "$@" 2>&1)
	CODE=$?
	rm -f "$SIM/switch"
	is "$what: $(tail -n 1 <<<"$OUT")" "$CODE $(head -n -1 <<<"$OUT" | head -n 20)" "0 "
}

exporter() {
	local path most=$SOME
	EXPORTER_OPTIONS=(--web.enable-lifecycle --web.config.file="$SIM/web.yml")
	# Nothing may be lost when a load is given up.
	export LD_PRELOAD=$LIBRARY SHORTAGE=memory:0 SHORTAGE_SWITCH=$SIM/switch SHORTAGE_SPARE=libconfig
	export ASAN_OPTIONS=detect_leaks=1:verify_asan_link_order=0:allocator_may_return_null=1
	WRAP=(env)
	exporter_start "$SIM/mailvane.conf" "$SIM/exporter.log"
	unset LD_PRELOAD SHORTAGE SHORTAGE_SWITCH SHORTAGE_SPARE ASAN_OPTIONS
	for path in /metrics / /config /api/v1/status /sd "/api/v1/verdict?server=a" "/probe?target=a&module=mx"; do
		ask "GET $path" "$path" GET --last 80
	done
	ask "a reload" /-/reload POST --last "$LAST" --most "$most"
	fetch /-/healthy
	is "it is well" "$STATUS" 200
	has "what was lacking is in the log" "$(cat "$SIM/exporter.log")" 'out of memory'
	OUT=$(curl -sS -X POST "http://$EXPORTER_AT/-/reload")
	has "with memory a reload is taken" "$OUT" 'configuration loaded'
	exporter_end TERM
	is "nothing was lost on the way" "$CODE $(grep -cE 'Sanitizer|runtime error' "$SIM/exporter.log")" "0 0"
}

trap 'exporter_end KILL; sim_stop' EXIT
sim_start "$(scenario)" || exit 1
plugins
configure
exporter
finish
