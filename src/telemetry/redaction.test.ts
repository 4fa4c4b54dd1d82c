import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { Sensitive } from '../runtime/sensitive.ts';
import { redact, redactText } from './redaction.ts';

const planted = 'planted-secret';

describe('redaction', () => {
  test.each([
    'password',
    'PASSWORD',
    'bootstrap.password',
    'api_key',
    'apiKey',
    'x-api-key',
    'encoded',
    'authorization',
    'Proxy-Authorization',
    'set-cookie',
    'token',
    'bearerToken',
    'clientSecret',
    'credentials',
    'tls.privateKey',
  ])('hides the value of a field called %s', (name) => {
    expect(redact({ a: [{ [name]: planted }] })).toEqual({ a: [{ [name]: '[redacted]' }] });
    expect(redact(new Map([[name, { deep: planted }]]))).toEqual({ [name]: '[redacted]' });
  });

  test('hides the values of a Kubernetes Secret', () => {
    const secret = { metadata: { name: 'packetbeat' }, data: { key: planted }, stringData: { id: planted } };
    expect(redact(secret)).toEqual({
      metadata: { name: 'packetbeat' },
      data: '[redacted]',
      stringData: '[redacted]',
    });
  });

  test.each([
    [{ secret: 'logging/packetbeat', secretName: 'packetbeat' }],
    [{ object: 'logging/packetbeat', reconcileID: 'f3a1', keyID: 'VuaCfGcBCdbkQm-e5aOx' }],
    [{ token: true, tokens: 3, password: undefined, data: 3 }],
    [{ nothing: null, list: [1, 2], deep: { er: 'text' } }],
  ])('leaves alone what is no secret: %j', (fields) => {
    expect(redact(fields)).toEqual(fields);
  });

  test.each([
    ['the Authorization header of an API key', 'sent ApiKey VnVhQ2ZHY0JDZGJrUW0= to it', 'sent [redacted] to it'],
    ['basic authentication', 'Basic ZWxhc3RpYzpjaGFuZ2VtZQ==', '[redacted]'],
    ['a bearer token', 'Bearer eyJhbGciOi.J9.x7_-Q', '[redacted]'],
    ['user information of a URL', 'at https://elastic:changeme@es:9200/', 'at https://[redacted]@es:9200/'],
    ['a key as Beats want it', 'is VuaCfGcBCdbkQm-e5aOx:ui2lp2axTNmsyakw9tvNnw.', 'is [redacted].'],
    ['a key in base64', 'is VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFrdzl0dk5udw== now', 'is [redacted] now'],
    [
      'a private key',
      '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----',
      '[redacted] RSA PRIVATE KEY-----',
    ],
    ['a private key cut short', '-----BEGIN PRIVATE KEY-----\nMIIE', '[redacted]'],
  ])('hides %s in a text', (_, text, expected) => {
    expect(redactText(text)).toBe(expected);
    expect(redact({ note: text })).toEqual({ note: expected });
  });

  test.each([
    'Basic authentication is switched off',
    'the Bearer scheme is unknown',
    'DaemonSet/packetbeat 3 of 5 pods',
    'sha256:4b5c2b783c3d0d9f1f0e2b2cbd1fce1dd7f0a7eb6a1e5f4e3f6d7c8b9a0f1e2d',
    '2026-11-22T05:51:43.000Z https://es:9200/_security/api_key',
    'cluster UUID Fk9X2b3vQ0m1nW4yZ5tA6g, uid 0c1de1e0-27f0-4a4e-8f8e-0f5a3c0a2b1d',
  ])('leaves alone the text %j', (text) => {
    expect(redactText(text)).toBe(text);
  });

  test('turns into plain data what JSON would lose or betray', () => {
    expect(
      redact({
        sensitive: new Sensitive(planted),
        bytes: Buffer.from(planted),
        error: new TypeError(planted),
        at: new Date(0),
        never: new Date(Number.NaN),
        url: new URL(`https://elastic:${planted}@es:9200/`),
        set: new Set([1]),
        big: 10n,
        work: () => planted,
      }),
    ).toEqual({
      sensitive: '[sensitive]',
      bytes: '[bytes]',
      error: expect.objectContaining({ type: 'TypeError' }) as unknown,
      at: '1970-01-01T00:00:00.000Z',
      never: null,
      url: 'https://[redacted]@es:9200/',
      set: [1],
      big: '10',
      work: '[function]',
    });
  });

  test('cuts what is long, wide, deep or endless', () => {
    const endless: Record<string, unknown> = {};
    endless['self'] = endless;
    expect(redactText('x'.repeat(2_001))).toBe(`${'x'.repeat(2_000)}… (2001 characters)`);
    expect(redact(Array.from({ length: 200 }, () => 0))).toHaveLength(100);
    expect(
      Object.keys(redact(Object.fromEntries(Array.from({ length: 200 }, (_, i) => [i, i]))) as object),
    ).toHaveLength(100);
    expect(JSON.stringify(redact(endless))).toBe(`${'{"self":'.repeat(6)}"[deep]"${'}'.repeat(6)}`);
  });

  test.prop([fc.anything({ withDate: true, withMap: true, withSet: true, withTypedArray: true, withBigInt: true })])(
    'gives data that JSON can write, of whatever it gets',
    (value) => {
      expect(() => JSON.stringify(redact(value))).not.toThrow();
    },
  );

  test.prop([
    fc.object({ maxDepth: 3, values: [fc.constant({ password: planted }), fc.constant(new Sensitive(planted))] }),
  ])('finds a secret wherever it lies', (value) => {
    expect(JSON.stringify(redact(value))).not.toContain(planted);
  });
});
