import * as z from 'zod';
import { parseDuration, POSITIVE_DURATION_PATTERN } from '../lib/duration.ts';
import {
  badNames,
  celString,
  duration,
  expressionOf,
  map,
  mapList,
  namespaceName,
  objectName,
  positiveDuration,
  setList,
  text,
  withRules,
} from './fields.ts';
import { METADATA_KEY } from './names.ts';
import type { Role } from './role-descriptor.ts';
import { secretTemplate } from './secret-template.ts';

/** Beats, and what speaks to Elasticsearch like one, for which Beatkeys knows the privileges. */
export const BEATS = ['packetbeat', 'heartbeat', 'filebeat', 'metricbeat', 'auditbeat', 'apm-server'] as const;
/** What a Beat does with its key. */
export const PRESET_USES = ['publishing', 'monitoring'] as const;
/** Workloads that can be waited for. */
const CONSUMER_KINDS = ['DaemonSet', 'Deployment', 'StatefulSet'] as const;
/** What becomes of key and Secret when the object is deleted. */
const DELETION_POLICIES = ['Invalidate', 'Retain'] as const;

const connectionRef = z
  .object({
    name: objectName.describe('Name of the ElasticsearchConnection.'),
    namespace: namespaceName
      .describe('Its namespace, which must allow this one. Left out: the namespace of this object.')
      .optional(),
  })
  .describe('Which cluster the key is for. Cannot be changed: another cluster means another object.');

const preset = z
  .object({
    beat: z.enum(BEATS).describe('Which Beat.'),
    uses: setList(z.enum(PRESET_USES), PRESET_USES.length)
      .min(1)
      .describe(
        'publishing: send events; monitoring: send the monitoring data of the Beat itself. Left out: publishing.',
      )
      .optional(),
  })
  .describe("The privileges that Elastic's documentation gives a Beat. Give either preset or roleDescriptors.");

const isFreeName = (name: string): boolean => name !== METADATA_KEY && !name.startsWith('_');

const keyMetadata = withRules(map(z.string().max(1024), 32, 256), {
  cel: `self.all(name, name != '${METADATA_KEY}' && !name.startsWith('_'))`,
  message: `must not have the name ${METADATA_KEY} nor names that start with _, which are reserved`,
  holds: (value) => Object.keys(value).every(isFreeName),
  given: (value) => badNames(Object.keys(value), isFreeName),
}).describe("Joins the key's metadata in Elasticsearch.");

/** JavaScript, CEL and Elasticsearch each trim something else; separators and control characters are all of it. */
const BLANK = '[\\p{Z}\\p{Cc}]';
const BLANK_AT_AN_END = `^${BLANK}|${BLANK}$`;
const hasBlankEnd = expressionOf(BLANK_AT_AN_END);

const keyName = withRules(
  text(256),
  {
    cel: `!self.matches(${celString(BLANK_AT_AN_END)})`,
    message: 'must not begin or end with white space',
    holds: (value) => !hasBlankEnd.test(value),
  },
  { cel: "!self.startsWith('_')", message: 'must not begin with _', holds: (value) => !value.startsWith('_') },
).describe(
  'Name of the key in Elasticsearch. Left out: namespace/name of this object, cut with a hash at 256 characters. A change rotates the key.',
);

const rotation = z
  .object({
    renewBefore: positiveDuration
      .describe('How long before its expiry the key is replaced. Left out: a third of its lifetime. Needs expiration.')
      .optional(),
    overlap: duration
      .describe('Least time for which a replaced key keeps working, such as 1h or 0s. Left out: 1h.')
      .optional(),
    request: text(256)
      .describe('Any text, such as a date: a new value rotates the key once. Acknowledged in status.handledRequest.')
      .optional(),
    revokeRequest: text(256)
      .describe(
        'Any text, such as a ticket: a new value rotates the key once and invalidates the old one at once, without overlap. Acknowledged in status.handledRevokeRequest.',
      )
      .optional(),
  })
  .describe('When the key is replaced by a new one.');

const secret = z
  .object({
    name: objectName
      .describe(
        'Name of the Secret, in the namespace of this object. Left out: the name of this object. Cannot be changed.',
      )
      .optional(),
    template: secretTemplate.optional(),
  })
  .describe(
    'The Secret that the key is written to, with the data keys api_key (id:key), encoded (base64 of it), id and key.',
  );

export const consumers = mapList(
  z.object({
    kind: z.enum(CONSUMER_KINDS).describe('Kind of the workload.'),
    name: objectName.describe('Its name, in the namespace of this object.'),
    restart: z
      .boolean()
      .describe(
        'Restart it once per key, by an annotation of its pod template. Left out: wait for others to replace the pods.',
      )
      .optional(),
  }),
  16,
  ['kind', 'name'],
).describe('Workloads that must be on the new key before the old one is invalidated.');

/** `spec` of a BeatApiKey, around either dialect of role descriptors. */
export function beatApiKeySpec(role: Role) {
  const spec = z
    .object({
      connectionRef,
      preset: preset.optional(),
      roleDescriptors: role.descriptors
        .describe(
          "What the key may do, in the words of Elasticsearch's create API key request. Give either preset or roleDescriptors.",
        )
        .optional(),
      metadata: keyMetadata.optional(),
      keyName: keyName.optional(),
      expiration: positiveDuration
        .describe(
          'Lifetime of a key, such as 30d. Left out: it does not expire, unless the policy of the connection demands it.',
        )
        .optional(),
      rotation: rotation.optional(),
      secret: secret.optional(),
      consumers: consumers.optional(),
      deletionPolicy: z
        .enum(DELETION_POLICIES)
        .describe('Invalidate: the key goes with this object. Retain: key and Secret stay. Left out: Invalidate.')
        .optional(),
      suspend: z.boolean().describe('Do nothing for this object, except when it is deleted.').optional(),
    })
    .describe('The key that is wanted, and the Secret to keep it in.');
  return withRules(
    spec,
    {
      cel: 'has(self.preset) != has(self.roleDescriptors)',
      message: 'must have exactly one of preset and roleDescriptors',
      holds: (value) => (value.preset === undefined) !== (value.roleDescriptors === undefined),
      given: (value) => (value.preset === undefined ? 'neither' : 'both'),
    },
    {
      cel: '!(has(self.rotation) && has(self.rotation.renewBefore)) || has(self.expiration)',
      message: 'needs expiration: a key that does not expire is not renewed',
      field: 'rotation.renewBefore',
      holds: (value) => value.rotation?.renewBefore === undefined || value.expiration !== undefined,
      given: () => '',
    },
    {
      cel: `!(${celIsDuration('self.rotation', 'renewBefore')} && ${celIsDuration('self', 'expiration')}) || ${celSeconds('self.rotation.renewBefore')} < ${celSeconds('self.expiration')}`,
      message: 'must be shorter than expiration',
      field: 'rotation.renewBefore',
      holds: ({ expiration, rotation: given }) =>
        (parseDuration(given?.renewBefore ?? '') ?? 0) < (parseDuration(expiration ?? '') || Infinity),
    },
  );
}

/** CEL for: the field is there and can be read; if it cannot, its own rule says so. */
function celIsDuration(object: string, field: string): string {
  const parent = object === 'self' ? '' : `has(${object}) && `;
  return `${parent}has(${object}.${field}) && ${object}.${field}.matches(${celString(POSITIVE_DURATION_PATTERN)})`;
}

/** CEL for the seconds of one of our durations; its own `duration()` has no days. */
function celSeconds(path: string): string {
  const unit = `${path}.substring(size(${path}) - 1)`;
  return `int(${path}.substring(0, size(${path}) - 1)) * {'d': 86400, 'h': 3600, 'm': 60, 's': 1}[${unit}]`;
}
