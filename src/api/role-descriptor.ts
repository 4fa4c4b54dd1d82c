import * as z from 'zod';
import { isJsonObject, type JsonObject } from '../lib/json.ts';
import { atomicList, map, PRESERVE_UNKNOWN, setList, text, withRules } from './fields.ts';

/**
 * A role descriptor as in the body of Elasticsearch's create API key request. Source: `RoleDescriptor` in
 * elasticsearch-specification (specification/security/_types), and the parser that it describes.
 *
 * One shape in two dialects. The API server's lists every property and keeps unknown ones: to prune a misspelt
 * `field_security` or `query` would widen the key. The controller's refuses unknown ones, and reads more closely.
 */
interface Dialect {
  /** An object of exactly, or at least, these fields. */
  readonly object: <S extends z.ZodRawShape>(shape: S) => z.ZodObject<S>;
  /** An object of any content. */
  readonly anyObject: z.ZodType<JsonObject>;
  /** Text or an object. */
  readonly query: z.ZodType<string | JsonObject>;
}

const preserved = { [PRESERVE_UNKNOWN]: true };

/** The bounds of a role descriptor; each far above what a Beat needs. */
const MOST = { descriptors: 32, entries: 64, values: 128, name: 256, pattern: 1024, depth: 32, total: 65_536 } as const;

const jsonObject = z.custom<JsonObject>((value) => isJsonObject(value, MOST.depth), {
  error: `must be an object, nested at most ${MOST.depth} deep`,
});

const open: Dialect = {
  object: (shape) => z.object(shape).meta(preserved),
  anyObject: z.record(z.string(), z.unknown()).meta(preserved) as unknown as z.ZodType<JsonObject>,
  query: z.unknown().meta(preserved) as z.ZodType<string | JsonObject>,
};

const strict: Dialect = {
  object: (shape) => z.strictObject(shape),
  anyObject: jsonObject,
  query: z.union([z.string(), jsonObject], { error: 'must be text or an object' }),
};

const privileges = (what: string) =>
  setList(text(MOST.name), MOST.values).describe(`${what} by name, or patterns over action names.`);

function roleDescriptor({ object, anyObject, query }: Dialect) {
  const fieldSecurity = withRules(
    object({
      grant: atomicList(text(MOST.pattern), MOST.values).describe('Fields that may be read.').optional(),
      except: atomicList(text(MOST.pattern), MOST.values)
        .describe('Fields taken away from those granted; needs grant.')
        .optional(),
    }).describe('Limits reading to some fields of the documents.'),
    {
      cel: '!has(self.except) || has(self.grant)',
      message: 'must have grant if it has except',
      holds: (value) => value.except === undefined || value.grant !== undefined,
    },
  );

  const indexShape = {
    names: atomicList(text(MOST.pattern), MOST.values)
      .min(1)
      .describe('Indices, data streams and aliases: names, wildcards, or regular expressions between slashes.'),
    privileges: privileges('Index privileges'),
    field_security: fieldSecurity.optional(),
    query: query
      .describe('Limits reading to the documents that this query finds: Query DSL as JSON text or as an object.')
      .optional(),
    allow_restricted_indices: z
      .boolean()
      .describe('Lets the names match restricted indices, such as .security, too.')
      .optional(),
  };
  const indexEntries = atomicList(object(indexShape), MOST.entries).describe('Privileges on indices.');
  const clusters = atomicList(text(MOST.pattern), MOST.values)
    .min(1)
    .describe('Remote clusters: aliases or wildcards.');

  const descriptor = object({
    cluster: privileges('Cluster privileges').optional(),
    index: indexEntries.describe('Privileges on indices; another spelling of indices.').optional(),
    indices: indexEntries.optional(),
    applications: atomicList(
      object({
        application: text(MOST.name).describe('Application, such as kibana-.kibana or apm.'),
        privileges: setList(text(MOST.name), MOST.values).describe('Privileges or actions of the application.'),
        resources: atomicList(text(MOST.pattern), MOST.values).describe('Resources that the privileges are for.'),
      }),
      MOST.entries,
    )
      .describe('Privileges in applications, such as Kibana or APM agents.')
      .optional(),
    run_as: atomicList(text(MOST.pattern), MOST.values).describe('Users that may be impersonated.').optional(),
    global: anyObject
      .describe('Privileges over what clusters share, such as profiles and application privileges.')
      .optional(),
    metadata: anyObject
      .refine((value) => !Object.keys(value).some((name) => name.startsWith('_')), {
        error: 'must not have names that start with _',
      })
      .describe('Information about the role; names that start with _ are refused.')
      .optional(),
    transient_metadata: anyObject
      .describe('Taken because Elasticsearch and Kibana write it; without effect.')
      .optional(),
    restriction: object({
      workflows: atomicList(text(MOST.name), MOST.values)
        .min(1)
        .describe('Workflows, such as search_application_query.'),
    })
      .describe('Limits the key to some workflows; only in a key with one descriptor.')
      .optional(),
    remote_indices: atomicList(object({ clusters, ...indexShape }), MOST.entries)
      .describe('Privileges on indices of remote clusters.')
      .optional(),
    remote_cluster: atomicList(object({ clusters, privileges: privileges('Remote cluster privileges') }), MOST.entries)
      .describe('Cluster privileges on remote clusters.')
      .optional(),
  });
  return withRules(descriptor, {
    cel: '!(has(self.index) && has(self.indices))',
    message: 'must have index or indices, not both: they are one field',
    holds: (value) => value.index === undefined || value.indices === undefined,
  });
}

/** The descriptors of a key by name. None at all would hand out every right of the operator's own user. */
function roleDescriptors(descriptor: ReturnType<typeof roleDescriptor>) {
  const entry = withRules(descriptor, {
    cel: GRANTS.map((field) =>
      field === 'global' ? 'has(self.global)' : `(has(self.${field}) && size(self.${field}) > 0)`,
    ).join(' || '),
    message: 'must grant something: it names no privilege',
    holds: grantsSomething,
  });
  const all = map(entry, MOST.descriptors, MOST.name).refine((value) => JSON.stringify(value).length <= MOST.total, {
    error: `must not be longer than ${MOST.total} characters as JSON`,
  });
  return withRules(
    all,
    {
      cel: 'size(self) > 0',
      message: 'must have a descriptor: none at all would grant everything',
      holds: (value) => Object.keys(value).length > 0,
    },
    {
      cel: 'size(self) == 1 || !self.exists(name, has(self[name].restriction))',
      message: 'must have one descriptor only if it has a restriction',
      holds: (value) =>
        Object.keys(value).length === 1 || !Object.values(value).some((one) => one.restriction !== undefined),
    },
  );
}

/** The fields of a descriptor that can grant a privilege. CEL cannot see what is in `global`. */
const GRANTS = [
  'cluster',
  'index',
  'indices',
  'applications',
  'run_as',
  'global',
  'remote_indices',
  'remote_cluster',
] as const;

function grantsSomething(descriptor: z.output<ReturnType<typeof roleDescriptor>>): boolean {
  return GRANTS.some((field) => Object.keys(descriptor[field] ?? {}).length > 0);
}

const openDescriptor = roleDescriptor(open);
const strictDescriptor = roleDescriptor(strict);

/** For the CRDs. */
export const openRole = { descriptor: openDescriptor, descriptors: roleDescriptors(openDescriptor) };
/** For the controller. */
export const strictRole = { descriptor: strictDescriptor, descriptors: roleDescriptors(strictDescriptor) };
/** Either of them. */
export type Role = typeof openRole;
