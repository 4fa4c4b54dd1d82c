import fc from 'fast-check';

/** Role descriptors and metadata as users could write them, in every spelling that Elasticsearch takes. */

const clusterPrivilege = fc.constantFrom(
  ...['monitor', 'Monitor', 'all', 'manage_ilm', 'read_ilm', 'READ_PIPELINE', 'manage_own_api_key', 'none'],
  ...['cluster:monitor/main', 'cluster:admin/ingest/pipeline/*'],
);
const indexPrivilege = fc.constantFrom(
  ...['read', 'READ', 'write', 'create_doc', 'auto_configure', 'view_index_metadata', 'none'],
  ...['indices:data/read/*', 'indices:admin/get'],
);
const name = fc.constantFrom(
  'logs-*',
  '*',
  '.security*',
  '/packet.*/',
  'Über-*',
  'a',
  'b',
  '<logs-{now/d}>',
  '*:remote-*',
  '-x',
);
const word = fc.constantFrom('a', 'b', 'a.b', 'A', 'ü', 'a*', '*');

/** A list without doubles: Elasticsearch refuses a privilege that is named twice in one entry. */
const some = <T>(member: fc.Arbitrary<T>, minLength = 0) =>
  fc.uniqueArray(member, { minLength, maxLength: 4, selector: (value) => String(value).toLowerCase() });

/** Numbers that JSON and Java both keep. */
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, 1.5, 1e21, 1e-7, 2 ** 53, 2 ** 62, -0),
);
const text = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: 'grapheme', maxLength: 8 }));
const key = text.filter((each) => !each.startsWith('_') && !each.includes('\0'));
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    number,
    text.filter((each) => !each.includes('\0')),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3 }),
  ),
})).value;
const object = fc.dictionary(key, json, { maxKeys: 4 });

const query = fc.oneof(
  object,
  object.map((each) => JSON.stringify(each)),
  object.map((each) => JSON.stringify(each, undefined, 2)),
  fc.constantFrom('{"term":{"tenant":9007199254740993}}', '{"term":{"a":1.0}}', '{"match_all":{}}'),
);
const fieldSecurity = fc.oneof(
  fc.record({ grant: some(word) }),
  fc.record({ grant: fc.constant(['*', 'a']), except: some(fc.constantFrom('a.b', 'b')) }),
);
const indexFields = {
  names: some(name, 1),
  privileges: some(indexPrivilege, 1),
  field_security: fieldSecurity,
  query,
  allow_restricted_indices: fc.boolean(),
};
const required = ['names', 'privileges'] as const;
const indexEntry = fc.record(indexFields, { requiredKeys: [...required] });

const application = fc.record({
  application: fc.constantFrom('apm', 'kibana-.kibana', 'kibana-*'),
  privileges: some(fc.constantFrom('event:write', 'config_agent:read', 'all', 'feature_x.All'), 1),
  resources: some(fc.constantFrom('-', '*', 'space:default'), 1),
});

const global = fc.record(
  {
    application: fc.record({ manage: fc.record({ applications: some(fc.constantFrom('kibana', 'apm', 'b'), 1) }) }),
    profile: fc.record({ write: fc.record({ applications: some(fc.constantFrom('kibana', 'apm'), 1) }) }),
  },
  { requiredKeys: ['application'] },
);

const common = {
  cluster: some(clusterPrivilege),
  applications: fc.array(application, { maxLength: 2 }),
  run_as: some(fc.constantFrom('jack', 'Jill', 'svc-*')),
  metadata: object,
  transient_metadata: fc.constantFrom({ enabled: true }, { enabled: false }, {}),
  global,
  remote_indices: fc.array(
    fc.record(
      { clusters: some(fc.constantFrom('one', 'two', '*'), 1), ...indexFields },
      { requiredKeys: ['clusters', ...required] },
    ),
    { maxLength: 2 },
  ),
  remote_cluster: fc.array(
    fc.record({
      clusters: some(fc.constantFrom('one', 'two'), 1),
      privileges: fc.constantFrom(['monitor_enrich'], ['monitor_stats', 'monitor_enrich']),
    }),
    { maxLength: 2 },
  ),
};
const entries = fc.array(indexEntry, { maxLength: 3 });

const descriptor = fc.oneof(
  fc.record({ ...common, index: entries }, { requiredKeys: [] }),
  fc.record({ ...common, indices: entries }, { requiredKeys: [] }),
);
const restricted = descriptor.map((fields) => ({
  ...fields,
  restriction: { workflows: ['search_application_query'] },
}));

/** The server wants printable ASCII without space at the ends. */
const roleName = fc
  .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 })
  .filter((each) => each.trim() === each && !each.startsWith('_'));

/** What a BeatApiKey could ask for. */
export const content = fc.record({
  roleDescriptors: fc.oneof(
    { weight: 5, arbitrary: fc.dictionary(roleName, descriptor, { minKeys: 1, maxKeys: 3 }) },
    { weight: 1, arbitrary: fc.dictionary(roleName, restricted, { minKeys: 1, maxKeys: 1 }) },
  ),
  userMetadata: object,
});
