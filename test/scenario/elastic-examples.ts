/**
 * The role descriptors in Elastic's own pages on API keys, letter for letter (without the numbered marks of the pages):
 * what users paste.
 */
export const ELASTIC_EXAMPLES: readonly (readonly [page: string, roleDescriptors: string])[] = [
  [
    'Packetbeat, publishing',
    `{
    "packetbeat_writer": {
      "cluster": ["monitor", "read_ilm", "read_pipeline"],
      "index": [
        {
          "names": ["packetbeat-*"],
          "privileges": ["view_index_metadata", "create_doc", "auto_configure"]
        }
      ]
    }
  }`,
  ],
  [
    'Packetbeat, monitoring',
    `{
    "packetbeat_monitoring": {
      "cluster": ["monitor"],
      "index": [
        {
          "names": [".monitoring-beats-*"],
          "privileges": ["create_index", "create"]
        }
      ]
    }
  }`,
  ],
  [
    'Heartbeat, publishing',
    `{
    "heartbeat_writer": {
      "cluster": ["monitor", "read_ilm", "read_pipeline"],
      "index": [
        {
          "names": ["heartbeat-*"],
          "privileges": ["view_index_metadata", "create_doc", "auto_configure"]
        }
      ]
    }
  }`,
  ],
  [
    'APM Server, all three roles',
    `{
    "apm_writer": {
      "cluster": ["monitor"],
      "index": [
        {
          "names": ["traces-apm*","logs-apm*", "metrics-apm*"],
          "privileges": ["auto_configure", "create_doc"]
        }
      ]
    },
    "apm_sourcemap": {
      "index": [
        {
          "names": [".apm-source-map"],
          "privileges": ["read"]
        }
      ]
    },
    "apm_agentcfg": {
      "index": [
        {
          "names": [".apm-agent-configuration"],
          "privileges": ["read"],
          "allow_restricted_indices": true
        }
      ]
    }
  }`,
  ],
  [
    'Serverless projects, with indices',
    `{ "books-read-only": { "cluster": [], "indices": [ { "names": ["books"], "privileges": ["read"] } ], "applications": [], "run_as": [], "metadata": {}, "transient_metadata": { "enabled": true } } }`,
  ],
];
