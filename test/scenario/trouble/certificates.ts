import { generate } from 'selfsigned';
import type { Identity } from './servers.ts';

/** What a certificate shall be; left out: one of a server at 127.0.0.1, valid now. */
export interface Wanted {
  /** Names that it is for, beside 127.0.0.1 unless that is left out. */
  readonly hosts?: readonly string[];
  /** Not 127.0.0.1. */
  readonly notLocal?: true;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** For clients only. */
  readonly forClients?: true;
}

/** A certificate authority of a test's own. */
export interface Authority {
  /** Its certificate, PEM. */
  readonly cert: string;
  /** A certificate that it signs; the chain that a server shows ends with the authority, as with ECK. */
  issue(wanted?: Wanted): Promise<Identity>;
}

const DAY_MS = 86_400_000;
const curve = { keyType: 'ec', algorithm: 'sha256' } as const;
const fromNow = (days: number): Date => new Date(Date.now() + days * DAY_MS);

/** Makes one. */
export async function createAuthority(name: string): Promise<Authority> {
  const made = await generate([{ name: 'commonName', value: name }], {
    ...curve,
    notBeforeDate: fromNow(-400),
    notAfterDate: fromNow(400),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return {
    cert: made.cert,
    issue: async (wanted) => {
      const leaf = await leafOf({ key: made.private, cert: made.cert }, wanted);
      return { key: leaf.private, cert: `${leaf.cert}\n${made.cert}` };
    },
  };
}

/** A certificate that nobody signed but its own key, and that is not one of an authority. */
export async function selfSigned(): Promise<Identity> {
  const made = await leafOf(undefined);
  return { key: made.private, cert: made.cert };
}

function leafOf(ca: { readonly key: string; readonly cert: string } | undefined, wanted: Wanted = {}) {
  const { hosts = [], notLocal, notBefore = fromNow(-1), notAfter = fromNow(1), forClients = false } = wanted;
  const local = notLocal === undefined ? [{ type: 7 as const, ip: '127.0.0.1' }] : [];
  return generate([{ name: 'commonName', value: hosts[0] ?? 'server' }], {
    ...curve,
    notBeforeDate: notBefore,
    notAfterDate: notAfter,
    ...(ca === undefined ? {} : { ca }),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: !forClients, clientAuth: forClients },
      { name: 'subjectAltName', altNames: [...hosts.map((value) => ({ type: 2 as const, value })), ...local] },
    ],
  });
}
