#!/usr/bin/env bash
# The rules of the house that a machine can check, over the source tree.
#
#   tests/layout.sh [TREE]     each broken rule is a line FILE:LINE: what is wrong
#   tests/layout.sh --prove    plants a violation of each rule in a copy and expects to hear of it
set -uo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
RULES="long_files long_functions folder_sizes floors include_cycles file_cycles third_party openssl_hidden readmes
	readme_rows architecture guards globals struct_names header_names formatting leftovers version quiet one_output static_names"

code() { find src checks exporter tests \( -name '*.c' -o -name '*.h' \) -type f | sort; }
scripts() { find tests packaging -type f \( -name '*.sh' -o -name run -o -name quickstart \); }
texts() {
	find . \( -name .git -o -name 'build*' -o -name corpus -o -name .cache \) -prune -o -type f \
		\( -name '*.[ch]' -o -name '*.sh' -o -name '*.md' -o -name '*.cmake' -o -name '*.txt' \
		-o -name '*.conf' -o -name run -o -name quickstart \) -print | sed 's|^\./||' | sort
}

# No file over 600 lines.
long_files() {
	local file lines
	while read -r file; do
		lines=$(wc -l <"$file")
		[ "$lines" -le 600 ] || echo "$file:601: the file has $lines lines, 600 are allowed"
	done < <(code; scripts)
}

# No function over 60 lines (of tests: 80), from the line of its name to its closing brace.
long_functions() {
	code | xargs awk '
		/^[A-Za-z_].*\(/ && !/;[ \t]*$/ { start = FNR }
		/^\{/ { inside = 1 }
		/^\}/ && inside {
			limit = FILENAME ~ /^tests\// ? 80 : 60
			if (FNR - start + 1 > limit)
				printf "%s:%d: a function of %d lines, %d are allowed\n",
					FILENAME, start, FNR - start + 1, limit
			inside = 0
		}'
}

# No folder of sources holds over 45 files.
folder_sizes() {
	find src checks exporter -type f -printf '%h\n' | sort | uniq -c | while read -r count folder; do
		[ "$count" -le 45 ] || echo "$folder:1: $count files, 45 are allowed in a folder"
	done
}

# floor_allows FOLDER OTHER: a file of FOLDER may include one of OTHER.
floor_allows() {
	case $1 in
	src/base) [ "$2" = src/base ] ;;
	src/mail) [[ $2 =~ ^src/(base|mail)$ ]] ;;
	src/dns) [[ $2 =~ ^src/(base|dns)$ ]] ;;
	src/tls) [[ $2 =~ ^src/(base|dns|tls)$ ]] ;;
	src/net) [[ $2 =~ ^src/(base|dns|tls|net)$ ]] ;;
	src/model) [[ $2 =~ ^src/(base|mail|dns|tls|model)$ ]] ;;
	src/verdict) [[ $2 =~ ^src/(base|mail|dns|tls|model|verdict)$ ]] ;;
	src/engine) [[ $2 =~ ^src/(base|mail|dns|tls|net|model|verdict|engine)$ ]] ;;
	src/config/files) [[ $2 =~ ^src/(base|config/files)$ ]] ;;
	src/config/keys) [[ $2 =~ ^src/(base|mail|dns|tls|model|config/(files|keys))$ ]] ;;
	src/config/sections) floor_allows src/config/keys "$2" || [ "$2" = "$1" ] ;;
	src/config/targets) floor_allows src/config/sections "$2" || [ "$2" = "$1" ] ;;
	src/config) floor_allows src/config/targets "$2" || [[ $2 =~ ^src/(verdict|config)$ ]] ;;
	exporter/text) [[ $2 =~ ^(src/base|exporter/text)$ ]] ;;
	exporter/web_config) [[ $2 =~ ^(src/(base|tls|config/files)|exporter/web_config)$ ]] ;;
	exporter/http) [[ $2 =~ ^(src/base|exporter/(text|web_config|http))$ ]] ;;
	exporter/store) [[ $2 =~ ^(src/.*|exporter/(text|http|store))$ ]] ;;
	exporter/passive) [[ $2 =~ ^(src/.*|exporter/(text|store|passive))$ ]] ;;
	exporter/metrics | exporter/page) floor_allows exporter/store "$2" || [ "$2" = "$1" ] ;;
	exporter/api) floor_allows exporter/metrics "$2" || [ "$2" = "$1" ] ;;
	checks* | exporter) [[ $2 =~ ^src/ ]] || [ "${2%%/*}" = "${1%%/*}" ] ;;
	*) true ;;
	esac
}

# Includes go downwards only. A header of that name in the file's own folder is the one meant.
floors() {
	local file line header folder target above
	declare -A where=()
	while read -r file; do
		where[${file##*/}]+=" ${file%/*}"
	done < <(find src checks exporter -name '*.h')
	while IFS=: read -r file line header; do
		header=${header#*\"} header=${header%%\"*} header=${header##*/} folder=${file%/*} above=
		[ ! -f "$folder/$header" ] || continue
		for target in ${where[$header]:-}; do
			if floor_allows "$folder" "$target"; then
				above=
				break
			fi
			above=$target
		done
		[ -z "$above" ] || echo "$file:$line: $folder may not include $header of $above"
	done < <(find src checks exporter -name '*.[ch]' -exec grep -Hn '^#include "' {} +)
}

# Folders of src/ and exporter/ do not include each other in a circle, whatever floor_allows says.
include_cycles() {
	local headers
	headers=$(find src exporter -name '*.h' | sed -E 's|^(.*)/([^/]*)$|\2 \1|')
	find src exporter -name '*.[ch]' -exec grep -Ho '^#include "[^"]*"' {} + |
		sed -E 's|^(.*)/([^/:]*):#include "([^"]*)"|\1 \3|' | sort -u |
		awk 'NR == FNR { at[$1] = at[$1] " " $2; next }
			index(at[$2] " ", " " $1 " ") == 0 {
				# Of two headers with one name, floors says which is meant.
				if (split(at[$2], folders, " ") == 1)
					print $1, folders[1]
			}' \
			<(echo "$headers") - | sort -u | tsort 2>&1 >/dev/null |
		sed -nE 's#^tsort: ((src|exporter)(/.*)?)$#\1:1: includes another folder that includes it#p'
}

# Files of src/engine do not include each other in a circle; a .c counts with its .h, and NAME_parts.h with
# NAME.
file_cycles() {
	find src/engine -name '*.[ch]' -exec grep -Ho '^#include "[^"]*"' {} + |
		sed -E 's|^.*/([^/:]*)\.[ch]:#include "([^"]*)\.h"|\1 \2|; s/_parts\b//g' |
		awk '$1 != $2' | sort -u | tsort 2>&1 >/dev/null |
		sed -nE 's|^tsort: ([a-z0-9_]+)$|src/engine/\1:1: includes a file that includes it|p' | sort -u
}

# A library of others is known to one folder.
third_party() {
	local header allowed
	while read -r header allowed; do
		code | grep -Ev "^(tests|$allowed)/" | xargs grep -Hn "^#include <$header" /dev/null |
			sed -E "s,:#include.*,: <$header> belongs to $allowed,"
	done <<-'TABLE'
		openssl/ src/tls
		uv src/(dns|net|engine)
		libconfig src/config/keys
		jansson src/config/targets
		microhttpd exporter/http
		curl exporter/passive
		zlib exporter/http
		yaml exporter/web_config
		gnutls/ exporter/http
		crypt exporter/http
	TABLE
}

# OpenSSL is not seen through a header of src/tls either.
openssl_hidden() {
	local known more
	known=$(grep -lE '^#include <openssl/' src/tls/*.h)
	while more=$(grep -lE "^#include \"($(sed 's|.*/||' <<<"$known" | paste -sd '|'))\"" src/tls/*.h) &&
		more=$(sort -u <<<"$known"$'\n'"$more") && [ "$more" != "$(sort -u <<<"$known")" ]; do
		known=$more
	done
	find src checks exporter -name '*.[ch]' ! -path 'src/tls/*' -exec \
		grep -HnE "^#include \"($(sed 's|.*/||' <<<"$known" | paste -sd '|'))\"" {} + |
		sed -E 's,:#include (.*),: \1 brings in OpenSSL; that is for src/tls,'
}

# Each folder with sources opens with a README.md of at most 25 lines.
readmes() {
	local folder lines
	while read -r folder; do
		if [ ! -f "$folder/README.md" ]; then
			echo "$folder:1: there is no README.md"
			continue
		fi
		lines=$(wc -l <"$folder/README.md")
		[ "$lines" -le 25 ] || echo "$folder/README.md:26: $lines lines, 25 are allowed"
	done < <({ code; scripts; } | sed 's|/[^/]*$||' | sort -u)
}

# The tables of a README name each file of its folder, and no other. A row of "file" says "view",
# "view.[ch]" or "view.c" in its first cell, a row of "folder" says "http/".
readme_rows() {
	local readme folder
	while read -r readme; do
		folder=${readme%/*}
		find "$folder" -mindepth 1 -maxdepth 1 \( -name '*.[ch]' -o -type d ! -empty \) -printf '%P\n' |
			awk -v readme="$readme" '
			NR == FNR { there[$0]; sub(/\.[ch]$/, ""); noun[$0]; next }
			!/^\|/ { inside = 0; next }
			/^\|-/ { next }
			!inside { inside = 1; next }
			{
				split($0, cell, "|")
				gsub(/[`,;]/, " ", cell[2])
				count = split(cell[2], words, " ")
				for (i = 1; i <= count; i++) {
					name = words[i]
					if (name ~ /^\.\.\//)
						continue
					sub(/\/$/, "", name)
					whole = name in there
					sub(/\.(c|h|\[ch\])$/, "", name)
					if (!(name in noun) || (words[i] ~ /\.[ch]$/ && !whole))
						printf "%s:%d: there is no %s\n", readme, FNR, words[i]
					named[name]
				}
			}
			END {
				for (name in noun)
					if (!(name in named))
						printf "%s:1: no row of a table names %s\n", readme, name
			}' - "$readme"
	done < <(find src checks exporter -name README.md) | sort
}

# The files and folders that src/ARCHITECTURE.md names are there, from the top or from src/.
architecture() {
	local line path
	while IFS=: read -r line path; do
		path=${path//\`/}
		[[ $path = *FILE* || $path = *FOLDER* || -e $path || -e src/$path ]] ||
			echo "src/ARCHITECTURE.md:$line: there is no $path"
	done < <(grep -noE '`[A-Za-z0-9_]+/[A-Za-z0-9_/.]*`' src/ARCHITECTURE.md)
}

# An include guard is MAILVANE_ and the name of the file, with folders of its path before it where
# two files share a name.
guards() {
	local file guard name
	while read -r file; do
		guard=$(sed -nE 's/^#ifndef ([A-Za-z0-9_]+)$/\1/p;' "$file" | head -n 1)
		name=${file##*/} name=${name%.h}
		if [[ ! $guard =~ ^MAIL(VANE|SIM)_([A-Z0-9]+_)*${name^^}_H$ ]]; then
			echo "$file:1: the guard $guard is not named after the file"
		fi
		echo "$guard $file" >&3
	done < <(code | grep '\.h$') 3> >(sort | awk '$1 == last {
			printf "%s:1: the guard %s is that of %s, too\n", $2, $1, file }
		{ last = $1; file = $2 }')
	wait
}

# No global function is defined twice. Each program has its own main().
globals() {
	find src checks exporter -name '*.c' | sort | xargs awk '
		/^[a-z].*\(/ && !/^static/ && !/;[ \t]*$/ { line = $0; at = FNR }
		/^\{/ && line != "" {
			sub(/\(.*/, "", line)
			sub(/.*[ *]/, "", line)
			if (line == "main" || line == "")
				;
			else if (line in first)
				printf "%s:%d: %s() is also in %s\n", FILENAME, at, line, first[line]
			else
				first[line] = FILENAME
			line = ""
		}
		/;[ \t]*$/ && !/^\t/ { line = "" }'
}

# No two headers of the programs define a struct of the same name.
struct_names() {
	find src checks exporter -name '*.h' | sort | xargs awk '
		/^struct [a-z_0-9]+ \{/ {
			if ($2 in first && first[$2] != FILENAME)
				printf "%s:%d: struct %s is also in %s\n", FILENAME, FNR, $2, first[$2]
			else
				first[$2] = FILENAME
		}'
}

# No two headers of the programs have the same file name, so that an include means one file.
header_names() {
	find src checks exporter -name '*.h' | sort | awk -F/ '
		$NF in first { printf "%s:1: %s is also the name of %s\n", $0, $NF, first[$NF] }
		!($NF in first) { first[$NF] = $0 }'
}

# clang-format 14, or nothing: others break lines elsewhere.
formatter() {
	local tool
	for tool in clang-format-14 clang-format; do
		case $("$tool" --version 2>/dev/null) in
		*" version 14."*) echo "$tool" && return ;;
		esac
	done
	return 1
}

formatting() {
	local tool
	if tool=$(formatter); then
		code | xargs "$tool" --dry-run 2>&1 | grep -E '^[^ ].*: warning:'
	fi
}

# Nothing is left for later in comments.
leftovers() { texts | xargs grep -HnwE 'TO''DO|FIX''ME|XX''X' | sed 's/\(:[0-9]*:\).*/\1 left for later/'; }

# The version stands in CMakeLists.txt and nowhere else.
version() {
	local version
	version=$(sed -nE 's/^project\(.* VERSION ([0-9.]+).*/\1/p' CMakeLists.txt)
	texts | grep -vx CMakeLists.txt |
		xargs grep -HnE "(^|[^0-9.])${version//./\\.}([^0-9.]|\$)" |
		sed 's/\(:[0-9]*:\).*/\1 the version belongs in CMakeLists.txt only/'
}

# A search for the name of a static function finds one definition in the programs.
static_names() {
	find src exporter checks -name '*.c' | sort | xargs awk '
		/^static [^=;]*\(/ {
			name = $0
			sub(/\(.*/, "", name)
			sub(/.*[ *]/, "", name)
			line = FNR
		}
		/^\{/ && name != "" {
			if (name in first)
				printf "%s:%d: the static function %s is also in %s\n", FILENAME, line, name, first[name]
			first[name] = FILENAME
			name = ""
		}
		/;[ \t]*$/ { name = "" }'
}

# Libraries do not print, log or exit. Only out_of_memory() may end the process.
quiet() {
	local words='(v?f?printf|v?dprintf|f?puts|f?putc|putchar|perror|psignal|v?syslog|openlog'
	words+='|v?warnx?|v?errx?|exit|_exit|quick_exit|abort|assert)'
	find src -name '*.[ch]' ! -path src/base/out_of_memory.c -exec awk -v words="(^|[^A-Za-z0-9_.>])$words *\\\\(" '
		/^[ \t]*(\/\*|\*)/ { next }
		$0 ~ words {
			printf "%s:%d: a library does not print or exit: %s\n", FILENAME, FNR, $0
		}' {} +
}

# What a plugin prints is cleaned in checks/output.c; JSON documents by json_stdout.c.
one_output() {
	find checks -name '*.c' ! -name output.c ! -name '*json*.c' -exec awk '
		/^[ \t]*(\/\*|\*)/ { next }
		/(^|[^A-Za-z0-9_])(v?f?printf|v?dprintf|f?puts|f?putc|putchar|fwrite) *\(/ {
			printf "%s:%d: a plugin prints by output.h: %s\n", FILENAME, FNR, $0
		}' {} +
}

check() {
	local rule found broken=0
	for rule in $RULES; do
		found=$("$rule")
		if [ -n "$found" ]; then
			broken=$((broken + 1))
			printf '%s\n' "$found" | sed "s/\$/ [$rule]/"
		fi
	done
	return "$broken"
}

# One violation of each rule, in the file of its name.
plant() {
	case $1 in
	long_files) yes '' | head -n 601 >src/base/planted.c ;;
	long_functions)
		{ printf 'int planted(void)\n{\n'; yes '	;' | head -n 60; echo '}'; } >src/base/planted.c
		;;
	folder_sizes) for n in {10..50}; do echo >src/net/planted$n.h; done ;;
	floors)
		echo '#include "dialogue.h"' >src/net/planted.c
		echo '#include "store.h"' >exporter/http/planted.c
		echo '#include "metrics.h"' >exporter/page/planted.c
		echo '#include "exporter.h"' >exporter/api/planted.c
		;;
	third_party)
		echo '#include <openssl/ssl.h>' >src/engine/planted.c
		echo '#include <microhttpd.h>' >exporter/api/planted.c
		;;
	openssl_hidden) echo '#include "chain.h"' >src/net/planted.c ;;
	include_cycles)
		echo '#include "socket.h"' >src/base/planted.h
		echo '#include "web.h"' >exporter/text/planted.h
		;;
	file_cycles)
		echo '#include "engine.h"' >src/engine/planted.h
		echo '#include "planted.h"' >>src/engine/schedule.h
		;;
	readmes) rm -f src/base/README.md ;;
	readme_rows) echo 'int planted;' >src/base/planted.c ;;
	architecture) echo 'See `base/planted.c`.' >>src/ARCHITECTURE.md ;;
	guards) printf '#ifndef MAILVANE_VIEW_H\n#define MAILVANE_VIEW_H\n#endif\n' >src/base/planted.h ;;
	globals) printf 'void buffer_init(void)\n{\n}\n' >src/base/planted.c ;;
	struct_names) printf 'struct view {\n\tint planted;\n};\n' >src/net/planted.h ;;
	header_names) mkdir src/net/planted && echo >src/net/planted/view.h ;;
	static_names) printf 'static int char_at(void)\n{\n\treturn 0;\n}\n' >src/base/planted.c ;;
	formatting) echo 'int  planted ;' >src/base/planted.c ;;
	leftovers) echo "/* TO""DO: later */" >src/base/planted.c ;;
	version) grep -oE 'VERSION [0-9.]+' CMakeLists.txt | tail -n 1 >src/base/planted.txt ;;
	one_output) printf 'int planted(void)\n{\n\treturn puts("x");\n}\n' >checks/classic/planted.c ;;
	quiet) printf 'int planted(void)\n{\n\treturn puts("x");\n}\n' >src/base/planted.c ;;
	esac
}

# expected_lines RULE: patterns, each of which must match a line that the rule prints.
expected_lines() {
	case $1 in
	floors) echo src/net/planted exporter/http/planted exporter/page/planted exporter/api/planted ;;
	third_party) echo src/engine/planted exporter/api/planted ;;
	include_cycles) echo 'src/(base|net):1' 'exporter/(text|http):1' ;;
	*) echo 'planted|src/(base|net):1' ;;
	esac
}

# notices_all RULE: the rule reports everything that was planted.
notices_all() {
	local found pattern
	found=$("$1")
	for pattern in $(expected_lines "$1"); do
		grep -qE "$pattern" <<<"$found" || return 1
	done
}

prove() {
	local rule deaf=0
	copy=$(mktemp -d) || return 1
	trap 'rm -rf "$copy"' EXIT
	for rule in $RULES; do
		if [ "$rule" = formatting ] && ! formatter >/dev/null; then
			echo "     formatting is left out: clang-format 14 is not here"
			continue
		fi
		rm -rf "$copy/tree"
		mkdir "$copy/tree"
		(cd "$HERE" && tar -c --exclude='./build*' --exclude=./.git .) | tar -x -C "$copy/tree"
		cd "$copy/tree" || return 1
		plant "$rule"
		if notices_all "$rule"; then
			echo "ok   $rule notices a violation"
		else
			echo "FAIL $rule does not notice a violation"
			deaf=$((deaf + 1))
		fi
	done
	[ "$deaf" -eq 0 ]
}

if [ "${1:-}" = --prove ]; then
	prove
else
	cd "${1:-$HERE}" || exit 2
	check
fi
