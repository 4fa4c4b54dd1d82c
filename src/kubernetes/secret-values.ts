import { Sensitive } from '../runtime/sensitive.ts';
import type { ConfigMap, Secret } from './resource.ts';

export type Values = Sensitive<Readonly<Record<string, string>>>;

/** `data` of a Secret, decoded to text. */
export function secretValues({ data = {} }: Secret): Values {
  return new Sensitive(mapValues(data, decode));
}

/** `data` and `binaryData` of a ConfigMap as text. */
export function configMapValues({ data = {}, binaryData = {} }: ConfigMap): Values {
  return new Sensitive({ ...data, ...mapValues(binaryData, decode) });
}

/** `data` for a Secret's body, `null` kept: the one place where this adapter opens what it is given to write. */
export function encodeValues(
  values: Sensitive<Readonly<Record<string, string | null>>>,
): Record<string, string | null> {
  return mapValues(values.reveal(), (value) => (value === null ? null : Buffer.from(value, 'utf8').toString('base64')));
}

function decode(value: string): string {
  return Buffer.from(value, 'base64').toString('utf8');
}

function mapValues<A, B>(values: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}
