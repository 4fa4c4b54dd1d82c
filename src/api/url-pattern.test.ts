import { fc, test as propertyTest } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { expressionOf } from './fields.ts';
import { URL_PATTERN } from './url-pattern.ts';

const pattern = expressionOf(URL_PATTERN);

describe('The pattern of URLs', () => {
  propertyTest.prop([fc.stringMatching(new RegExp(URL_PATTERN))])(
    'is of those that JavaScript takes, with the host that is written',
    (url) => {
      const { hostname, username, password, search, hash } = new URL(url);
      const [, written = ''] = /^https?:\/\/(\[[^\]]*\]|[^:/]*)/.exec(url) ?? [];
      if (!written.startsWith('[')) expect(hostname).toBe(written.toLowerCase());
      else expect(hostname).toMatch(/^\[[0-9a-f:]+\]$/);
      expect([username, password, search, hash]).toEqual(['', '', '', '']);
    },
  );

  test.each([
    'https://es.example:9200',
    'http://localhost',
    'https://10.0.0.255:65535/',
    'https://elasticsearch-es-http.elastic.svc:9200/behind/a%20proxy/',
    'https://3f2a1b9c:9200',
    'https://es_node-1.',
    'https://[::]',
    'https://[::1]:9200',
    'https://[1:2:3:4:5:6:7:8]',
    'https://[1::8]',
    'https://[1:2:3:4:5:6:7::]',
    'https://[fe80::a:b]/',
  ])('has %s', (url) => {
    expect(url).toMatch(pattern);
  });

  test.each([
    'https://',
    'https:///a',
    'https://a@es',
    'https://es?a',
    'https://es#a',
    'https://es:',
    'https://es:65536',
    'https://es\\a',
    'https://é',
    'https://es/é',
    'https://es/\u00a0',
    'https://es/%zz',
    'https://e%73',
    'https://es\n',
    'https://256.0.0.1',
    'https://1.2.3',
    'https://010.0.0.1',
    'https://0x7f000001',
    'https://es.127',
    'https://[1:2:3]',
    'https://[1::2::3]',
    'https://[1:2:3:4:5:6:7:8:9]',
    'https://[::1.2.3.4]',
    'https://[fe80::1%25eth0]',
    'https://[::g]',
  ])('has not %s', (url) => {
    expect(url).not.toMatch(pattern);
  });
});
