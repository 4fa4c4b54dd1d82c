import type { FailureDetails } from '../core/failure.ts';

type Verdict = Pick<FailureDetails, 'kind' | 'code' | 'detail' | 'outcomeUnknown'>;

const TOO_OLD = 'The server speaks only versions of TLS that are not safe any more; it needs TLS 1.2 or newer';
const NO_AGREEMENT = 'The server ends the TLS handshake; does it ask for a client certificate? Beatkeys has none';

/** Errors that come before the first byte of a request, by their code in Node and undici. */
const NEVER_SENT: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing listens at the address; check the host and port of the URL',
  ENOTFOUND: 'The host name of the URL is not known to DNS',
  EAI_AGAIN: 'DNS does not answer',
  EHOSTUNREACH: 'There is no route to the host',
  ENETUNREACH: 'There is no route to the network',
  UND_ERR_CONNECT_TIMEOUT: 'The host does not accept a connection in time; check address, network policy and firewall',
  UND_ERR_CLOSED: 'The connection was replaced while the request waited',
  UND_ERR_DESTROYED: 'The connection was replaced while the request waited',
  ERR_SSL_WRONG_VERSION_NUMBER: 'The server does not speak TLS at this port; is the URL http:?',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'The server does not speak TLS at this port; is the URL http:?',
  ERR_SSL_UNSUPPORTED_PROTOCOL: TOO_OLD,
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: TOO_OLD,
  'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE': NO_AGREEMENT,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: NO_AGREEMENT,
};

const UNTRUSTED =
  'The certificate is not signed by a trusted authority; set spec.tls.caRef to the certificate authority of the cluster';

/** Failed checks of the server's certificate, by OpenSSL's and Node's codes. */
const CERTIFICATE: Readonly<Record<string, { readonly code: string; readonly detail: string }>> = {
  CERT_HAS_EXPIRED: { code: 'CERT_HAS_EXPIRED', detail: 'A certificate of the server has expired; it needs renewing' },
  CERT_NOT_YET_VALID: {
    code: 'CERT_NOT_YET_VALID',
    detail: 'A certificate of the server is not valid yet; check the clocks',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    code: 'CERT_NAME_MISMATCH',
    detail: 'The certificate is for another name than the URL; set spec.tls.serverName to a name that it carries',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    code: 'CERT_UNTRUSTED',
    detail: 'The certificate is self-signed and not trusted; set spec.tls.caRef to this certificate',
  },
  SELF_SIGNED_CERT_IN_CHAIN: { code: 'CERT_UNTRUSTED', detail: UNTRUSTED },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { code: 'CERT_UNTRUSTED', detail: UNTRUSTED },
  UNABLE_TO_GET_ISSUER_CERT: { code: 'CERT_UNTRUSTED', detail: UNTRUSTED },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { code: 'CERT_UNTRUSTED', detail: UNTRUSTED },
  INVALID_CA: { code: 'CERT_INVALID_CA', detail: "A certificate that signed the server's is not one of an authority" },
  INVALID_PURPOSE: { code: 'CERT_INVALID_PURPOSE', detail: 'The certificate is not one for servers' },
  CERT_SIGNATURE_FAILURE: { code: 'CERT_UNTRUSTED', detail: UNTRUSTED },
  CERT_UNTRUSTED: { code: 'CERT_UNTRUSTED', detail: UNTRUSTED },
};

/** Code of an answer that is compressed although that was not asked for. */
export const COMPRESSED = 'COMPRESSED_ANSWER';

/** OpenSSL has a slash in one of its own. */
const CODE = /^[A-Z][A-Z0-9_/]{2,63}$/;

/**
 * What a failed connection means. `code` is that of Node, OpenSSL or undici; anything else counts as a connection that
 * broke. Codes of certificate checks start with `CERT_`. What never left this process may be sent elsewhere.
 */
export function networkFailure(code: string, url: string): Verdict {
  const certificate = CERTIFICATE[code];
  if (certificate !== undefined) return { kind: 'unavailable', ...certificate };
  if (code.startsWith('CERT_'))
    return { kind: 'unavailable', code, detail: 'The certificate of the server is not valid' };
  const detail = NEVER_SENT[code];
  if (detail !== undefined) return { kind: 'unavailable', code, detail };
  if (code === COMPRESSED) {
    const text = 'The answer is compressed, which was not asked for; is there a proxy in between?';
    return { kind: 'unavailable', code, detail: text, outcomeUnknown: true };
  }
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')) {
    return { kind: 'unavailable', code, detail: 'No TLS connection could be agreed on with the server' };
  }
  return {
    kind: 'unavailable',
    code: CODE.test(code) ? code : 'ConnectionLost',
    detail: url.startsWith('http:')
      ? 'The connection broke before an answer came; does the server expect https:?'
      : 'The connection broke before an answer came',
    outcomeUnknown: true,
  };
}

/** The innermost error code, such as ECONNREFUSED; an empty text where there is none. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown };
  const inner = errorCode(cause) || (Array.isArray(errors) ? errorCode(errors[0]) : '');
  return inner || (typeof code === 'string' && CODE.test(code) ? code : '');
}
