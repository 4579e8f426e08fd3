# shellcheck shell=bash disable=SC2034
# Sourced by the live tests: counts and prints assertions, runs the programs under test.

ASSERT_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$ASSERT_HERE/../.." && pwd)
BUILD=${MAILVANE_BUILD:-$ROOT/build/dev}
CHECK_MAIL=$BUILD/checks/check_mail
EXPORTER=$BUILD/exporter/mailvane_exporter
MAILSIM=$BUILD/tests/sim/mailsim
# Put before each program under test: valgrind, for instance.
read -ra WRAP <<<"${MAILVANE_WRAP:-}"

ASSERTIONS=0 BROKEN=0

ok() {
	ASSERTIONS=$((ASSERTIONS + 1))
	echo "ok   $1"
}

# not_ok WHAT [DETAIL]: the detail in lines of its own.
not_ok() {
	ASSERTIONS=$((ASSERTIONS + 1)) BROKEN=$((BROKEN + 1))
	echo "FAIL $1"
	[ -z "${2:-}" ] || printf '     | %s\n' "${2//$'\n'/$'\n     | '}"
}

# is WHAT GOT WANT
is() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "got:  $2"$'\n'"want: $3"
	fi
}

# has WHAT TEXT EXTENDED-REGEX
has() {
	if grep -qE -- "$3" <<<"$2"; then
		ok "$1"
	else
		not_ok "$1" "no match of: $3"$'\n'"in: $2"
	fi
}

# lacks WHAT TEXT EXTENDED-REGEX
lacks() {
	local found
	if found=$(grep -E -- "$3" <<<"$2"); then
		not_ok "$1" "$found"
	else
		ok "$1"
	fi
}

# below WHAT NUMBER LIMIT
below() {
	if [ "$2" -lt "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "$2 is not below $3"
	fi
}

# holds WHAT COMMAND...
holds() {
	local what=$1
	shift
	if "$@"; then
		ok "$what"
	else
		not_ok "$what" "failed: $*"
	fi
}

# within SECONDS COMMAND...: until it succeeds.
within() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -le "$deadline" ] || return 1
		sleep 0.05
	done
}

now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

# The sum, and the exit code of the test.
finish() {
	echo "$((ASSERTIONS - BROKEN)) assertions hold, $BROKEN do not"
	[ "$BROKEN" -eq 0 ] && [ "$ASSERTIONS" -gt 0 ]
}

# run PROGRAM ARGUMENT...: leaves $OUT, $ERR, $CODE and $TOOK (ms).
run() {
	local from error
	error=$(mktemp)
	from=$(now_ms)
	OUT=$("${WRAP[@]}" "$@" 2>"$error" </dev/null)
	CODE=$?
	TOOK=$(($(now_ms) - from))
	ERR=$(cat "$error")
	rm -f "$error"
}

# Prints what is not perfdata (behind the first bar, to the end of the line) in a plugin's output.
bad_perfdata() {
	local words word number='(U|-?[0-9]+(\.[0-9]+)?)' range='[-0-9.:~@]*'
	read -ra words <<<"$(sed -n 's/^[^|]*|//p' <<<"$1" | tr '\n' ' ')"
	[ ${#words[@]} -gt 0 ] || echo "there is no perfdata"
	for word in "${words[@]}"; do
		[[ $word =~ ^(\'[^\'=]+\'|[^\'=]+)=${number}(us|ms|s|%|B|KB|MB|TB|c)?(\;$range){0,4}$ ]] ||
			echo "not perfdata: $word"
	done
}

STATES=(OK WARNING CRITICAL UNKNOWN)

# check_mail WHAT STATE PAIR ARGUMENT...: PAIR is FAULT/PHASE, or ok.
check_mail() {
	local what=$1 state=$2 pair=$3
	shift 3
	run "$CHECK_MAIL" "$@"
	is "$what: $state" "${STATES[$CODE]:-exit code $CODE}" "$state"
	has "$what: [$pair]" "${OUT%%$'\n'*}" "$state.*\\[${pair}(/[a-z]+)?\\]"
	is "$what: perfdata parses" "$(bad_perfdata "$OUT")" ""
	is "$what: nothing on stderr" "$ERR" ""
}

# Ends the test as skipped where something it needs is not there; as failed when tests/run
# says that everything should be.
skip() {
	echo "$1"
	[ -z "${MAILVANE_NO_SKIP:-}" ] || exit 1
	exit 77
}
