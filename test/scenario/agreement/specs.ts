import fc from 'fast-check';
import type { Kind } from '../kinds.ts';
import { connectionSpecs, keySpecs } from '../nearly-right-specs.ts';
import { changesTo } from './changes.ts';
import { mendedConnection, mendedKey } from './mended.ts';
import { changed, placesIn, specSchema } from './places.ts';
import { valueOf } from './values.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What makes specs of a kind. */
export interface Specs {
  /** Specs that are right, but for names of maps that happen to be reserved. */
  readonly right: fc.Arbitrary<unknown>;
  /** Right ones, edited ones, and ones whose fields do not go together. */
  readonly any: fc.Arbitrary<unknown>;
  /** One or two changes at any places, another right spec altogether, or nothing new. */
  readonly edits: fc.Arbitrary<Edit>;
}

/** Makes another spec of one. */
type Edit = (spec: unknown) => unknown;

export const SPECS: Readonly<Record<Kind, Specs>> = {
  BeatApiKey: specsOf('BeatApiKey', mendedKey, keySpecs),
  ElasticsearchConnection: specsOf('ElasticsearchConnection', mendedConnection, connectionSpecs),
};

function specsOf(kind: Kind, mended: (spec: Fields) => Fields, nearlyRight: fc.Arbitrary<unknown>): Specs {
  const schema = specSchema(kind);
  const loose = valueOf(schema) as fc.Arbitrary<Fields>;
  const right = loose.map(mended);
  const edit = fc.oneof(
    ...placesIn(schema).map((place) => ({
      // Most places are within role descriptors, deep down.
      weight: Math.max(1, 6 - place.path.length),
      arbitrary: changesTo(place).map(
        (to): Edit =>
          (spec) =>
            changed(spec, place.path, to),
      ),
    })),
  );
  const edits = fc.oneof(
    { weight: 5, arbitrary: edit },
    {
      weight: 1,
      arbitrary: fc.tuple(edit, edit).map(
        ([first, second]): Edit =>
          (spec) =>
            second(first(spec)),
      ),
    },
    {
      weight: 2,
      arbitrary: right.map((other): Edit => (spec) => ({ ...other, ...fixedIn(spec) })),
    },
    { weight: 1, arbitrary: fc.constant((spec: unknown) => spec) },
  );
  const edited = fc.tuple(right, edits).map(([spec, change]) => change(spec));
  const any = fc.oneof(
    { weight: 16, arbitrary: edited },
    { weight: 1, arbitrary: loose },
    { weight: 3, arbitrary: nearlyRight },
  );
  return { right, any, edits };
}

/** What no update may change, as far as it is there. */
function fixedIn(spec: unknown): Fields {
  const { connectionRef, secret } = spec as Fields;
  return { ...(connectionRef === undefined ? {} : { connectionRef }), ...(secret === undefined ? {} : { secret }) };
}
