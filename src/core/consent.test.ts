import { describe, expect, test } from 'vitest';
import { someTerms } from '../../test/builders/connection-view.ts';
import { asksForNameOnly, labelsOf, namedNamespaces, refusedNamespace, selects } from './consent.ts';
import type { AllowedNamespaces, LabelSelector } from './connection-view.ts';

const team = { from: 'Selector', selector: { matchLabels: { team: 'net' } } } as const;

describe('a connection in namespace logging that allows', () => {
  test.for<readonly [string, AllowedNamespaces, string, Record<string, string> | undefined, boolean]>([
    ['its own namespace is used from there', { from: 'Same' }, 'logging', undefined, true],
    ['its own namespace is not used from another', { from: 'Same' }, 'edge', {}, false],
    ['all is used from another', { from: 'All' }, 'edge', undefined, true],
    ['those selected is used from its own, whatever its labels', team, 'logging', {}, true],
    ['those selected is used from one that has the label', team, 'edge', { team: 'net' }, true],
    ['those selected is not used from one that lacks it', team, 'edge', { team: 'other' }, false],
    ['those selected is not used from one whose labels are not known', team, 'edge', undefined, false],
  ])('%s', ([, allowedNamespaces, namespace, labels, allowed]) => {
    const refused = refusedNamespace(someTerms({ allowedNamespaces }), namespace, labels);
    expect(refused?.includes('ElasticsearchConnection logging/main')).toBe(allowed ? undefined : true);
  });
});

test.for(['constructor', 'toString', '__proto__'])('a namespace has no label %s that nobody gave it', (key) => {
  expect(selects({ matchExpressions: [{ key, operator: 'Exists' }] }, { team: 'net' })).toBe(false);
  expect(selects({ matchExpressions: [{ key, operator: 'DoesNotExist' }] }, { team: 'net' })).toBe(true);
});

describe('the namespaces that a connection of logging names, when it allows', () => {
  const name = 'kubernetes.io/metadata.name';
  const one = { matchLabels: { [name]: 'edge' } };
  const some = { matchExpressions: [{ key: name, operator: 'In' as const, values: ['edge', 'core'] }] };
  const selected = (selector: LabelSelector): AllowedNamespaces => ({ from: 'Selector', selector });

  test.for<readonly [string, AllowedNamespaces, readonly string[] | undefined, boolean]>([
    ['its own', { from: 'Same' }, ['logging'], true],
    ['all', { from: 'All' }, undefined, true],
    ['one by name', selected(one), ['logging', 'edge'], true],
    ['some by name', selected(some), ['logging', 'edge', 'core'], true],
    ['some and one of them', selected({ ...one, ...some }), ['logging', 'edge'], true],
    [
      'one by name and label',
      selected({ matchLabels: { ...one.matchLabels, team: 'net' } }),
      ['logging', 'edge'],
      false,
    ],
    ['some by label', team, undefined, false],
  ])('%s', ([, allowedNamespaces, named, byNameOnly]) => {
    const terms = someTerms({ allowedNamespaces });
    expect(namedNamespaces(terms)).toEqual(named);
    expect(asksForNameOnly(terms)).toBe(byNameOnly);
  });

  test('and every namespace bears its name', () => {
    const terms = someTerms({ allowedNamespaces: selected(one) });
    expect(refusedNamespace(terms, 'edge', labelsOf('edge', { team: 'net' }))).toBeUndefined();
  });
});

test('that the labels are not known is not told as labels that do not match', () => {
  const terms = someTerms({ allowedNamespaces: team });
  expect(refusedNamespace(terms, 'edge', undefined)).toBe(
    'the labels of namespace edge are not known, which spec.allowedNamespaces.selector of ElasticsearchConnection logging/main is about: the operator needs the right to read that namespace',
  );
  expect(refusedNamespace(terms, 'edge', {})).toContain('do not match');
});

test('labels need not be known where the name alone decides', () => {
  const selector = { matchLabels: { 'kubernetes.io/metadata.name': 'edge' } };
  const terms = someTerms({ allowedNamespaces: { from: 'Selector', selector } });
  expect(refusedNamespace(terms, 'edge', undefined)).toBeUndefined();
  expect(refusedNamespace(terms, 'core', undefined)).toContain('do not match');
});

describe('a label selector', () => {
  const labels = { team: 'net', tier: 'prod' };
  const expression = (key: string, operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist', values?: string[]) => ({
    matchExpressions: [{ key, operator, ...(values === undefined ? {} : { values }) }],
  });

  test.for<readonly [string, LabelSelector, boolean]>([
    ['that is empty selects', {}, true],
    ['needs every label', { matchLabels: { team: 'net', tier: 'dev' } }, false],
    ['In: one of the values', expression('team', 'In', ['x', 'net']), true],
    ['In: none of the values', expression('team', 'In', ['x']), false],
    ['In: no such label', expression('none', 'In', ['x']), false],
    ['NotIn: one of the values', expression('team', 'NotIn', ['net']), false],
    ['NotIn: no such label', expression('none', 'NotIn', ['net']), true],
    ['Exists: there', expression('team', 'Exists'), true],
    ['Exists: not there', expression('none', 'Exists'), false],
    ['DoesNotExist: there', expression('team', 'DoesNotExist'), false],
    ['DoesNotExist: not there', expression('none', 'DoesNotExist'), true],
    ['needs labels and expressions', { matchLabels: { team: 'net' }, ...expression('tier', 'In', ['dev']) }, false],
  ])('%s', ([, selector, selected]) => {
    expect(selects(selector, labels)).toBe(selected);
  });
});
