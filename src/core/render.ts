import { fillTemplate, type TemplateVariable } from '../api/template.ts';
import type { BeatApiKey } from '../api/types.ts';
import type { Sensitive } from '../runtime/sensitive.ts';
import type { Terms } from './connection-view.ts';

/** A Secret's data, complete, for a key: the four standard forms and the templates. No trailing newlines. */
export function secretData(
  object: BeatApiKey,
  terms: Terms,
  templates: Readonly<Record<string, string>>,
  id: string,
  secret: Sensitive,
): Sensitive<Readonly<Record<string, string>>> {
  const { name, namespace } = object.metadata;
  return secret.map((key) => {
    const beats = `${id}:${key}`;
    const encoded = Buffer.from(beats).toString('base64');
    return filledData(templates, { id, key, beats, encoded, url: terms.url, ca: terms.ca, name, namespace });
  });
}

/** The data keys of a Secret with these values in them. */
export function filledData(
  templates: Readonly<Record<string, string>>,
  values: Readonly<Record<TemplateVariable, string>>,
): Readonly<Record<string, string>> {
  const { beats, encoded, id, key } = values;
  const filled = Object.entries(templates).map(([at, template]) => [at, fillTemplate(template, values)] as const);
  return { ...Object.fromEntries(filled), api_key: beats, encoded, id, key };
}

/** The credential as `Authorization: ApiKey` takes it: base64 of `id:key`. */
export const encodedCredential = (id: string, secret: Sensitive): Sensitive =>
  secret.map((key) => Buffer.from(`${id}:${key}`).toString('base64'));

/** True where a Secret's values are one key in all four standard forms, and that key is `id`. */
export function isConsistent(data: Readonly<Record<string, string>>, id: string): boolean {
  const { api_key, encoded, key } = data;
  const beats = `${id}:${key ?? ''}`;
  return (
    data['id'] === id &&
    key !== undefined &&
    key !== '' &&
    api_key === beats &&
    encoded === Buffer.from(beats).toString('base64')
  );
}
