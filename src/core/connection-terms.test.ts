import { describe, expect, test } from 'vitest';
import { anElasticsearchConnection } from '../../test/builders/elasticsearch-connection.ts';
import type { ElasticsearchConnectionSpec } from '../api/types.ts';
import type { Terms } from './connection-view.ts';
import { caSource, termsOf, urlsOf } from './connection-terms.ts';
import { presetCeiling } from './presets.ts';

const terms = (spec: Partial<ElasticsearchConnectionSpec>): Terms => {
  const object = anElasticsearchConnection(spec);
  return termsOf(object, object.spec, 'PEM');
};

test('a connection without a policy lends what the presets hold, to its own namespace', () => {
  expect(terms({ urls: ['https://a', 'https://b'] })).toEqual({
    namespace: 'logging',
    name: 'main',
    allowedNamespaces: { from: 'Same' },
    ceiling: presetCeiling,
    url: 'https://a',
    ca: 'PEM',
  });
});

test('a policy is taken over', () => {
  const roleDescriptor = { cluster: ['monitor'] };
  expect(terms({ policy: { roleDescriptor, maxExpiration: '90d' } })).toMatchObject({
    ceiling: roleDescriptor,
    maxExpiration: { text: '90d', ms: 90 * 86_400_000 },
  });
});

describe('namespaces are allowed', () => {
  const selector = { matchLabels: { team: 'net' } };
  test.for<readonly [string, ElasticsearchConnectionSpec['allowedNamespaces'], Terms['allowedNamespaces']]>([
    ['all', { from: 'All' }, { from: 'All' }],
    ['by their labels', { from: 'Selector', selector }, { from: 'Selector', selector }],
    ['none but its own, where the selector is missing', { from: 'Selector' }, { from: 'Same' }],
    ['none but its own, where it says so', { from: 'Same' }, { from: 'Same' }],
  ])('%s', ([, allowedNamespaces, expected]) => {
    expect(terms(allowedNamespaces === undefined ? {} : { allowedNamespaces }).allowedNamespaces).toEqual(expected);
  });
});

describe('for a cluster run by ECK', () => {
  const object = anElasticsearchConnection({ eckRef: { name: 'elasticsearch' } });

  test("URL and certificates are those of ECK's own objects", () => {
    expect(urlsOf(object, object.spec)).toEqual(['https://elasticsearch-es-http.logging.svc:9200']);
    expect(caSource(object.spec)).toEqual({
      kind: 'Secret',
      name: 'elasticsearch-es-http-certs-public',
      keys: ['ca.crt', 'tls.crt'],
    });
  });

  test('other certificates may be named', () => {
    const tls = { caRef: { kind: 'ConfigMap', name: 'ca', key: 'bundle.pem' } } as const;
    expect(caSource({ ...object.spec, tls })).toEqual({ kind: 'ConfigMap', name: 'ca', keys: ['bundle.pem'] });
  });
});

test('without certificates named, the system decides', () => {
  expect(caSource(anElasticsearchConnection().spec)).toBeUndefined();
});
