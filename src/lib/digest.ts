import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/** Hexadecimal digits of a digest unless asked otherwise: 128 bits. */
const DIGITS = 32;

/**
 * The first `digits` hexadecimal digits (at most 64) of the SHA-256 of the value's canonical JSON: equal for equal data,
 * whatever the order of its names.
 *
 * @throws {TypeError} for what JSON cannot carry.
 */
export function digest(value: unknown, digits = DIGITS): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, digits);
}
