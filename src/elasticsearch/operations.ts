/**
 * What the operator asks of Elasticsearch, and the cluster privilege that the answer depends on. The last four are an
 * administrator's, who makes the operator's user.
 */
export const OPERATIONS = {
  'read cluster': { privilege: 'monitor' },
  'read license': { privilege: 'monitor' },
  authenticate: {},
  'check privileges': {},
  'create API key': { privilege: 'manage_own_api_key' },
  'update API key': { privilege: 'manage_own_api_key' },
  'invalidate API keys': { privilege: 'manage_own_api_key' },
  'get API key': { privilege: 'manage_own_api_key' },
  'query API keys': { privilege: 'manage_own_api_key' },
  'read role': { privilege: 'manage_security' },
  'write role': { privilege: 'manage_security' },
  'read user': { privilege: 'manage_security' },
  'write user': { privilege: 'manage_security' },
} as const satisfies Record<string, { readonly privilege?: string }>;

/** In the words of failures and metrics. */
export type Operation = keyof typeof OPERATIONS;

/** The cluster privilege that a refused operation lacks; `undefined` where every user may. */
export const privilegeFor = (operation: Operation): string | undefined => {
  const { privilege }: { readonly privilege?: string } = OPERATIONS[operation];
  return privilege;
};
