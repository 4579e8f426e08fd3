/* fault.c - each word once. */
#include "fault.h"

/* clang-format off */
const char *const fault_names[FAULT_COUNT + 1] = {
	[FAULT_OK] = "ok",
	[FAULT_TIMEOUT] = "timeout",
	[FAULT_DNS_FAILURE] = "dns_failure",
	[FAULT_NO_ADDRESS] = "no_address",
	[FAULT_REFUSED] = "refused",
	[FAULT_UNREACHABLE] = "unreachable",
	[FAULT_RESET] = "reset",
	[FAULT_CLOSED] = "closed",
	[FAULT_PROTOCOL] = "protocol",
	[FAULT_INJECTION] = "injection",
	[FAULT_LIMIT] = "limit",
	[FAULT_REJECTED] = "rejected",
	[FAULT_UNAVAILABLE] = "unavailable",
	[FAULT_TEMPFAIL] = "tempfail",
	[FAULT_THROTTLED] = "throttled",
	[FAULT_STARTTLS_UNAVAILABLE] = "starttls_unavailable",
	[FAULT_STARTTLS_REFUSED] = "starttls_refused",
	[FAULT_TLS_HANDSHAKE] = "tls_handshake",
	[FAULT_TLS_VERSION] = "tls_version",
	[FAULT_CLIENT_CERT] = "client_cert",
	[FAULT_CERT_EXPIRED] = "cert_expired",
	[FAULT_CERT_EXPIRING] = "cert_expiring",
	[FAULT_CERT_NOT_YET_VALID] = "cert_not_yet_valid",
	[FAULT_CERT_NAME] = "cert_name",
	[FAULT_CERT_UNTRUSTED] = "cert_untrusted",
	[FAULT_CERT_WEAK] = "cert_weak",
	[FAULT_CERT_PURPOSE] = "cert_purpose",
	[FAULT_CERT_STAPLE] = "cert_staple",
	[FAULT_CERT_DANE] = "cert_dane",
	[FAULT_CERT_ORDER] = "cert_order",
	[FAULT_CERT_DIFFERS] = "cert_differs",
	[FAULT_TLS_CIPHER] = "tls_cipher",
	[FAULT_TLS_OBSOLETE] = "tls_obsolete",
	[FAULT_CAPABILITY_CHANGED] = "capability_changed",
	[FAULT_ALERT] = "alert",
	[FAULT_DNS_PARTIAL] = "dns_partial",
	[FAULT_AUTH_FAILED] = "auth_failed",
	[FAULT_AUTH_TEMPFAIL] = "auth_tempfail",
	[FAULT_AUTH_UNSUPPORTED] = "auth_unsupported",
	[FAULT_AUTH_SERVER_PROOF] = "auth_server_proof",
	[FAULT_AUTH_SUSPENDED] = "auth_suspended",
	[FAULT_IN_USE] = "in_use",
	[FAULT_LOGIN_DELAY] = "login_delay",
	[FAULT_WAITING] = "waiting",
	[FAULT_RESOLVER_UNAVAILABLE] = "resolver_unavailable",
	[FAULT_INTERNAL] = "internal",
};

const char *const phase_names[PHASE_COUNT + 1] = {
	[PHASE_DNS] = "dns",
	[PHASE_CONNECT] = "connect",
	[PHASE_GREETING] = "greeting",
	[PHASE_CAPABILITY] = "capability",
	[PHASE_STARTTLS] = "starttls",
	[PHASE_TLS] = "tls",
	[PHASE_AUTH] = "auth",
	[PHASE_MAILBOX] = "mailbox",
	[PHASE_QUIT] = "quit",
};
/* clang-format on */

const char *fault_name(enum fault fault)
{
	return fault_names[fault];
}

const char *phase_name(enum phase phase)
{
	return phase_names[phase];
}

bool fault_is_ours(enum fault fault)
{
	return fault == FAULT_INTERNAL || fault == FAULT_WAITING ||
	       fault == FAULT_RESOLVER_UNAVAILABLE;
}

enum phase fault_phase(enum fault fault)
{
	if (fault == FAULT_CAPABILITY_CHANGED)
		return PHASE_CAPABILITY;
	if (fault == FAULT_DNS_PARTIAL)
		return PHASE_DNS;
	return fault == FAULT_ALERT ? PHASE_AUTH : PHASE_TLS;
}

bool fault_from_name(struct view name, enum fault *ret_fault)
{
	for (size_t i = 0; i < FAULT_COUNT; i++)
		if (view_equal(name, fault_names[i])) {
			*ret_fault = (enum fault)i;
			return true;
		}
	return false;
}

bool phase_from_name(struct view name, enum phase *ret_phase)
{
	for (size_t i = 0; i < PHASE_COUNT; i++)
		if (view_equal(name, phase_names[i])) {
			*ret_phase = (enum phase)i;
			return true;
		}
	return false;
}
