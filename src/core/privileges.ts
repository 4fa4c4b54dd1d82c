/**
 * Which privileges contain which others, as Elasticsearch itself answers when the holder of one is asked for all others
 * (`_has_privileges`; 8.19 and 9.5, where both know them). Pinned by test/contract/elasticsearch-privileges.test.ts.
 * Privileges of the failure store and of the retention of data streams are left out: what the server answers for them
 * follows from selectors and settings, not from the names.
 */
type Implications = Readonly<Record<string, readonly string[]>>;

const CLUSTER: Implications = {
  create_snapshot: ['monitor_snapshot'],
  manage: [
    'cancel_task',
    'create_snapshot',
    'cross_cluster_replication',
    'cross_cluster_search',
    'manage_autoscaling',
    'manage_behavioral_analytics',
    'manage_connector',
    'manage_enrich',
    'manage_ilm',
    'manage_index_templates',
    'manage_inference',
    'manage_logstash_pipelines',
    'manage_ml',
    'manage_pipeline',
    'manage_reindex',
    'manage_rollup',
    'manage_search_application',
    'manage_search_query_rules',
    'manage_search_synonyms',
    'manage_slm',
    'manage_transform',
    'manage_watcher',
    'monitor',
    'read_connector_secrets',
    'read_fleet_secrets',
    'write_connector_secrets',
    'write_fleet_secrets',
  ],
  manage_api_key: ['clone_api_key', 'grant_api_key', 'manage_own_api_key'],
  manage_behavioral_analytics: ['post_behavioral_analytics_event'],
  manage_ccr: ['read_ccr'],
  manage_connector: ['monitor_connector'],
  manage_data_frame_transforms: ['manage_transform', 'monitor_transform'],
  manage_enrich: ['monitor_enrich'],
  manage_ilm: ['read_ilm'],
  manage_inference: ['monitor_inference'],
  manage_ingest_pipelines: ['manage_pipeline', 'read_pipeline'],
  manage_ml: ['monitor_ml'],
  manage_pipeline: ['manage_ingest_pipelines', 'read_pipeline'],
  manage_reindex: ['monitor_reindex'],
  manage_rollup: ['monitor_rollup'],
  manage_security: [
    'manage_api_key',
    'manage_oidc',
    'manage_service_account',
    'manage_token',
    'manage_user_profile',
    'read_security',
  ],
  manage_slm: ['read_slm'],
  manage_transform: ['manage_data_frame_transforms', 'monitor_transform'],
  manage_watcher: ['monitor_watcher'],
  monitor: [
    'monitor_esql',
    'monitor_inference',
    'monitor_ml',
    'monitor_reindex',
    'monitor_rollup',
    'monitor_stats',
    'monitor_text_structure',
    'monitor_transform',
    'monitor_watcher',
    'transport_client',
  ],
  monitor_data_frame_transforms: ['monitor_transform'],
  monitor_transform: ['monitor_data_frame_transforms'],
};

const INDEX: Implications = {
  create: ['create_doc'],
  index: ['create'],
  manage: [
    'auto_configure',
    'create_index',
    'delete_index',
    'maintenance',
    'manage_data_stream_lifecycle',
    'manage_dataset',
    'manage_follow_index',
    'manage_ilm',
    'manage_leader_index',
    'manage_view',
    'monitor',
    'view_index_metadata',
  ],
  manage_dataset: ['create_dataset', 'delete_dataset', 'read_dataset_metadata'],
  manage_view: ['create_view', 'delete_view', 'read_view_metadata'],
  write: ['delete', 'index'],
};

/** Named privileges that nothing above contains, but `all` does. */
const OTHERS: Readonly<Record<'cluster' | 'index', readonly string[]>> = {
  cluster: ['delegate_pki', 'manage_saml'],
  index: ['read', 'read_cross_cluster', 'cross_cluster_replication', 'cross_cluster_replication_internal'],
};

const closures = { cluster: closure(CLUSTER, OTHERS.cluster), index: closure(INDEX, OTHERS.index) } as const;

/** True where who holds `held` holds `asked` too; names in lower case. Patterns over action names are only themselves. */
export function implies(scope: 'cluster' | 'index', held: string, asked: string): boolean {
  return held === asked || closures[scope].get(held)?.has(asked) === true;
}

function closure(direct: Implications, others: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const all = new Set([...Object.keys(direct), ...Object.values(direct).flat(), ...others]);
  const reached = (from: string, seen: Set<string>): ReadonlySet<string> => {
    for (const next of direct[from] ?? []) if (!seen.has(next)) reached(next, seen.add(next));
    return seen;
  };
  return new Map([...[...all].map((name) => [name, reached(name, new Set())] as const), ['all', all]]);
}
