#!/usr/bin/env bash
# The hardening of the built programs, read with readelf.
#
#   hardening.sh           builds check_mailvane with no option at all and looks at it
#   hardening.sh BUILD     looks at the programs that are in that build directory
set -uo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/live/assert.sh
. "$HERE/assert.sh"

PROGRAMS="checks/check_mail checks/check_mailvane checks/classic/check_classic exporter/mailvane_exporter"

# hardened PROGRAM: each property by itself, so that a failure names the flag that is missing.
hardened() {
	local name=${1##*/} header segments dynamic symbols
	header=$(readelf -hW "$1") segments=$(readelf -lW "$1") dynamic=$(readelf -dW "$1")
	symbols=$(readelf --dyn-syms -W "$1")
	has "$name is a position-independent executable" "$header" 'Type: +DYN'
	has "$name says so to the loader" "$dynamic" 'FLAGS_1.*PIE'
	has "$name: relocations are read-only after the start" "$segments" '^ +GNU_RELRO'
	has "$name: all symbols are bound at the start" "$dynamic" 'BIND_NOW|FLAGS_1.* NOW'
	has "$name: the stack is not executable" "$segments" '^ +GNU_STACK .* RW +0x'
	lacks "$name has no segment that is writable and executable" "$segments" ' RWE '
	has "$name: calls into libc are fortified" "$symbols" ' __[a-z]+_chk'
	has "$name has stack protectors" "$symbols" '__stack_chk_fail'
}

# What leaves no trace in the file stands in the commands that the build ran. (The mark of
# -fcf-protection is lost where the C runtime's own objects lack it, as in Debian 12.)
compiled() {
	local commands flag flags=(fstack-clash-protection ftrivial-auto-var-init=zero
		fstack-protector-strong D_FORTIFY_SOURCE=)
	[ "$(uname -m)" != x86_64 ] || flags+=(fcf-protection=full)
	commands=$(grep -c '"command"' "$1/compile_commands.json")
	for flag in "${flags[@]}"; do
		is "every source file is compiled with -$flag" \
			"$(grep '"command"' "$1/compile_commands.json" | grep -c -- "-$flag")" "$commands"
	done
}

work='' build=${1:-}
if [ -z "$build" ]; then
	work=$(mktemp -d) || exit 1
	trap 'rm -rf "$work"' EXIT
	build=$work/build PROGRAMS=checks/check_mailvane
	if ! { cmake -S "$ROOT" -B "$build" -DMAILVANE_TESTS=OFF &&
		cmake --build "$build" --target check_mailvane; } >"$work/log" 2>&1; then
		cat "$work/log"
		exit 1
	fi
fi
compiled "$build"
for program in $PROGRAMS; do
	[ -x "$build/$program" ] && hardened "$build/$program"
done
finish
