import { Serializer } from '@elastic/elasticsearch';
import { isWithinBounds, type JsonBounds } from '../lib/json-bounds.ts';

/** The answer stands for more than Beatkeys reads. */
export class AnswerBeyondBounds extends Error {}

/**
 * What Beatkeys asks to be kept is at most 40 levels deep, and so is what comes back. A page of a thousand keys has a
 * hundred thousand values as a rule; one that has more than a million is asked for again in smaller parts.
 */
const BOUNDS: JsonBounds = { depth: 128, values: 1_000_000 };

/**
 * JSON as the client reads and writes it, but for answers beyond bounds. Names like `__proto__` are taken: `JSON.parse`
 * makes them names like any other, and to refuse them would let one key with such a name hide all others.
 */
export class BoundedSerializer extends Serializer {
  override deserialize<T>(json: string): T {
    if (!isWithinBounds(json, BOUNDS)) throw new AnswerBeyondBounds();
    return super.deserialize<T>(json);
  }
}
