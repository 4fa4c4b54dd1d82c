/** A spec with one thing wrong, and who says what about it. The connection is left out. */
export interface Refusal {
  /** Name of the object. */
  readonly name: string;
  readonly spec: object;
  /** What kubectl passes on from the API server; missing: the API server takes it, so that the operator can say more. */
  readonly kubectl?: string;
  /** What the conditions say. */
  readonly operator: string;
}

const preset = { beat: 'packetbeat' };
const role = (descriptor: unknown) => ({ roleDescriptors: { writer: descriptor } });
const writer = 'spec.roleDescriptors.writer';
const entry = { names: ['packetbeat-*'], privileges: ['create_doc'] };

const DURATION = 'must be a whole number above zero and a unit (d, h, m or s), such as 30d or 12h';
const PREFIXES =
  'beatkeys.dev/, app.kubernetes.io/managed-by, app.kubernetes.io/instance, kubernetes.io/, k8s.io/, kubectl.kubernetes.io/, argocd.argoproj.io/, kustomize.toolkit.fluxcd.io/, helm.toolkit.fluxcd.io/, meta.helm.sh/';

/** Rights: neither, both, none, misspelt, twice. */
const RIGHTS: readonly Refusal[] = [
  {
    name: 'neither',
    spec: {},
    kubectl: 'spec: Invalid value: must have exactly one of preset and roleDescriptors',
    operator: 'spec must have exactly one of preset and roleDescriptors, but is given neither',
  },
  {
    name: 'both',
    spec: { preset, ...role({ cluster: ['monitor'] }) },
    kubectl: 'spec: Invalid value: must have exactly one of preset and roleDescriptors',
    operator: 'spec must have exactly one of preset and roleDescriptors, but is given both',
  },
  {
    name: 'no-descriptor',
    spec: { roleDescriptors: {} },
    kubectl: 'spec.roleDescriptors: Invalid value: must have a descriptor: none at all would grant everything',
    operator: 'spec.roleDescriptors must have a descriptor: none at all would grant everything',
  },
  {
    name: 'empty-descriptor',
    spec: role({}),
    kubectl: 'spec.roleDescriptors[writer]: Invalid value: must grant something: it names no privilege',
    operator: `${writer} must grant something: it names no privilege`,
  },
  {
    name: 'empty-lists',
    spec: role({ cluster: [], indices: [] }),
    kubectl: 'spec.roleDescriptors[writer]: Invalid value: must grant something: it names no privilege',
    operator: `${writer} must grant something: it names no privilege`,
  },
  {
    name: 'misspelt-inside',
    spec: role({ index: [{ ...entry, field_securty: { grant: ['message'] } }] }),
    operator: `${writer}.index[0].field_securty is not a known field (did you mean field_security?)`,
  },
  {
    name: 'misspelt-query',
    spec: role({ index: [{ ...entry, qeury: '{"match_all":{}}' }] }),
    operator: `${writer}.index[0].qeury is not a known field (did you mean query?)`,
  },
  {
    name: 'misspelt-outside',
    spec: role({ cluster: ['monitor'], clster: ['manage'] }),
    operator: `${writer}.clster is not a known field (did you mean cluster?)`,
  },
  {
    name: 'unknown-field',
    spec: role({ cluster: ['monitor'], expires: '1d' }),
    operator: `${writer}.expires is not a known field (known are cluster, index, indices, applications, run_as, global, metadata, transient_metadata, restriction, remote_indices, remote_cluster)`,
  },
  {
    name: 'index-and-indices',
    spec: role({ index: [entry], indices: [entry] }),
    kubectl: 'spec.roleDescriptors[writer]: Invalid value: must have index or indices, not both: they are one field',
    operator: `${writer} must have index or indices, not both: they are one field`,
  },
  {
    name: 'privilege-twice',
    spec: role({ cluster: ['monitor', 'monitor'] }),
    kubectl: 'spec.roleDescriptors[writer].cluster[1]: Duplicate value: "monitor"',
    operator: `${writer}.cluster must not name anything twice`,
  },
  {
    name: 'unknown-beat',
    spec: { preset: { beat: 'packetbaet' } },
    kubectl:
      'spec.preset.beat: Unsupported value: "packetbaet": supported values: "packetbeat", "heartbeat", "filebeat"',
    operator:
      'spec.preset.beat must be one of packetbeat, heartbeat, filebeat, metricbeat, auditbeat, apm-server, but is "packetbaet" (did you mean packetbeat?)',
  },
];

/** Lifetimes. */
const TIMES: readonly Refusal[] = [
  ...(['0', '-1', '1.5d', '10w', '30', '0d', '30 days'] as const).map((expiration, index) => ({
    name: `expiration-${index}`,
    spec: { preset, expiration },
    kubectl: `spec.expiration: Invalid value: "${expiration}": ${DURATION}`,
    operator: `spec.expiration ${DURATION}, but is "${expiration}"`,
  })),
  {
    name: 'expiration-number',
    spec: { preset, expiration: 30 },
    kubectl: 'spec.expiration: Invalid value: "integer": spec.expiration in body must be of type string: "integer"',
    operator: 'spec.expiration must be text, not a number',
  },
  {
    name: 'expiration-long',
    spec: { preset, expiration: '99999999d' },
    kubectl: 'spec.expiration: Too long: may not be more than 7 bytes',
    operator: 'spec.expiration must have at most 7 characters, but has 9',
  },
  {
    name: 'renewal-late',
    spec: { preset, expiration: '10d', rotation: { renewBefore: '240h' } },
    kubectl: 'spec.rotation.renewBefore: Invalid value: must be shorter than expiration',
    operator: 'spec.rotation.renewBefore must be shorter than expiration, but is "240h"',
  },
  {
    name: 'renewal-of-nothing',
    spec: { preset, rotation: { renewBefore: '1d' } },
    kubectl: 'spec.rotation.renewBefore: Invalid value: needs expiration: a key that does not expire is not renewed',
    operator: 'spec.rotation.renewBefore needs expiration: a key that does not expire is not renewed',
  },
];

/** Names that are too long or taken, and templates. */
const NAMES: readonly Refusal[] = [
  {
    name: 'key-name-long',
    spec: { preset, keyName: 'n'.repeat(257) },
    kubectl: 'spec.keyName: Too long: may not be more than 256 bytes',
    operator: 'spec.keyName must have at most 256 characters, but has 257',
  },
  {
    name: 'secret-name-long',
    spec: { preset, secret: { name: 'n'.repeat(254) } },
    kubectl: 'spec.secret.name: Too long: may not be more than 253 bytes',
    operator: 'spec.secret.name must have at most 253 characters, but has 254',
  },
  {
    name: 'descriptor-name-long',
    spec: { roleDescriptors: { ['r'.repeat(257)]: { cluster: ['monitor'] } } },
    kubectl: 'spec.roleDescriptors: Invalid value: must not have names longer than 256 characters',
    operator: `spec.roleDescriptors must not have names longer than 256 characters, but is given "${'r'.repeat(64)}…"`,
  },
  {
    name: 'metadata-reserved',
    spec: { preset, metadata: { team: 'network', beatkeys: 'mine' } },
    kubectl:
      'spec.metadata: Invalid value: must not have the name beatkeys nor names that start with _, which are reserved',
    operator:
      'spec.metadata must not have the name beatkeys nor names that start with _, which are reserved, but is given "beatkeys"',
  },
  {
    name: 'label-reserved',
    spec: { preset, secret: { template: { labels: { 'beatkeys.dev/owner-uid': 'a', team: 'network' } } } },
    kubectl: `spec.secret.template.labels: Invalid value: must not have reserved names, which start with ${PREFIXES}`,
    operator: `spec.secret.template.labels must not have reserved names, which start with ${PREFIXES}, but is given "beatkeys.dev/owner-uid"`,
  },
  {
    name: 'annotation-reserved',
    spec: { preset, secret: { template: { annotations: { 'argocd.argoproj.io/tracking-id': 'a' } } } },
    kubectl: `spec.secret.template.annotations: Invalid value: must not have reserved names, which start with ${PREFIXES}`,
    operator: `spec.secret.template.annotations must not have reserved names, which start with ${PREFIXES}, but is given "argocd.argoproj.io/tracking-id"`,
  },
  {
    name: 'data-key-standard',
    spec: { preset, secret: { template: { data: { api_key: 'mine' } } } },
    kubectl:
      'spec.secret.template.data: Invalid value: must not have the names api_key, encoded, id, key, which are always written',
    operator:
      'spec.secret.template.data must not have the names api_key, encoded, id, key, which are always written, but is given "api_key"',
  },
  {
    name: 'variable-misspelt',
    spec: { preset, secret: { template: { data: { 'output.yml': 'api_key: "{{ encodd }}"' } } } },
    operator:
      'spec.secret.template.data["output.yml"] must not use an unknown variable: {{ encodd }} (did you mean {{ encoded }}?)',
  },
  {
    name: 'variable-unknown',
    spec: { preset, secret: { template: { data: { 'output.yml': 'host: {{ cluster }}' } } } },
    operator:
      'spec.secret.template.data["output.yml"] must not use an unknown variable: {{ cluster }} (known are id, key, beats, encoded, url, ca, name, namespace)',
  },
  {
    name: 'variable-open',
    spec: { preset, secret: { template: { data: { 'output.yml': 'api_key: "{{ beats }"' } } } },
    operator: 'spec.secret.template.data["output.yml"] must close the {{ that it opens',
  },
];

export const REFUSALS: readonly Refusal[] = [...RIGHTS, ...TIMES, ...NAMES];
