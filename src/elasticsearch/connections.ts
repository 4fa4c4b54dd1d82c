import { X509Certificate } from 'node:crypto';
import type { Elasticsearch, ElasticsearchTarget, KeyStore } from '../controller/ports.ts';
import { digest } from '../lib/digest.ts';
import { failure } from './failure.ts';
import { openKeys, type KeysOptions } from './keys.ts';

interface Shared {
  readonly keys: KeyStore;
  holders: number;
}

/**
 * Elasticsearch by the client of its maker. Whoever opens the same target shares its connections, limits and breaker;
 * they end when the last one closes. A target with another password or certificate authority is another one.
 */
export function createElasticsearch(options: KeysOptions): Elasticsearch {
  const shared = new Map<string, Shared>();
  return {
    open: (target) => {
      checkAuthority(target);
      const identity = digest({ ...target, password: target.password.reveal() }, 64);
      const known = shared.get(identity) ?? { keys: openKeys(target, options), holders: 0 };
      known.holders += 1;
      shared.set(identity, known);
      return handle(known, () => shared.delete(identity));
    },
  };
}

/** A holder's own view of a shared store: its `close` counts once. */
function handle(shared: Shared, onUnused: () => void): KeyStore {
  const { keys } = shared;
  let held = true;
  return {
    ...keys,
    get available() {
      return keys.available;
    },
    close: async () => {
      if (!held) return;
      held = false;
      shared.holders -= 1;
      if (shared.holders > 0) return;
      onUnused();
      await keys.close();
    },
  };
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** Node would take any text, and trust nobody. */
function checkAuthority({ ca }: ElasticsearchTarget): void {
  if (ca === undefined) return;
  try {
    const certificates = ca.match(CERTIFICATE) ?? [];
    if (certificates.length === 0) throw new TypeError('no certificate');
    for (const certificate of certificates) new X509Certificate(certificate);
  } catch {
    throw failure('read cluster', {
      kind: 'rejected',
      code: 'CERT_AUTHORITY_UNREADABLE',
      detail: 'The certificate authority is not a certificate in PEM form',
    });
  }
}
