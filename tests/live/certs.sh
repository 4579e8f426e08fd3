# shellcheck shell=bash
# Sourced. A root, an intermediate and one leaf certificate for each service of the lab.
#
#   make_certs DIR     DIR/root.pem is the trust anchor; DIR/NAME.pem holds key and chain,
#                      DIR/NAME.crt the chain alone, DIR/NAME.key the key alone.

# A date as `openssl ca` takes it: date_of "+3 days"
date_of() { date -u -d "$1" +%Y%m%d%H%M%SZ; }

# sign NAME CN SAN FROM TO: a leaf under the intermediate. SENDS=leaf leaves the intermediate out
# of what the server sends; KEY=rsa makes the kind of key that TLS 1.0 can use.
sign() {
	local name=$1 cn=$2 san=$3 from=$4 to=$5
	if [ "${KEY:-ec}" = rsa ]; then
		openssl genrsa -out "$name.key" 2048
	else
		openssl ecparam -name prime256v1 -genkey -noout -out "$name.key"
	fi
	openssl req -new -key "$name.key" -subj "/O=Lab/CN=$cn" -out "$name.csr"
	printf '%s\n' basicConstraints=CA:FALSE keyUsage=digitalSignature,keyEncipherment \
		extendedKeyUsage=serverAuth,clientAuth "subjectAltName=$san" >"$name.ext"
	openssl ca -batch -notext -config ca.cnf -name middle -extfile "$name.ext" \
		-startdate "$from" -enddate "$to" -in "$name.csr" -out "$name.crt"
	[ "${SENDS:-chain}" = leaf ] || cat middle.crt >>"$name.crt"
	cat "$name.key" "$name.crt" >"$name.pem"
}

authorities() {
	local ca
	for ca in top middle; do
		mkdir -p "issued.$ca"
		: >"index.$ca"
		echo 1000 >"serial.$ca"
		printf '%s\n' "[$ca]" "database=index.$ca" "serial=serial.$ca" \
			"new_certs_dir=issued.$ca" "certificate=$ca.crt" "private_key=$ca.key" \
			default_md=sha256 policy=policy unique_subject=no
		openssl ecparam -name prime256v1 -genkey -noout -out "$ca.key"
	done >ca.cnf
	cat >>ca.cnf <<-'CNF'
		[policy]
		organizationName=optional
		commonName=supplied
		[req]
		distinguished_name=dn
		x509_extensions=authority
		[dn]
		[authority]
		basicConstraints=critical,CA:TRUE
		keyUsage=critical,keyCertSign,cRLSign
		subjectKeyIdentifier=hash
	CNF
	openssl req -x509 -new -config ca.cnf -key top.key -subj "/O=Lab/CN=Lab Root" \
		-days 3650 -out top.crt
	openssl req -new -config ca.cnf -key middle.key -subj "/O=Lab/CN=Lab Intermediate" \
		-out middle.csr
	openssl ca -batch -notext -config ca.cnf -name top -extensions authority -days 3000 \
		-in middle.csr -out middle.crt
	cp top.crt root.pem
}

leaves() {
	local names="DNS:mail.lab.test,DNS:localhost" from to
	from=$(date_of "-10 days") to=$(date_of "+80 days")
	sign good mail.lab.test "$names,IP:127.0.0.1,IP:127.0.0.2,IP:0:0:0:0:0:0:0:1" "$from" "$to"
	KEY=rsa sign rsa mail.lab.test "$names" "$from" "$to"
	SENDS=leaf sign leaf_only mail.lab.test "$names" "$from" "$to"
	sign wrong_name server7.hoster.test DNS:server7.hoster.test "$from" "$to"
	sign customer mail.customer.test DNS:mail.customer.test "$from" "$to"
	sign expired mail.lab.test "$names" 20250101000000Z 20250401000000Z
	sign expiring mail.lab.test "$names" "$from" "$(date_of "+3 days")"
	sign not_yet mail.lab.test "$names" "$(date_of "+30 days")" "$(date_of "+90 days")"
	openssl req -x509 -newkey rsa:2048 -nodes -keyout self_signed.key -subj /CN=mail.lab.test \
		-addext subjectAltName=DNS:mail.lab.test -days 365 -out self_signed.crt
	cat self_signed.key self_signed.crt >self_signed.pem
}

make_certs() {
	mkdir -p "$1"
	if ! (cd "$1" && set -e && authorities && leaves) >"$1/log" 2>&1; then
		echo "lab: cannot make the certificates:" >&2
		tail -n 5 "$1/log" >&2
		return 1
	fi
}
