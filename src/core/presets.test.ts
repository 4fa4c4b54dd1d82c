import { describe, expect, test } from 'vitest';
import { BEATS, PRESET_USES } from '../api/beat-api-key.ts';
import { parseBeatApiKeySpec } from '../api/parse.ts';
import { beyondCeiling } from './policy.ts';
import { presetCeiling, presetRoleDescriptors } from './presets.ts';

/** As printed at https://www.elastic.co/docs/reference/beats/packetbeat/beats-api-keys and its like for other Beats. */
const documentedBeat = (beat: string) => ({
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

/** As printed at https://www.elastic.co/docs/solutions/observability/apm/grant-access-using-api-keys */
const documentedApmServer = {
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
  monitoring: {
    // The page leaves `cluster` out here; without `monitor` APM Server does not get past GET /.
    apm_monitoring: {
      cluster: ['monitor'],
      index: [{ names: ['.monitoring-beats-*'], privileges: ['create_index', 'create_doc'] }],
    },
  },
};

const each = BEATS.flatMap((beat) => PRESET_USES.map((use) => [beat, use] as const));

describe.for(each)('the preset of %s for %s', ([beat, use]) => {
  test("is what Elastic's page grants", () => {
    const documented = beat === 'apm-server' ? documentedApmServer : documentedBeat(beat);
    expect(presetRoleDescriptors(beat, [use])).toEqual(documented[use]);
  });

  test('passes for role descriptors that a user could have written', () => {
    const roleDescriptors = presetRoleDescriptors(beat, [use]);
    expect(parseBeatApiKeySpec({ connectionRef: { name: 'main' }, roleDescriptors })).toMatchObject({ ok: true });
  });

  test('is inside the ceiling of a connection without a policy', () => {
    expect(beyondCeiling(presetCeiling, 'logging', presetRoleDescriptors(beat, [use]))).toEqual([]);
  });
});

test('both uses of a preset give one role each', () => {
  expect(Object.keys(presetRoleDescriptors('heartbeat', ['publishing', 'monitoring']))).toEqual([
    'heartbeat_writer',
    'heartbeat_monitoring',
  ]);
});

test('the ceiling of the presets holds nothing more', () => {
  const roles = { all: { cluster: ['manage'], index: [{ names: ['packetbeat-*'], privileges: ['read'] }] } };
  expect(beyondCeiling(presetCeiling, 'logging', roles)).toHaveLength(2);
});
