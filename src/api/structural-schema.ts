import * as z from 'zod';

/** A schema as a CustomResourceDefinition takes it: structural, in the OpenAPI 3.0 keywords that Kubernetes knows. */
export interface StructuralSchema {
  readonly description?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: StructuralSchema;
  readonly items?: StructuralSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-validations'?: readonly {
    readonly rule: string;
    readonly message: string;
    readonly fieldPath?: string;
  }[];
}

/** In the order in which they are written. */
const KEYWORDS = [
  'description',
  'type',
  'format',
  'enum',
  'default',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-validations',
  'required',
  'items',
  'additionalProperties',
  'properties',
] as const satisfies readonly (keyof StructuralSchema)[];

const INT32 = 2_147_483_647;

type Node = Readonly<Record<string, unknown>>;

/**
 * The structural schema of a zod schema, with the `x-kubernetes-` extensions found in its metadata.
 *
 * @throws {TypeError} where the schema uses something that no structural schema can say, such as a union or a pattern.
 */
export function structuralSchema(schema: z.ZodType): StructuralSchema {
  return structural(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) as Node);
}

function structural(node: Node): StructuralSchema {
  const plain = withoutSafeIntegerBounds(withoutEmptyAdditionalProperties(node));
  const foreign = Object.keys(plain).find((keyword) => !(KEYWORDS as readonly string[]).includes(keyword));
  if (foreign !== undefined) throw new TypeError(`not structural: ${foreign}`);
  return Object.fromEntries(
    KEYWORDS.filter((keyword) => plain[keyword] !== undefined).map((keyword) => [
      keyword,
      inner(keyword, plain[keyword]),
    ]),
  ) as StructuralSchema;
}

function inner(keyword: string, value: unknown): unknown {
  if (keyword === 'items' || keyword === 'additionalProperties') return structural(value as Node);
  if (keyword !== 'properties') return value;
  return Object.fromEntries(Object.entries(value as Node).map(([name, member]) => [name, structural(member as Node)]));
}

/** zod writes `{}` for "any value"; beside preserved unknown fields it says nothing, and Kubernetes refuses it. */
function withoutEmptyAdditionalProperties({ additionalProperties, ...rest }: Node): Node {
  if (additionalProperties === undefined) return rest;
  if (additionalProperties === false) throw new TypeError('not structural: an object that refuses unknown fields');
  return Object.keys(additionalProperties as Node).length === 0 ? rest : { ...rest, additionalProperties };
}

/** zod bounds integers by what its number type can hold; Kubernetes says so by a format. */
function withoutSafeIntegerBounds({ maximum, minimum, ...rest }: Node): Node {
  const format = maximum === INT32 ? { format: 'int32' } : {};
  return {
    ...rest,
    ...(rest['type'] === 'integer' ? format : {}),
    ...(minimum === undefined || minimum === Number.MIN_SAFE_INTEGER || minimum === -INT32 - 1 ? {} : { minimum }),
    ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER || maximum === INT32 ? {} : { maximum }),
  };
}
