/** Role descriptors of Elastic's pages on API keys for Beats, APM Server and Kibana, and one for each field. */
export const documented: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  'APM Server, publishing': {
    apm_writer: {
      cluster: ['monitor'],
      index: [{ names: ['traces-apm*', 'logs-apm*', 'metrics-apm*'], privileges: ['auto_configure', 'create_doc'] }],
    },
    apm_sourcemap: { index: [{ names: ['.apm-source-map'], privileges: ['read'] }] },
    apm_agentcfg: {
      index: [{ names: ['.apm-agent-configuration'], privileges: ['read'], allow_restricted_indices: true }],
    },
  },
  'APM Server, monitoring': {
    apm_monitoring: { index: [{ names: ['.monitoring-beats-*'], privileges: ['create_index', 'create_doc'] }] },
  },
  'Heartbeat, publishing': {
    heartbeat_writer: {
      cluster: ['monitor', 'read_ilm', 'read_pipeline'],
      index: [{ names: ['heartbeat-*'], privileges: ['view_index_metadata', 'create_doc', 'auto_configure'] }],
    },
  },
  'Heartbeat, monitoring': {
    heartbeat_monitoring: {
      cluster: ['monitor'],
      index: [{ names: ['.monitoring-beats-*'], privileges: ['create_index', 'create'] }],
    },
  },
  'Packetbeat, publishing': {
    packetbeat_writer: {
      cluster: ['monitor', 'read_ilm', 'read_pipeline'],
      index: [{ names: ['packetbeat-*'], privileges: ['view_index_metadata', 'create_doc', 'auto_configure'] }],
    },
  },
  'Kibana application privileges': {
    reader: {
      applications: [
        { application: 'kibana-.kibana', privileges: ['feature_discover.read'], resources: ['space:default'] },
      ],
    },
  },
  'no privileges at all': { none: {} },
  'upper case, and another order': {
    w: { cluster: ['READ_ILM', 'Monitor'], indices: [{ names: ['b', 'a'], privileges: ['Read'] }] },
  },
  'names that are no list': { w: { indices: [{ names: 'logs-*', privileges: ['read'] }] } },
  'a query as text': {
    w: { indices: [{ names: ['a'], privileges: ['read'], query: '{"term": {"tenant": 9007199254740993}}' }] },
  },
  'a query as an object': {
    w: { indices: [{ names: ['a'], privileges: ['read'], query: { term: { tenant: 'x' } } }] },
  },
  'a query as a template': {
    w: {
      indices: [
        { names: ['a'], privileges: ['read'], query: { template: { source: { term: { u: '{{_user.username}}' } } } } },
      ],
    },
  },
  'fields of documents': {
    w: { indices: [{ names: ['a'], privileges: ['read'], field_security: { grant: ['*'], except: ['secret.*'] } }] },
  },
  'no field at all': { w: { indices: [{ names: ['a'], privileges: ['read'], field_security: { grant: [] } }] } },
  'one entry twice': {
    w: {
      indices: [
        { names: ['a'], privileges: ['read'] },
        { names: ['a'], privileges: ['read'], allow_restricted_indices: false },
      ],
    },
  },
  'a workflow': {
    w: { indices: [{ names: ['a'], privileges: ['read'] }], restriction: { workflows: ['search_application_query'] } },
  },
  'other clusters': {
    w: {
      remote_indices: [{ clusters: ['b', 'a'], names: ['x'], privileges: ['read'] }],
      remote_cluster: [{ clusters: ['a'], privileges: ['monitor_stats', 'monitor_enrich'] }],
    },
  },
  'all the rest': {
    w: {
      run_as: ['jill', 'jack'],
      global: { application: { manage: { applications: ['kibana', 'apm'] } } },
      metadata: { version: 1, nested: { of: ['b', 'a'] } },
      transient_metadata: { enabled: true },
    },
  },
};
