import { describe, expect, test } from 'vitest';
import { refusal } from './refusal.ts';

const says = (reason: string) => ({ error: { type: 'x', reason, root_cause: [{ type: 'x', reason }] }, status: 400 });

describe('a refusal', () => {
  test.each([
    [
      'unknown cluster privilege [manage_x]. a privilege must be',
      { cluster: ['Manage_X'] },
      'There is no cluster privilege Manage_X',
    ],
    [
      'unknown cluster privilege [manage_x]. a privilege must be',
      { cluster: ['monitor'] },
      'There is no cluster privilege',
    ],
    [
      'unexpected field [feild]',
      { w: { feild: 1 } },
      'A role descriptor has a field that this version does not know: feild',
    ],
    ['unexpected field [geheim]', { w: {} }, 'A role descriptor has a field that this version does not know'],
    ['Validation Failed: 1: duplicate element: read;', ['read'], 'A privilege is named twice in one entry: read'],
    ['something new about geheim', { geheim: 1 }, 'Elasticsearch refuses the request as it is'],
  ])('"%s" shows no word but one of the request', (reason, sent, detail) => {
    expect(refusal(says(reason), sent).detail).toBe(detail);
  });

  test('finds the cause inside', () => {
    const cause = { reason: 'failed to parse role [w]. unexpected field [f]' };
    const body = {
      error: { reason: 'failed to parse field [role_descriptors]', caused_by: { reason: 'x', caused_by: cause } },
    };
    expect(refusal(body, { f: 1 }).detail).toBe('A role descriptor has a field that this version does not know: f');
  });

  test.each([
    ['cannot update invalidated API key [x]', 'KeyInvalidated'],
    ['cannot update expired API key [x]', 'KeyExpired'],
  ])('"%s" asks for a fresh look', (reason, code) => {
    expect(refusal(says(reason), {})).toMatchObject({ kind: 'conflict', code });
  });

  test.each([undefined, null, '', 'text', 4, [], {}, { error: 'text' }, { error: { reason: 4 } }])(
    'survives %j as an answer',
    (body) => {
      expect(refusal(body, undefined)).toMatchObject({ kind: 'rejected', code: 'HTTP 400' });
    },
  );

  test('survives an answer without an end', () => {
    const body: Record<string, unknown> = { reason: 'x' };
    body['caused_by'] = body;
    expect(refusal(body, body).code).toBe('HTTP 400');
  });
});
