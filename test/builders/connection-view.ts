import type { ConnectionView, Terms } from '../../src/core/connection-view.ts';
import type { Contact } from '../../src/core/contact.ts';
import { presetCeiling } from '../../src/core/presets.ts';

type Ready = Extract<ConnectionView, { state: 'ready' }>;

/** Elasticsearch 9.5.3 and a user that may manage its own keys only. */
export function aContact(options: Partial<Contact> = {}): Contact {
  return {
    clusterUUID: 'cluster-1',
    version: '9.5.3',
    serverless: false,
    owner: { username: 'beatkeys', realm: 'native1' },
    manageApiKey: false,
    ...options,
  };
}

/** Terms of connection `logging/main`, for its own namespace, with the presets as ceiling. */
export function someTerms(options: Partial<Terms> = {}): Terms {
  return {
    namespace: 'logging',
    name: 'main',
    allowedNamespaces: { from: 'Same' },
    ceiling: presetCeiling,
    url: 'https://es.example:9200',
    ca: '',
    ...options,
  };
}

/** A connection that is ready. */
export function aConnectionView(options: { contact?: Partial<Contact>; terms?: Partial<Terms> } = {}): Ready {
  return { state: 'ready', contact: aContact(options.contact), terms: someTerms(options.terms) };
}
