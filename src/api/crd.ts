import type * as z from 'zod';
import { beatApiKeyStatus } from './beat-api-key-status.ts';
import { beatApiKeySpec } from './beat-api-key.ts';
import { elasticsearchConnectionStatus } from './elasticsearch-connection-status.ts';
import { elasticsearchConnectionSpec } from './elasticsearch-connection.ts';
import type { ValidationRule } from './fields.ts';
import { BEAT_API_KEY, CATEGORY, ELASTICSEARCH_CONNECTION, GROUP, VERSION, type KindNames } from './names.ts';
import { openRole } from './role-descriptor.ts';
import { structuralSchema, type StructuralSchema } from './structural-schema.ts';

/** A column of `kubectl get`; priority 1 shows with `-o wide` only. */
interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly jsonPath: string;
  readonly description: string;
  readonly priority?: 1;
}

/** What the two kinds differ in. */
interface KindDefinition {
  readonly names: KindNames;
  readonly description: string;
  readonly spec: z.ZodType;
  readonly status: z.ZodType;
  /** Rules over the whole object; those with `oldSelf` hold for updates. */
  readonly rules: readonly ValidationRule[];
  readonly columns: readonly PrinterColumn[];
  readonly selectableFields: readonly string[];
}

/** The part of `apiextensions.k8s.io/v1` that Beatkeys uses. */
export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly scope: 'Namespaced';
    readonly names: Readonly<Record<'kind' | 'listKind' | 'plural' | 'singular', string>> &
      Readonly<Record<'shortNames' | 'categories', readonly string[]>>;
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly storage: boolean;
      readonly subresources: { readonly status: object };
      readonly additionalPrinterColumns: readonly PrinterColumn[];
      readonly selectableFields?: readonly { readonly jsonPath: string }[];
      readonly schema: { readonly openAPIV3Schema: StructuralSchema };
    }[];
  };
}

/** CEL for the name of the Secret that an object asks for. */
const secretName = (object: string) =>
  `(has(${object}.spec.secret) && has(${object}.spec.secret.name) ? ${object}.spec.secret.name : ${object}.metadata.name)`;

const ofCondition = (field: string) => `.status.conditions[?(@.type=="Ready")].${field}`;
const ready: PrinterColumn = {
  name: 'Ready',
  type: 'string',
  jsonPath: ofCondition('status'),
  description: 'Whether all is as the spec asks.',
};
const reason: PrinterColumn = { name: 'Reason', type: 'string', jsonPath: ofCondition('reason'), description: 'Why.' };
const message: PrinterColumn = {
  name: 'Message',
  type: 'string',
  jsonPath: ofCondition('message'),
  description: 'Why, in a sentence.',
  priority: 1,
};
const age: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'Time since the object was created.',
};

/** A column of text. Times ahead are text too: a `date` column shows how long ago they were. */
function column(name: string, jsonPath: string, description: string): PrinterColumn {
  return { name, type: 'string', jsonPath, description };
}

const beatApiKey: KindDefinition = {
  names: BEAT_API_KEY,
  description: 'An Elasticsearch API key for a Beat, kept in a Secret and rotated.',
  spec: beatApiKeySpec(openRole),
  status: beatApiKeyStatus,
  rules: [
    {
      rule: 'self.spec.connectionRef == oldSelf.spec.connectionRef',
      message: 'cannot be changed, nor its namespace added or removed: another cluster means another object',
      fieldPath: '.spec.connectionRef',
    },
    {
      rule: `${secretName('self')} == ${secretName('oldSelf')}`,
      message: 'cannot be changed: another Secret means another object',
      fieldPath: '.spec.secret.name',
    },
  ],
  columns: [
    ready,
    reason,
    column('Secret', '.status.secretName', 'The Secret with the key.'),
    column('Expires', '.status.expirationTime', 'When the key expires.'),
    column('Renews', '.status.renewalTime', 'When the key will be replaced.'),
    { ...column('Connection', '.spec.connectionRef.name', 'The ElasticsearchConnection.'), priority: 1 },
    { ...column('Key ID', '.status.keyID', 'Id of the key in the Secret.'), priority: 1 },
    message,
    age,
  ],
  selectableFields: ['.spec.connectionRef.name', '.spec.secret.name', '.status.secretName'],
};

const elasticsearchConnection: KindDefinition = {
  names: ELASTICSEARCH_CONNECTION,
  description: 'An Elasticsearch cluster, the credential for it, and how far both may be lent.',
  spec: elasticsearchConnectionSpec(openRole),
  status: elasticsearchConnectionStatus,
  rules: [],
  columns: [
    ready,
    reason,
    column('Version', '.status.version', 'Version of the cluster.'),
    column('URL', '.spec.urls[0]', 'First URL of the cluster.'),
    column('ECK', '.spec.eckRef.name', 'Name of the Elasticsearch object of ECK.'),
    { ...column('Keys', '.status.keys.live', 'Keys of this installation that work.'), type: 'integer' },
    message,
    age,
  ],
  selectableFields: [],
};

function definition(kind: KindDefinition): CustomResourceDefinition {
  const { names, selectableFields } = kind;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${names.plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: {
        kind: names.kind,
        listKind: `${names.kind}List`,
        plural: names.plural,
        singular: names.singular,
        shortNames: [names.shortName],
        categories: [CATEGORY],
      },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: kind.columns,
          ...(selectableFields.length === 0
            ? {}
            : { selectableFields: selectableFields.map((jsonPath) => ({ jsonPath })) }),
          schema: { openAPIV3Schema: objectSchema(kind) },
        },
      ],
    },
  };
}

function objectSchema({ description, spec, status, rules }: KindDefinition): StructuralSchema {
  return {
    description,
    type: 'object',
    ...(rules.length === 0 ? {} : { 'x-kubernetes-validations': rules }),
    required: ['spec'],
    properties: {
      apiVersion: { description: 'Version of the schema of this object.', type: 'string' },
      kind: { description: 'Kind of this object.', type: 'string' },
      metadata: { type: 'object' },
      spec: structuralSchema(spec),
      status: structuralSchema(status),
    },
  };
}

/** Both kinds as the API server is to know them. */
export const CUSTOM_RESOURCE_DEFINITIONS: readonly CustomResourceDefinition[] = [
  definition(beatApiKey),
  definition(elasticsearchConnection),
];
