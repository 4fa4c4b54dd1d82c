import { describe, expect, test } from 'vitest';
import { CONNECTION } from '../../test/builders/specs.ts';
import { describeProblems, parseElasticsearchConnectionSpec } from './parse.ts';

const connectionSentence = (spec: unknown) => {
  const parsed = parseElasticsearchConnectionSpec(spec);
  return parsed.ok ? '' : describeProblems(parsed.problems);
};

describe('parseElasticsearchConnectionSpec', () => {
  test('gives back what it was given', () => {
    expect(parseElasticsearchConnectionSpec(CONNECTION)).toEqual({ ok: true, value: CONNECTION });
  });

  test('takes a cluster of ECK, and a policy that lends nothing', () => {
    const { urls: _urls, ...rest } = CONNECTION;
    expect(connectionSentence({ ...rest, eckRef: { name: 'elasticsearch' }, policy: { roleDescriptor: {} } })).toBe('');
  });

  test.each<[string, object, string]>([
    ['urls and eckRef', { eckRef: { name: 'a' } }, 'spec must have exactly one of urls and eckRef, but is given both'],
    ['no URL', { urls: [] }, 'spec.urls must not be empty'],
    [
      'from: Selector without selector',
      { allowedNamespaces: { from: 'Selector' } },
      'spec.allowedNamespaces must have selector if, and only if, from is Selector',
    ],
    [
      'a selector without from: Selector',
      { allowedNamespaces: { selector: { matchLabels: { a: 'b' } } } },
      'spec.allowedNamespaces must have selector if, and only if, from is Selector',
    ],
    [
      'a selector of everything',
      { allowedNamespaces: { from: 'Selector', selector: {} } },
      'spec.allowedNamespaces.selector must name a label; to allow every namespace say from: All',
    ],
    [
      'values where none belong',
      {
        allowedNamespaces: {
          from: 'Selector',
          selector: { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] },
        },
      },
      'spec.allowedNamespaces.selector.matchExpressions[0].values must have values for In and NotIn, and none for Exists and DoesNotExist',
    ],
    [
      'two names of the user',
      { auth: { basic: { username: 'a', secretRef: { name: 'b', usernameKey: 'c' } } } },
      'spec.auth.basic must have username or secretRef.usernameKey, not both',
    ],
    [
      'a misspelt ceiling',
      { policy: { roleDescriptor: { indcies: [] } } },
      'spec.policy.roleDescriptor.indcies is not a known field (did you mean indices?)',
    ],
    [
      'no concurrency',
      { limits: { concurrentRequests: 0 } },
      'spec.limits.concurrentRequests must be at least 1, but is 0',
    ],
    [
      'half a request',
      { limits: { concurrentRequests: 1.5 } },
      'spec.limits.concurrentRequests must be a whole number, not a number',
    ],
  ])('says what is wrong with %s', (_name, change, sentence) => {
    expect(connectionSentence({ ...CONNECTION, ...change })).toBe(sentence);
  });

  test.each([
    'ftp://es',
    'es:9200',
    'https://',
    'https://u:hunter2@es',
    'https://es?a=b',
    'https://es#a',
    'https://es /a',
    'https://es:99999',
    'https://[::1',
  ])('does not take the URL %s, and does not repeat it', (url) => {
    const sentence = connectionSentence({ ...CONNECTION, urls: [url] });
    expect(sentence).toMatch(/^spec\.urls\[0\] must be /);
    expect(sentence).not.toContain('hunter2');
  });
});
