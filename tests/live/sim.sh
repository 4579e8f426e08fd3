# shellcheck shell=bash disable=SC2034,SC2154
# Sourced behind assert.sh: a mailsim with a scenario, in $SIM, until sim_stop.

declare -A SIM_PORT=()
SIM=
SIM_PID=
SIM_NAME=mail.demo.test
SIM_USER=probe@demo.test
SIM_PASSWORD=Sim-Secret.1

# sim_start SCENARIO: waits until all listeners are open.
sim_start() {
	local name port
	SIM=$(mktemp -d "${TMPDIR:-/tmp}/mailvane-sim.XXXXXX") || return 1
	printf %s "$SIM_PASSWORD" >"$SIM/password"
	chmod 600 "$SIM/password"
	printf '%s\n' "$1" >"$SIM/scenario"
	: >"$SIM/manners"
	"$MAILSIM" --with-parent --ca-dir "$SIM" --ports-file "$SIM/ports" --counters "$SIM/counters" --name "$SIM_NAME" \
		--manners-log "$SIM/manners" --record "$SIM/record" "$SIM/scenario" \
		</dev/null >/dev/null 2>"$SIM/log" &
	SIM_PID=$!
	if ! within 20 grep -qsx ready "$SIM/ports"; then
		not_ok "mailsim starts" "$(cat "$SIM/log")"
		return 1
	fi
	while read -r name _ _ port _; do
		SIM_PORT[$name]=$port
	done <"$SIM/ports"
}

# Harmless when nothing runs.
sim_stop() {
	[ -z "$SIM_PID" ] || kill "$SIM_PID" 2>/dev/null
	[ -z "$SIM_PID" ] || wait "$SIM_PID" 2>/dev/null
	SIM_PID=
	[ -z "$SIM" ] || rm -rf "$SIM"
	SIM=
}

# What mailsim saw, of manners and of secrets.
sim_manners() {
	is "mailsim saw nothing but good manners" \
		"$(grep -vE "listener=(${SIM_PARDONED:-none})" "$SIM/manners")" ""
	local secret
	# As it is, and as AUTH LOGIN and AUTH PLAIN send it.
	secret=$(printf %s "$SIM_PASSWORD" | base64)
	secret="${SIM_PASSWORD//./\\.}|$secret|$(printf '\0%s\0%s' "$SIM_USER" "$SIM_PASSWORD" | base64 -w 0)"
	has "the password went over TLS" "$(grep -E ' tls ' "$SIM/record")" "$secret"
	lacks "and never in clear" "$(grep -E ' clear ' "$SIM/record")" "$secret"
}
