import { describe, expect, test } from 'vitest';
import { aContact } from '../../test/builders/connection-view.ts';
import { anElasticsearchConnection } from '../../test/builders/elasticsearch-connection.ts';
import type { ElasticsearchConnectionSpec } from '../api/types.ts';
import { verdictOfContact, verdictOfContactFailure, type ConnectionVerdict } from './connection-verdict.ts';
import { Failure, type FailureKind, type FailureSystem } from './failure.ts';

const failed = (kind: FailureKind, code: string, system: FailureSystem = 'Elasticsearch'): ConnectionVerdict => {
  const object = anElasticsearchConnection();
  return verdictOfContactFailure(new Failure({ kind, system, operation: 'read cluster', code }), object, object.spec);
};
const found = (spec: Partial<ElasticsearchConnectionSpec>, pinned?: string): ConnectionVerdict => {
  const object = anElasticsearchConnection(spec, pinned === undefined ? undefined : { clusterUUID: pinned });
  return verdictOfContact(object, object.spec, aContact());
};

describe('a look that failed makes the connection', () => {
  test.for<readonly [ConnectionVerdict['state'], ConnectionVerdict['reason'], FailureKind, string]>([
    ['stalled', 'Unauthorized', 'denied', 'HTTP 401'],
    ['stalled', 'PrivilegesMissing', 'denied', 'MissingManageOwnApiKey'],
    ['stalled', 'PrivilegesMissing', 'denied', 'MissingMonitor'],
    ['stalled', 'SecurityDisabled', 'unsupported', 'SecurityDisabled'],
    ['stalled', 'SecurityDisabled', 'unsupported', 'ApiKeysDisabled'],
    ['stalled', 'UnsupportedVersion', 'unsupported', 'UnsupportedVersion'],
    ['stalled', 'NotElasticsearch', 'unsupported', 'NotElasticsearch'],
    ['stalled', 'NotElasticsearch', 'unsupported', 'Redirect'],
    ['stalled', 'NotElasticsearch', 'unsupported', 'AnythingElse'],
    ['stalled', 'NotElasticsearch', 'rejected', 'HTTP 400'],
    ['stalled', 'ClusterChanged', 'rejected', 'ClusterMismatch'],
    ['stalled', 'CertificateNotFound', 'rejected', 'CERT_AUTHORITY_UNREADABLE'],
    ['stalled', 'CertificateInvalid', 'unavailable', 'CERT_HAS_EXPIRED'],
    ['waiting', 'Unreachable', 'unavailable', 'ECONNREFUSED'],
    ['waiting', 'Unreachable', 'unavailable', 'CircuitOpen'],
    ['waiting', 'Unreachable', 'aborted', 'Aborted'],
    ['waiting', 'Throttled', 'throttled', 'HTTP 429'],
  ])('%s, %s: %s %s', ([state, reason, kind, code]) => {
    expect(failed(kind, code)).toMatchObject({ state, reason });
  });

  test('stalled, Forbidden where it was Kubernetes that denied', () => {
    expect(failed('denied', 'HTTP 403', 'Kubernetes')).toMatchObject({ state: 'stalled', reason: 'Forbidden' });
  });
});

describe('the message names what to look at', () => {
  test('in the spec where the credential is not accepted', () => {
    expect(failed('denied', 'HTTP 401').message).toMatch(/^spec\.auth\.basic \(Secret credential\): /);
  });

  test('in our words where there are some, else by the code', () => {
    expect(failed('unavailable', 'ECONNRESET').message).toBe('Elasticsearch: read cluster: ECONNRESET');
  });
});

describe('of a cluster of ECK', () => {
  const object = anElasticsearchConnection({ eckRef: { name: 'quickstart' } });
  const of = (code: string, system: FailureSystem = 'Elasticsearch'): ConnectionVerdict =>
    verdictOfContactFailure(
      new Failure({ kind: 'unavailable', system, operation: 'read cluster', code }),
      object,
      object.spec,
    );

  test('a name that DNS does not know is a Service that is missing', () => {
    expect(of('ENOTFOUND')).toEqual({
      state: 'waiting',
      reason: 'ClusterNotFound',
      message:
        'spec.eckRef: DNS knows no Service quickstart-es-http in namespace logging; ECK makes it for an Elasticsearch quickstart',
    });
  });

  test('a refused connection is one to no pod', () => {
    const message = 'spec.eckRef: no pod is ready behind Service quickstart-es-http in namespace logging';
    expect(of('ECONNREFUSED')).toEqual({ state: 'waiting', reason: 'Unreachable', message });
  });

  test('all else is as elsewhere', () => {
    expect(of('ECONNRESET').message).toBe('Elasticsearch: read cluster: ECONNRESET');
    expect(of('ENOTFOUND', 'Kubernetes').reason).toBe('Unreachable');
    expect(failed('unavailable', 'ENOTFOUND').reason).toBe('Unreachable');
  });
});

describe('a cluster that answers well', () => {
  test.for<readonly [string, Partial<ElasticsearchConnectionSpec>, string | undefined, ConnectionVerdict['reason']]>([
    ['is taken at first contact', {}, undefined, 'Connected'],
    ['is taken again', {}, 'cluster-1', 'Connected'],
    [
      'is taken where the spec names it, whatever was met first',
      { clusterUUID: 'cluster-1' },
      'cluster-0',
      'Connected',
    ],
    ['is refused where another was met first', {}, 'cluster-0', 'ClusterChanged'],
    ['is refused where the spec names another', { clusterUUID: 'cluster-0' }, 'cluster-1', 'ClusterChanged'],
  ])('%s', ([, spec, pinned, reason]) => {
    expect(found(spec, pinned).reason).toBe(reason);
  });

  test('says who we are to it, and what travels in clear', () => {
    expect(found({}).message).toBe('Elasticsearch 9.5.3, user beatkeys of realm native1');
    expect(found({ urls: ['https://a', 'http://b'] }).message).toMatch(/; credentials travel in clear/);
  });

  test('says how a change of the cluster is confirmed', () => {
    expect(found({}, 'cluster-0').message).toContain('set spec.clusterUUID to cluster-1');
  });
});
