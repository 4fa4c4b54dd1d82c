import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Clock } from '../runtime/clock.ts';
import { CredentialUnreadable } from './failure.ts';

/** What TLS needs: whom to trust and who we are. */
export interface TLSMaterial {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized?: true;
}

export interface Credential {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TLSMaterial;
}

/**
 * How long a credential is used before KubeConfig is asked again. Asking reads the CA file each time; the token file is
 * read every 60 s behind it, which the kubelet's rotation at 80 % of a token's life allows.
 */
const KEEP_MS = 10_000;

/** The credential of a kubeconfig's current context, read again from time to time: tokens and certificates rotate. */
export class Credentials {
  readonly #kubeConfig: KubeConfig;
  readonly #clock: Clock;
  #kept: { readonly credential: Promise<Credential>; readonly until: number } | undefined;

  constructor(kubeConfig: KubeConfig, clock: Clock) {
    this.#kubeConfig = kubeConfig;
    this.#clock = clock;
  }

  /** Rejects with `CredentialUnreadable`. */
  current(): Promise<Credential> {
    const now = this.#clock.monotonic();
    if (this.#kept === undefined || this.#kept.until <= now) {
      const credential = this.#read();
      const kept = { credential, until: now + KEEP_MS };
      this.#kept = kept;
      credential.catch(() => this.#forget(kept));
    }
    return this.#kept.credential;
  }

  /** The API server did not accept it: look again at the next call. */
  forget(): void {
    this.#kept = undefined;
  }

  #forget(kept: object): void {
    if (this.#kept === kept) this.#kept = undefined;
  }

  async #read(): Promise<Credential> {
    const options: RequestOptions = {};
    try {
      await this.#kubeConfig.applyToHTTPSOptions(options);
    } catch {
      // What went wrong may quote the output of a credential plug-in.
      throw new CredentialUnreadable();
    }
    const { ca, cert, key, servername } = options;
    return {
      headers: headersOf(options),
      tls: Object.fromEntries(
        // Neither the kubeconfig nor Node's environment switches the check off.
        Object.entries({ ca, cert, key, servername, rejectUnauthorized: true }).filter(
          ([, value]) => value !== undefined,
        ),
      ) as TLSMaterial,
    };
  }
}

/** True when both would make the same TLS session. */
export function sameTLS(one: TLSMaterial, other: TLSMaterial): boolean {
  const text = ({ ca, cert, key, servername }: TLSMaterial): string =>
    JSON.stringify([String(ca), String(cert), String(key), servername]);
  return text(one) === text(other);
}

function headersOf({ auth, headers = {} }: RequestOptions): Record<string, string> {
  const all: Record<string, string> = {};
  if (auth !== undefined && auth !== null) all['Authorization'] = `Basic ${btoa(auth)}`;
  for (const [name, value] of Object.entries(headers)) all[name] = String(value).trim();
  return all;
}
