import type { RoleDescriptor, RoleDescriptors } from '../api/types.ts';

export type PresetBeat = 'packetbeat' | 'heartbeat' | 'filebeat' | 'metricbeat' | 'auditbeat' | 'apm-server';
export type PresetUse = 'publishing' | 'monitoring';

/**
 * Role descriptors as Elastic's pages "Grant access using API keys" give them. The pages of Packetbeat and Heartbeat
 * are one template that the other Beats share:
 * https://www.elastic.co/docs/reference/beats/packetbeat/beats-api-keys
 */
const beatRoles = (beat: string): Record<PresetUse, RoleDescriptors> => ({
  publishing: {
    [`${beat}_writer`]: {
      cluster: ['monitor', 'read_ilm', 'read_pipeline'],
      index: [{ names: [`${beat}-*`], privileges: ['view_index_metadata', 'create_doc', 'auto_configure'] }],
    },
  },
  monitoring: {
    [`${beat}_monitoring`]: {
      cluster: ['monitor'],
      index: [{ names: ['.monitoring-beats-*'], privileges: ['create_index', 'create'] }],
    },
  },
});

/** https://www.elastic.co/docs/solutions/observability/apm/grant-access-using-api-keys */
const apmServerRoles: Record<PresetUse, RoleDescriptors> = {
  publishing: {
    apm_writer: {
      cluster: ['monitor'],
      index: [{ names: ['traces-apm*', 'logs-apm*', 'metrics-apm*'], privileges: ['auto_configure', 'create_doc'] }],
    },
    apm_sourcemap: { index: [{ names: ['.apm-source-map'], privileges: ['read'] }] },
    apm_agentcfg: {
      index: [{ names: ['.apm-agent-configuration'], privileges: ['read'], allow_restricted_indices: true }],
    },
  },
  // Monitoring goes to GET / first, as with every Beat: without `monitor` it never begins to send.
  monitoring: {
    apm_monitoring: {
      cluster: ['monitor'],
      index: [{ names: ['.monitoring-beats-*'], privileges: ['create_index', 'create_doc'] }],
    },
  },
};

const PRESETS: Readonly<Record<PresetBeat, Record<PresetUse, RoleDescriptors>>> = {
  packetbeat: beatRoles('packetbeat'),
  heartbeat: beatRoles('heartbeat'),
  filebeat: beatRoles('filebeat'),
  metricbeat: beatRoles('metricbeat'),
  auditbeat: beatRoles('auditbeat'),
  'apm-server': apmServerRoles,
};

/** The role descriptors of a preset; one role a use. */
export function presetRoleDescriptors(beat: PresetBeat, uses: readonly PresetUse[]): RoleDescriptors {
  return Object.assign({}, ...uses.map((use) => PRESETS[beat][use])) as RoleDescriptors;
}

/** The ceiling of a connection without a policy: what the presets hold, nothing more. */
export const presetCeiling: RoleDescriptor = (() => {
  const roles = Object.values(PRESETS).flatMap((uses) => Object.values(uses).flatMap((each) => Object.values(each)));
  return {
    cluster: [...new Set(roles.flatMap((role) => role.cluster ?? []))],
    indices: roles.flatMap((role) => [...(role.indices ?? []), ...(role.index ?? [])]),
  };
})();
