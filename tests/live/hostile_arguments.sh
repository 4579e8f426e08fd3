#!/usr/bin/env bash
# Whatever stands in an argument, what every plugin prints stays harmless: one summary line, no
# control or invisible character, valid UTF-8, no markup, no performance values but our own.
# Hosts and names come from customers by way of scripts.
set -uo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "${BASH_SOURCE[0]}")/assert.sh"
command -v python3 >/dev/null || { echo "python3 is not here"; exit 77; }

WORK=$(mktemp -d "${TMPDIR:-/tmp}/mailvane-hostile.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
if python3 "$ASSERT_HERE/hostile_arguments.py" "$BUILD/checks" "$WORK" >"$WORK/report" 2>&1; then
	ok "$(tail -n 1 "$WORK/report")"
else
	not_ok "an output is not harmless" "$(head -n 60 "$WORK/report")"
fi
finish
