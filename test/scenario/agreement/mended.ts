import { isObject } from './places.ts';

/** Specs as a schema's keywords allow them, changed so that the rules between their fields hold, too. */

type Fields = Readonly<Record<string, unknown>>;

/** A BeatApiKey's spec that both take, but for names that are reserved. */
export function mendedKey(spec: Fields): Fields {
  const { preset, roleDescriptors, rotation, expiration, ...rest } = spec;
  const rights =
    preset === undefined && roleDescriptors !== undefined
      ? { roleDescriptors }
      : { preset: preset ?? { beat: 'heartbeat' } };
  const whole = {
    ...rest,
    ...rights,
    ...(rotation === undefined ? {} : { rotation }),
    ...(expiration === undefined ? {} : { expiration }),
  };
  const renewed = isObject(rotation) && rotation['renewBefore'] !== undefined;
  const dated = renewed ? { ...whole, expiration: '999999d' } : whole;
  const labelled = within(dated, ['secret', 'template', 'labels'], (labels) => everyField(labels, () => 'a'));
  return within(labelled, ['roleDescriptors'], (roles) => {
    const names = Object.keys(roles);
    if (names.length === 0) return { a: { cluster: ['monitor'] } };
    return everyField(roles, (role) =>
      granting(names.length === 1 ? mendedRole(role) : without(mendedRole(role), 'restriction')),
    );
  });
}

/** An ElasticsearchConnection's spec that both take. */
export function mendedConnection(spec: Fields): Fields {
  const reached = spec['urls'] === undefined ? { eckRef: { name: 'a' }, ...spec } : without(spec, 'eckRef');
  const named = within(reached, ['auth', 'basic'], (basic) =>
    basic['username'] === undefined ? basic : within(basic, ['secretRef'], (secret) => without(secret, 'usernameKey')),
  );
  const lent = within(named, ['allowedNamespaces'], ({ from, selector }) =>
    from === 'Selector' ? { from, selector: mendedSelector(selector) } : { from: from ?? 'Same' },
  );
  return within(lent, ['policy', 'roleDescriptor'], mendedRole);
}

function mendedSelector(selector: unknown): Fields {
  const { matchLabels = {}, matchExpressions = [] } = isObject(selector) ? selector : {};
  const expressions = (matchExpressions as readonly Fields[]).map(({ key, operator }) =>
    operator === 'In' || operator === 'NotIn' ? { key, operator, values: ['b', 'B.9', ''] } : { key, operator },
  );
  return { matchLabels: { a: 'b', ...everyField(matchLabels as Fields, () => '') }, matchExpressions: expressions };
}

function mendedRole(role: Fields): Fields {
  const one = role['index'] === undefined ? role : without(role, 'indices');
  const lists = ['index', 'indices', 'remote_indices'].filter((name) => one[name] !== undefined);
  return {
    ...one,
    ...Object.fromEntries(lists.map((name) => [name, (one[name] as readonly Fields[]).map(mendedEntry)])),
  };
}

const mendedEntry = (entry: Fields): Fields =>
  within(entry, ['field_security'], (fields) => (fields['grant'] === undefined ? without(fields, 'except') : fields));

const granting = (role: Fields): Fields => ({ ...role, cluster: ['monitor'] });

function without(fields: Fields, ...names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

function everyField(fields: Fields, change: (field: Fields) => unknown): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, change(field as Fields)]));
}

/** The fields with the object at a path changed, where there is one. */
function within(fields: Fields, [name = '', ...rest]: readonly string[], change: (inner: Fields) => Fields): Fields {
  const inner = fields[name];
  if (!isObject(inner)) return fields;
  return { ...fields, [name]: rest.length === 0 ? change(inner) : within(inner, rest, change) };
}
