/** A BeatApiKey's spec with every field. */
export const KEY = {
  connectionRef: { name: 'main', namespace: 'beatkeys-system' },
  roleDescriptors: {
    packetbeat_writer: {
      cluster: ['monitor', 'read_ilm', 'read_pipeline'],
      index: [{ names: ['packetbeat-*'], privileges: ['view_index_metadata', 'create_doc', 'auto_configure'] }],
    },
    reader: {
      indices: [
        {
          names: ['/logs-[0-9]+/'],
          privileges: ['read'],
          field_security: { grant: ['*'], except: ['secret.*'] },
          query: { bool: { filter: [{ term: { team: 'network' } }] } },
          allow_restricted_indices: false,
        },
        { names: ['logs-*'], privileges: ['read'], query: '{"match_all":{}}' },
      ],
      applications: [{ application: 'apm', privileges: ['event:write'], resources: ['*'] }],
      run_as: ['someone'],
      global: { application: { manage: { applications: ['apm'] } } },
      metadata: { team: { name: 'network', size: 3 } },
      transient_metadata: { enabled: true },
      remote_indices: [{ clusters: ['far'], names: ['logs-*'], privileges: ['read'] }],
      remote_cluster: [{ clusters: ['far'], privileges: ['monitor_enrich'] }],
    },
  },
  metadata: { team: 'network' },
  keyName: 'logging/packetbeat',
  expiration: '30d',
  rotation: { renewBefore: '10d', overlap: '1h', request: '2026-11-22', revokeRequest: 'leak-4711' },
  secret: {
    name: 'packetbeat',
    template: {
      labels: { 'example.com/team': 'network' },
      annotations: { note: 'anything at all' },
      data: { 'packetbeat-key.yml': 'output.elasticsearch.api_key: "{{ beats }}"\n' },
    },
  },
  consumers: [{ kind: 'DaemonSet', name: 'packetbeat', restart: true }],
  deletionPolicy: 'Retain',
  suspend: false,
};

/** A BeatApiKey's spec with as little as possible. */
export const PRESET = { connectionRef: { name: 'main' }, preset: { beat: 'packetbeat' } };

/** An ElasticsearchConnection's spec with every field but eckRef. */
export const CONNECTION = {
  urls: ['https://es-0.example:9200', 'https://es-1.example:9200'],
  clusterUUID: 'pzoM0gEQSiOli-IqUTg_pg',
  tls: { caRef: { kind: 'Secret', name: 'es-ca', key: 'ca.crt' }, serverName: 'es.example' },
  auth: {
    basic: { username: 'elastic', secretRef: { name: 'elasticsearch-es-elastic-user', passwordKey: 'elastic' } },
  },
  allowedNamespaces: {
    from: 'Selector',
    selector: {
      matchLabels: { 'beatkeys.dev/main': 'allowed' },
      matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }],
    },
  },
  policy: {
    roleDescriptor: {
      cluster: ['monitor', 'read_ilm', 'read_pipeline'],
      indices: [{ names: ['packetbeat-*', 'logs-*-{namespace}'], privileges: ['create_doc', 'auto_configure'] }],
    },
    maxExpiration: '90d',
  },
  limits: { concurrentRequests: 32, createdKeysPerMinute: 3000 },
};
