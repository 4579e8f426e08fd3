#!/usr/bin/env bash
# The shortest way through both programs and their failing paths: for valgrind and other slow
# company. The table of faults.sh has the rest.
exec "$(dirname "${BASH_SOURCE[0]}")/faults.sh" good good-implicit close silent injected garbage \
	expired wrong-name self-signed client-cert denied no-login
