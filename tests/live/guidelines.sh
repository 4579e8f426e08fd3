#!/usr/bin/env bash
# The guidelines of the Monitoring Plugins, and what Nagios Core and Icinga read of a plugin, rule by
# rule over all our plugins: G1 to G13. What is looked at in every run is in `obeys`.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. ./assert.sh
. ./sim.sh

CLASSIC=$BUILD/checks/classic
CLASSICS="check_smtp check_imap check_simap check_pop check_spop check_ssmtp"
HELPERS=()
trap 'sim_stop; [ ${#HELPERS[@]} -eq 0 ] || kill "${HELPERS[@]}" 2>/dev/null' EXIT

SCENARIO='
user probe@demo.test Sim-Secret.1
listen smtp 127.0.0.1:0 name=smtp    tls=starttls login=never
listen imap 127.0.0.1:0 name=imap    tls=starttls
listen pop3 127.0.0.1:0 name=pop     tls=starttls
listen imap 127.0.0.1:0 name=simap   tls=implicit
listen pop3 127.0.0.1:0 name=spop    tls=implicit
listen smtp 127.0.0.1:0 name=ssmtp   tls=implicit login=never
listen smtp 127.0.0.1:0 name=silent  fault=silence
listen smtp 127.0.0.1:0 name=drip    fault=drip:400
listen imap 127.0.0.1:0 name=drip-imap fault=drip:400
listen pop3 127.0.0.1:0 name=drip-pop fault=drip:400
listen smtp 127.0.0.1:0 name=hostile tls=none login=never
  reply GREETING "554-\xff\xfe a|time=9;;;0 \"x\"\x1b[31mred\x07\r\n554 \xe2\x80\xae\xc3( = '"'"'q'"'"' | b=1"
'

# Half of what Nagios reads; a text for people may have all of it.
OUTPUT_MAX=4096

# obeys WHAT: of $OUT, $ERR and $CODE. G1 the exit code; G4 something on stdout, nothing on stderr; G5
# one summary, bars only before perfdata; G6 the size; G11 perfdata; and that it is clean text.
obeys() {
	local first=${OUT%%$'\n'*}
	has "$1: G1: exit code 0 to 3" "$CODE" '^[0-3]$'
	has "$1: G4: a line on standard output" "$first" '[[:alnum:]]'
	is "$1: G4: nothing on standard error" "$ERR" ""
	below "$1: G5: at most one bar" "$(tr -dc '|' <<<"$OUT" | wc -c)" 2
	below "$1: G6: at most $((OUTPUT_MAX / 1024)) KB" "${#OUT}" $((OUTPUT_MAX + 1))
	is "$1: valid UTF-8" "$(iconv -f UTF-8 -t UTF-8 <<<"$OUT" 2>&1 >/dev/null)" ""
	holds "$1: no control character" lacks_control "$OUT"
	[[ $OUT != *'|'* ]] || is "$1: G11: perfdata parses" "$(bad_perfdata "$OUT")" ""
}

lacks_control() { ! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80[\xaa-\xae]|\xc2[\x80-\x9f]' <<<"$1"; }

# state WHAT WANT ARGUMENT...: runs; WANT is an exit code, or a pattern of one.
state() {
	local what=$1 want=$2
	shift 2
	run "$@"
	has "$what: exit code" "$CODE" "^$want\$"
	obeys "$what"
}

# The port in the lab of a classic: check_simap -> simap.
port_of() { echo "${SIM_PORT[${1#check_}]}"; }

mail() { echo "$CHECK_MAIL" -H 127.0.0.1 --name "$SIM_NAME" --ca-file "$SIM/ca.pem"; }

verdicts_and_exit_codes() {
	local plugin listener mail
	mail=$(mail)
	for listener in smtp imap pop; do
		# shellcheck disable=SC2086
		state "check_mail $listener" 0 $mail -s "${listener/%pop/pop3}" -p "${SIM_PORT[$listener]}" -t 8
		has "check_mail $listener: G5: the state comes first" "$OUT" '^MAIL OK - '
	done
	state "check_mail, all that a host should offer" 2 "$CHECK_MAIL" -H 127.0.0.1 -t 2
	# shellcheck disable=SC2086
	state "check_mail before a hostile server" 2 $mail -s smtp -p "${SIM_PORT[hostile]}" --tls none -t 8
	has "check_mail before a hostile server: its words are shown" "$OUT" 'red'
	state "check_mail: connection refused" 2 "$CHECK_MAIL" -H 127.0.0.1 -s smtp -p 1
	for plugin in $CLASSICS; do
		state "$plugin" 0 "$CLASSIC/$plugin" -H 127.0.0.1 -p "$(port_of "$plugin")"
		has "$plugin: G5: the state comes first" "$OUT" "^[A-Z]+ OK - "
		state "$plugin before a hostile server" "[0-3]" "$CLASSIC/$plugin" -H 127.0.0.1 -p "${SIM_PORT[hostile]}" -t 3
		state "$plugin: connection refused" 2 "$CLASSIC/$plugin" -H 127.0.0.1 -p 1
	done
	state "check_mailvane: nobody there" 3 "$BUILD/checks/check_mailvane" --url http://127.0.0.1:1 --server x
}

# G2: UNKNOWN is for what is wrong with us.
bad_arguments() {
	local plugin
	for plugin in "$CHECK_MAIL" "$BUILD/checks/check_mailvane" $(printf "$CLASSIC/%s " $CLASSICS); do
		state "G2: ${plugin##*/} with an option nobody knows" 3 "$plugin" --no-such-option
		state "G2: ${plugin##*/} without arguments" 3 "$plugin"
		state "G2: ${plugin##*/} with a hostile argument" 3 "$plugin" $'--\x1b[31m|x=1\nfoo'
		OUTPUT_MAX=8192
		state "G3: ${plugin##*/} --help" 3 "$plugin" --help
		state "G3: ${plugin##*/} --version" 3 "$plugin" --version
		[ "${plugin##*/}" = check_mailvane ] || state "G3: ${plugin##*/} -V" 3 "$plugin" -V
		state "G3: ${plugin##*/} -h" 3 "$plugin" -h
		OUTPUT_MAX=4096
	done
	state "G2: check_mail with a bad range" 3 "$CHECK_MAIL" -H 127.0.0.1 -w 5:1
	state "G10: check_mail takes no password as an argument" 3 "$CHECK_MAIL" -H 127.0.0.1 --password x
}

# G7: the options everybody has; G8: -v says more; G12: no locale reaches a number; G13.
options() {
	local mail quiet plugin
	mail=$(mail)
	# shellcheck disable=SC2086
	{
		state "G7: check_mail -H -t -w -c -v" 0 $mail -s imaps -p "${SIM_PORT[simap]}" -t 8 -w 60 -c 90 -v
		state "G8: check_mail" 0 $mail -s imaps -p "${SIM_PORT[simap]}"
		quiet=${#OUT}
		run $mail -s imaps -p "${SIM_PORT[simap]}" -v
		below "G8: -v says more" "$quiet" "${#OUT}"
		quiet=${#OUT}
		run $mail -s imaps -p "${SIM_PORT[simap]}" -vv
		below "G8: -vv says more still" "$quiet" "${#OUT}"
	}
	for plugin in $CLASSICS; do
		state "G7: $plugin -H -p -t -w -c" 0 "$CLASSIC/$plugin" -H 127.0.0.1 -p "$(port_of "$plugin")" -t 8 -w 60 -c 90
	done
	for plugin in "$CHECK_MAIL" "$BUILD/checks/check_mailvane" "$CLASSIC/check_smtp"; do
		lacks "G10 G12: ${plugin##*/} starts nothing and knows no locale" \
			"$(nm -D --undefined-only "$plugin" 2>&1)" ' (execv|execl|execve|popen|system|posix_spawn|fork|setlocale)p?(@|$)'
	done
	printf '[check_mail]\nhostname=127.0.0.1\nservice=imaps\nport=%s\n[check_imap]\nhostname=127.0.0.1\nport=%s\n' \
		"${SIM_PORT[simap]}" "${SIM_PORT[imap]}" >"$SIM/plugins.ini"
	state "G13: check_mail --extra-opts" 0 "$CHECK_MAIL" --extra-opts=@"$SIM/plugins.ini" --name "$SIM_NAME" --ca-file "$SIM/ca.pem"
	state "G13: check_imap --extra-opts" 0 "$CLASSIC/check_imap" --extra-opts=@"$SIM/plugins.ini"
	state "G13: a file that is not there" 3 "$CHECK_MAIL" --extra-opts=@/nonexistent.ini
}

# perl_server CODE: runs until the end of the test; $SAID is what it says on its first line.
perl_server() {
	local to=$SIM/perl.${#HELPERS[@]}
	perl -MSocket -e '$| = 1;'"$1" >"$to" 2>&1 &
	HELPERS+=($!)
	within 10 test -s "$to"
	SAID=$(head -n 1 "$to")
}

# ends_with STATE WHAT WORDS COMMAND...
ends_with() {
	local state=$1 what=$2 words=$3
	shift 3
	state "G9: $what" "$state" "$@" -t 1
	has "G9: $what: it says why" "${OUT%%$'\n'*}" "$words"
	# A sanitizer's search for leaks comes on top.
	below "G9: $what: by its limit" "$TOOK" 3500
}

# ends WHAT WORDS COMMAND...: by its own limit of a second, CRITICAL, in its own words.
ends() { ends_with 2 "$@"; }

timeouts() {
	local hole plugin late='[Tt]imeout|[Tt]imed out|gave up after|no (answer|greeting|reply|connection)'
	local WRAP=("${WRAP[@]}")
	# A queue of connections that is full: SYN packets are dropped, as by a black hole.
	perl_server 'socket(S, AF_INET, SOCK_STREAM, 0); bind(S, pack_sockaddr_in(0, INADDR_LOOPBACK));
		listen(S, 0); my ($p) = sockaddr_in(getsockname(S));
		for (1 .. 3) { socket(my $c, AF_INET, SOCK_STREAM, 0); push @c, $c; fcntl($c, 4, 2048);
			connect($c, pack_sockaddr_in($p, INADDR_LOOPBACK)); }
		print "$p\n"; sleep 600'
	hole=$SAID
	for plugin in smtp silent drip; do
		[ $plugin = smtp ] || ends "check_mail, $plugin" "$late" "$CHECK_MAIL" -H 127.0.0.1 -s smtp --tls none -p "${SIM_PORT[$plugin]}"
	done
	ends "check_mail, a black hole" "$late" "$CHECK_MAIL" -H 127.0.0.1 -s imaps -p "$hole"
	for plugin in $CLASSICS; do
		ends "$plugin, a black hole" "$late" "$CLASSIC/$plugin" -H 127.0.0.1 -p "$hole"
	done
	ends "check_smtp, a server that drips" "$late" "$CLASSIC/check_smtp" -H 127.0.0.1 -p "${SIM_PORT[drip]}"
	ends "check_imap, a server that drips" "$late" "$CLASSIC/check_imap" -H 127.0.0.1 -p "${SIM_PORT[drip-imap]}" -e "* OK mail"
	ends "check_pop, a server that drips" "$late" "$CLASSIC/check_pop" -H 127.0.0.1 -p "${SIM_PORT[drip-pop]}" -e "+OK mail"
	WRAP=(unshare -m sh -c "mount --bind '$SIM/resolv.conf' /etc/resolv.conf && exec \"\$@\"" - "${WRAP[@]}")
	echo "nameserver 127.0.0.57" >"$SIM/resolv.conf"
	if ! "${WRAP[@]}" true 2>/dev/null; then
		echo "     no mount namespace here: the name server that hangs is left out"
		return
	fi
	# It takes every question and answers none.
	perl_server 'socket(S, AF_INET, SOCK_DGRAM, 0);
		bind(S, pack_sockaddr_in(53, inet_aton("127.0.0.57"))) or print "$!\n"; print "open\n"; sleep 600'
	is "a name server that hangs" "$SAID" open
	# That is our own trouble, not the server's.
	ends_with 3 "check_mail, a name server that hangs" "our own name servers|$late" "$CHECK_MAIL" -H mx.example.com -s smtp
	for plugin in $CLASSICS; do
		ends "$plugin, a name server that hangs" "$late" "$CLASSIC/$plugin" -H mx.example.com
	done
}

# G1: also when the scheduler ends it.
signals() {
	local plugin out=$SIM/out
	for plugin in "$CHECK_MAIL -s smtp" "$CLASSIC/check_smtp"; do
		# shellcheck disable=SC2086
		$plugin -H 127.0.0.1 -p "${SIM_PORT[silent]}" -t 20 >"$out" 2>"$SIM/err" </dev/null &
		within 10 catches_term $!
		kill $!
		wait $!
		CODE=$? OUT=$(cat "$out") ERR=$(cat "$SIM/err")
		is "G1: ${plugin##*/} ended by SIGTERM: UNKNOWN" "$CODE" 3
		obeys "${plugin##*/} ended by SIGTERM"
		has "${plugin##*/} ended by SIGTERM: it says so" "$OUT" 'UNKNOWN - ended by a signal'
	done
}

# Its handler stands: bit 14 of those caught.
catches_term() { [ $((0x$(awk '/^SigCgt/ { print $2 }' "/proc/$1/status" 2>/dev/null || echo 0) >> 14 & 1)) = 1 ]; }

sim_start "$SCENARIO" || finish || exit 1
verdicts_and_exit_codes
bad_arguments
options
timeouts
signals
finish
