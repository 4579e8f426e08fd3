/* explain.c - one table: each fault for somebody who was woken by it. */
#include "explain.h"

/* clang-format off */
static const struct explanation explanations[FAULT_COUNT] = {
[FAULT_OK] = {
	"Every step worked: connection, greeting, TLS where it is wanted, login where one is "
	"configured, and the farewell.",
	"", "" },
[FAULT_TIMEOUT] = {
	"The answer did not come before the deadline. The phase says which answer: connect "
	"means that the host did not answer at all, greeting that the port is open but the "
	"program behind it sends nothing.",
	"a firewall that drops packets (connect)\n"
	"a server out of processes or connections (greeting)\n"
	"a reverse lookup, a DNS blocklist or postscreen that delays the greeting\n"
	"a slow user database or storage (auth, mailbox)",
	"compare the phases' durations of earlier probes\n"
	"look for limits in the server's log (Dovecot process_limit, Postfix maxproc)\n"
	"greetings are delayed on purpose? raise `timeout`" },
[FAULT_DNS_FAILURE] = {
	"The host name could not be looked up: it does not exist (NXDOMAIN), or the resolver "
	"failed (SERVFAIL, REFUSED).",
	"a typing error, or a record removed\n"
	"a broken DNSSEC chain or unreachable authoritative servers (SERVFAIL)\n"
	"a resolver that does not serve us (REFUSED)",
	"ask the same resolver by hand: dig HOST; compare with another resolver\n"
	"with SERVFAIL: dig +cd HOST shows whether DNSSEC is the reason" },
[FAULT_NO_ADDRESS] = {
	"The name exists but has no address of the wanted kind.",
	"IPv6 only is asked for and there is no AAAA record, or the reverse\n"
	"the name has only an MX record: it is a mail domain, not a host",
	"give the host that the MX record names, or lift the restriction to one IP version" },
[FAULT_REFUSED] = {
	"The host answered that nothing listens on the port, or a firewall answered so for "
	"it.",
	"the service is stopped or crashed\n"
	"it listens on another port or address only\n"
	"a firewall that rejects",
	"is it running, and where does it listen? ss -ltnp on the host" },
[FAULT_UNREACHABLE] = {
	"There is no way to the host: no route, or the host or network is reported unreachable.",
	"the host or its network is down\n"
	"no IPv6 (or IPv4) where the probe runs",
	"ping the host and its neighbours; without IPv6 here set addresses = \"ipv4\"" },
[FAULT_RESET] = {
	"The connection was reset (RST).",
	"the server process crashed or was killed\n"
	"a firewall or load balancer that cuts connections",
	"look for crashes in the server's log at this time" },
[FAULT_CLOSED] = {
	"The server closed the connection in the middle of the dialogue without a reason.",
	"a blocklist or connection limit (Dovecot, fail2ban, haproxy without backend)\n"
	"a login process that died",
	"the server's log names the client address: look for ours" },
[FAULT_PROTOCOL] = {
	"The server sent something that is not the expected protocol, or sent it without a "
	"command. In phase quit everything else worked, and only the answer to QUIT or LOGOUT "
	"was wrong.",
	"another service on this port\n"
	"TLS from the first byte where plain text was expected, or the reverse\n"
	"a proxy that answers by itself, or expects the PROXY header",
	"check port and TLS mode of the service; the text shows what came" },
[FAULT_INJECTION] = {
	"There were bytes behind the answer to STARTTLS, before encryption began. Somebody on "
	"the network could have added them, so that clients take them for the server's "
	"(CVE-2011-0411).",
	"a mail server or proxy with this defect\n"
	"an attack",
	"treat it as an incident; update the server" },
[FAULT_LIMIT] = {
	"The server sent a line, a reply or a session longer than any mail server needs.",
	"not a mail server\n"
	"a defective server, or one that attacks its clients",
	"connect by hand and look at what it sends" },
[FAULT_REJECTED] = {
	"The server refused permanently. Its reply says why.",
	"our address is on a blocklist (554 in the greeting)\n"
	"the server accepts no mail at all (521)\n"
	"it wants another name in EHLO",
	"read the server's reply; ask for an exception for the monitor's address" },
[FAULT_UNAVAILABLE] = {
	"The server says itself that it is not in service: SMTP 421, IMAP BYE, a backend away.",
	"it is being restarted or is shutting down\n"
	"a backend or storage is away\n"
	"too many connections in all",
	"look at the server's log and its backends" },
[FAULT_TEMPFAIL] = {
	"The server refused for now and asks to try again later.",
	"greylisting or a policy\n"
	"a full disk or an unreachable policy service (4.3.x)",
	"a single one is normal; when it lasts, look at disk space and milters" },
[FAULT_THROTTLED] = {
	"The server limits us, not everybody: too many connections or too often.",
	"the probe's interval is too short for this server\n"
	"several monitors behind one address",
	"raise `interval`, lower `per_address_max`, or have our address excepted" },
[FAULT_STARTTLS_UNAVAILABLE] = {
	"TLS is required here and the server does not offer STARTTLS.",
	"TLS is switched off, often after an update or a lost certificate\n"
	"a middlebox that strips the offer",
	"check the TLS settings of this very port; is TLS meant to be implicit (465, 993, 995)?" },
[FAULT_STARTTLS_REFUSED] = {
	"STARTTLS is offered but refused.",
	"a certificate or key that cannot be read\n"
	"the TLS session cache or helper process is broken",
	"the server's log has the reason, mostly a file and a permission" },
[FAULT_TLS_HANDSHAKE] = {
	"The TLS handshake failed.",
	"plain text on a TLS port\n"
	"no cipher or group in common\n"
	"a broken key or certificate",
	"try: openssl s_client -connect HOST:PORT (-starttls smtp, imap, pop3)" },
[FAULT_TLS_VERSION] = {
	"The server speaks no TLS version that is wanted: none in common, or only one below "
	"tls_min (RFC 8996: 1.0 and 1.1 must not be used). Mail clients refuse it; between "
	"mail servers it is better than no encryption.",
	"an old system, or settings that switch newer versions off\n"
	"tls_min is higher than the server can go",
	"enable TLS 1.2 and 1.3; where an old one is meant set tls_min for this server or "
	"service" },
[FAULT_CLIENT_CERT] = {
	"The server demands a certificate from its clients.",
	"mutual TLS meant for other clients\n"
	"smtpd_tls_req_ccert or ssl_verify_client_cert on a public port",
	"is it meant? then probe it with a client certificate, else switch it off" },
[FAULT_CERT_EXPIRED] = {
	"The certificate, or one above it in its chain, has expired: mail clients refuse to "
	"connect now.",
	"the renewal failed\n"
	"it was renewed but the service was not reloaded",
	"compare the file on disk with what is served, then reload the service\n"
	"openssl x509 -noout -enddate -in FILE" },
[FAULT_CERT_EXPIRING] = {
	"The certificate ends soon; an automatic renewal should have replaced it already.",
	"the renewal fails without an alarm\n"
	"it was renewed but the service was not reloaded",
	"run the renewal by hand and read what it says; reload the service" },
[FAULT_CERT_NOT_YET_VALID] = {
	"The certificate begins in the future.",
	"a wrong clock, here or where it was issued\n"
	"a certificate put in place too early",
	"compare the clocks (timedatectl) on both sides" },
[FAULT_CERT_NAME] = {
	"The certificate is for other names than the one that was asked for.",
	"a new name without a new certificate\n"
	"no certificate for this name, so that the server's own is shown (SNI)\n"
	"the probe asks for another name than clients do",
	"add the name to the certificate, or set tls_name to the name clients use" },
[FAULT_CERT_UNTRUSTED] = {
	"No chain leads from the certificate to an authority that is trusted here.",
	"the intermediate certificate is missing: only the first of the chain is served\n"
	"a self-signed certificate, or an authority of one's own\n"
	"the system's store is old",
	"serve the full chain (fullchain.pem); for an authority of your own set ca_file or pin" },
[FAULT_CERT_WEAK] = {
	"The certificate or its chain uses a key or a signature that can be forged.",
	"RSA below 2048 bits, SHA-1, MD5",
	"issue it anew with RSA 2048, ECDSA P-256 or better" },
[FAULT_CERT_PURPOSE] = {
	"The certificate is not meant for a server.",
	"a client's or an authority's own certificate is installed",
	"issue one with extendedKeyUsage serverAuth" },
[FAULT_CERT_STAPLE] = {
	"The certificate says that the server sends a fresh OCSP response with it (RFC 7633), and "
	"the server sends none, or one that is no good; or the response says that the certificate "
	"is revoked.",
	"stapling is switched off, or its responder cannot be reached from the server\n"
	"the certificate was revoked by its authority",
	"openssl s_client -status shows what comes; switch stapling on, or have the certificate "
	"issued without OCSP Must-Staple" },
[FAULT_CERT_DANE] = {
	"The TLSA records of the name (DANE, RFC 7672) match nothing that the server shows, or "
	"could not be looked up: senders that know DANE do not deliver.",
	"a new key without a new TLSA record\n"
	"a broken DNSSEC signature (SERVFAIL)",
	"publish a record for the new key and keep the old one for its TTL; then the change\n"
	"dig +dnssec TLSA _25._tcp.HOST" },
[FAULT_CERT_ORDER] = {
	"The server sends its certificates out of order, or some that are not part of the chain. "
	"Clients sort it out; old ones may not.",
	"a chain file put together by hand",
	"serve the file that the authority or the renewal made (fullchain.pem)" },
[FAULT_CERT_DIFFERS] = {
	"Another service or address of this server shows a newer certificate for the same name, and "
	"has for longer than `overlap` in `certificate`: this one still has the old one.",
	"the service was not reloaded when the certificate was renewed\n"
	"its settings name another file\n"
	"the new file did not reach each host behind the name",
	"reload the service; let the renewal reload every service that reads the file (certbot: "
	"--deploy-hook)" },
[FAULT_TLS_CIPHER] = {
	"The cipher suite or key exchange that was agreed on is one that RFC 9325 advises "
	"against. What it forbids (MUST NOT: no encryption, RC4, less than 112 bits, a DH group "
	"below 2048 bits) has the state of the table; what it discourages (SHOULD NOT: RSA key "
	"transport without forward secrecy, less than 128 bits, finite-field DH) is noted only.",
	"an old list of ciphers in the server's settings",
	"take the library's defaults, or the list of a current guide" },
[FAULT_TLS_OBSOLETE] = {
	"Beside the present versions of TLS the server accepts 1.0 or 1.1, which must not be used "
	"any more (RFC 8996). It is noted only, because newer clients never come near it and "
	"many providers keep it for old devices on purpose; a row in `policy` makes it "
	"WARNING.",
	"settings for clients of long ago",
	"ssl_min_protocol (Dovecot), smtpd_tls_protocols (Postfix): TLS 1.2 and above" },
[FAULT_CAPABILITY_CHANGED] = {
	"The server offers less or other things than it did before: STARTTLS or a mechanism of "
	"login is gone, or a login is offered in clear.",
	"an update or new settings\n"
	"a module that failed to load\n"
	"somebody on the network who changes the dialogue",
	"if this was intended, do nothing: after a while the new offer counts as normal" },
[FAULT_ALERT] = {
	"The server sent a text for people ([ALERT], RFC 9051 section 7.1). Text that came "
	"before TLS is marked, because somebody on the network may have sent it.",
	"a full mailbox or disk, planned work, a broken part that does not stop the login",
	"read the text: it is the server's own" },
[FAULT_DNS_PARTIAL] = {
	"IPv4 or IPv6 addresses of the host were found, but the question for the other kind failed: clients "
	"may wait for it each time.",
	"a name server that does not know AAAA questions\n"
	"a broken DNSSEC signature of one record only",
	"ask each server of the zone by dig AAAA HOST and dig A HOST; without an address of a kind the answer "
	"must be empty, not an error" },
[FAULT_AUTH_FAILED] = {
	"The server does not accept user and password. The account is left alone for a while.",
	"the password was changed or the account locked\n"
	"the user database is not the one that was meant",
	"log in by hand once; then put the right password into the password file" },
[FAULT_AUTH_TEMPFAIL] = {
	"The greeting is fine, but the login backend is in trouble: nobody can log in.",
	"LDAP, SQL or the auth process is away\n"
	"the link between Postfix and Dovecot's auth socket is broken",
	"look at the auth lines of the server's log (doveadm auth test USER)" },
[FAULT_AUTH_UNSUPPORTED] = {
	"There is no way to log in that we may use: none offered, or only in plain text.",
	"AUTH is offered inside TLS only, and the service is probed without\n"
	"mechanisms were switched off",
	"probe with TLS; compare the offered mechanisms with what clients use" },
[FAULT_AUTH_SERVER_PROOF] = {
	"The login is one in which the server, too, proves that it knows the password (SCRAM), and "
	"its proof is wrong or missing: it lets anybody in, or it is not the server it should be.",
	"a proxy, a honeypot or an attacker in the server's place\n"
	"a server whose SCRAM is broken, often after an update or a move of its user database",
	"treat it as an incident until it is explained; then set the account's password anew, so "
	"that the server derives its keys again" },
[FAULT_AUTH_SUSPENDED] = {
	"The login was not tried, because it failed lately: repeated failures make servers "
	"block our address.",
	"see auth_failed",
	"correct the password: a changed one is tried at once" },
[FAULT_IN_USE] = {
	"The mailbox is locked by another session (POP3 allows one at a time).",
	"another client polls the probe's mailbox\n"
	"a probe before is still in there",
	"use a mailbox that nobody else uses" },
[FAULT_LOGIN_DELAY] = {
	"The server wants more time between two logins (RFC 2449 section 8.1.1).",
	"the interval is shorter than the server's LOGIN-DELAY",
	"raise `interval` for this service" },
[FAULT_WAITING] = {
	"The probe waited for its turn until its time was over, because as many connections as we "
	"allow ourselves were open, in all or to this address; this says nothing about the server.",
	"other services at the same address hang, each until its timeout\n"
	"many services at one address, or many probes on demand at once",
	"look at the services of the address that time out; raise per_address_max or in_flight_max "
	"if the server allows it" },
[FAULT_RESOLVER_UNAVAILABLE] = {
	"None of our own name servers answers any question, or all of them refuse. This says "
	"nothing about the server that was to be probed; servers with an IP address as their "
	"host are probed as ever.",
	"the name server or the way to it is down\n"
	"a wrong address in /etc/resolv.conf or in `resolvers`\n"
	"a firewall between this machine and port 53\n"
	"a name server that does not serve us (REFUSED)",
	"ask it by hand from this machine: dig @SERVER . NS\n"
	"look at /etc/resolv.conf, or at `resolvers` of the configuration" },
[FAULT_INTERNAL] = {
	"The probe itself failed; this says nothing about the server.",
	"out of file descriptors or memory\n"
	"a source address that is not ours",
	"look at the limits of this process: LimitNOFILE, in_flight_max" },
};
/* clang-format on */

const struct explanation *explain_fault(enum fault fault)
{
	return &explanations[(unsigned)fault < FAULT_COUNT ? fault : FAULT_INTERNAL];
}
