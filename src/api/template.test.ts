import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { fillTemplate, isTemplateVariable, readTemplate, TEMPLATE_VARIABLES } from './template.ts';

const VALUES = {
  id: 'VuaCfGcB',
  key: 'ui2lp2ax',
  beats: 'VuaCfGcB:ui2lp2ax',
  encoded: 'VnVhQ2ZHY0I6dWkybHAyYXg=',
  url: 'https://es.example:9200',
  ca: '',
  name: 'packetbeat',
  namespace: 'logging',
} as const;

describe('fillTemplate', () => {
  test.each([
    ['output.elasticsearch.api_key: "{{ beats }}"\n', 'output.elasticsearch.api_key: "VuaCfGcB:ui2lp2ax"\n'],
    ['{{id}}{{  key\n}}', 'VuaCfGcBui2lp2ax'],
    ['{"auth":{"key":"{{ encoded }}"}}', '{"auth":{"key":"VnVhQ2ZHY0I6dWkybHAyYXg="}}'],
    ['{{{ name }}}', '{packetbeat}'],
    ['ca=[{{ ca }}]', 'ca=[]'],
    ['${NODE_NAME} { name } }}', '${NODE_NAME} { name } }}'],
  ])('makes of %j %j', (template, filled) => {
    expect(fillTemplate(template, VALUES)).toBe(filled);
  });

  test('does not read values again', () => {
    expect(fillTemplate('{{ name }}', { ...VALUES, name: '{{ key }}' })).toBe('{{ key }}');
    expect(fillTemplate('{{ name }}', { ...VALUES, name: '$&$1' })).toBe('$&$1');
  });

  test('does not fill an unknown variable with nothing', () => {
    expect(() => fillTemplate('{{ beatz }}', VALUES)).toThrow(RangeError);
    expect(() => fillTemplate('{{ constructor }}', VALUES)).toThrow(RangeError);
  });

  test.prop([fc.string().filter((text) => !text.includes('{{'))])('leaves text without variables alone', (text) => {
    expect(fillTemplate(text, VALUES)).toBe(text);
  });
});

describe('readTemplate', () => {
  test.each([
    ['{{ beats }} {{ id }}', ['beats', 'id'], false],
    ['{{ .Values.key }}', ['.Values.key'], false],
    ['{{}}', [''], false],
    ['{{ beats', [], true],
    ['{{ a {{ id }}', ['id'], true],
    ['}}', [], false],
  ])('reads %j', (template, names, unclosed) => {
    expect(readTemplate(template)).toEqual({ names, unclosed });
  });

  test.prop([fc.array(fc.constantFrom('{{ ', '{{', ' }}', '}}', 'id', 'beatz', '{', '}', ' '))])(
    'finds what fillTemplate would refuse',
    (parts) => {
      const template = parts.join('');
      if (readTemplate(template).names.every(isTemplateVariable)) fillTemplate(template, VALUES);
      else expect(() => fillTemplate(template, VALUES)).toThrow(RangeError);
    },
  );

  test('knows its variables', () => {
    expect(TEMPLATE_VARIABLES.every(isTemplateVariable)).toBe(true);
    expect(['toString', 'apiKey', ''].some(isTemplateVariable)).toBe(false);
  });
});
