import * as z from 'zod';
import { atomicList, dataKey, matching, objectName, positiveDuration, text, withRules } from './fields.ts';
import { labelSelector } from './label-selector.ts';
import type { Role } from './role-descriptor.ts';
import { URL_PATTERN } from './url-pattern.ts';

/** Who may use a connection. */
const ALLOWED_NAMESPACES = ['Same', 'All', 'Selector'] as const;
/** Where certificates may be kept. */
const CA_KINDS = ['Secret', 'ConfigMap'] as const;

const url = matching(
  URL_PATTERN,
  2048,
  'must be an http or https URL without user, password, query and fragment, such as https://es.example:9200',
);

const tls = z
  .object({
    caRef: z
      .object({
        kind: z.enum(CA_KINDS).describe('Kind of the object, in the namespace of this one.'),
        name: objectName.describe('Its name.'),
        key: dataKey.describe('Its data key with the certificates in PEM. Left out: ca.crt.').optional(),
      })
      .describe("Certificates of authorities to trust, instead of the system's.")
      .optional(),
    serverName: matching('^[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?$', 253, 'must be a host name')
      .describe('Name that the certificate must be for, where it is not the one in the URL.')
      .optional(),
  })
  .describe('How the certificate of Elasticsearch is checked.');

const basic = withRules(
  z.object({
    username: text(1024).describe('Name of the user. Left out: it is read from the Secret.').optional(),
    secretRef: z
      .object({
        name: objectName.describe('Name of the Secret, in the namespace of this object.'),
        usernameKey: dataKey.describe('Its data key with the name of the user. Left out: username.').optional(),
        passwordKey: dataKey.describe('Its data key with the password. Left out: password.').optional(),
      })
      .describe('The Secret with the credential.'),
  }),
  {
    cel: '!(has(self.username) && has(self.secretRef.usernameKey))',
    message: 'must have username or secretRef.usernameKey, not both',
    holds: ({ username, secretRef }) => username === undefined || secretRef.usernameKey === undefined,
  },
).describe('A user by name and password. Elasticsearch does not let an API key make keys with privileges.');

const allowedNamespaces = withRules(
  z.object({
    from: z
      .enum(ALLOWED_NAMESPACES)
      .describe('Same: the namespace of this object; All: every one; Selector: those selected. Left out: Same.')
      .optional(),
    selector: labelSelector.describe('Selects namespaces by their labels; only with from: Selector.').optional(),
  }),
  {
    cel: "(has(self.from) && self.from == 'Selector') == has(self.selector)",
    message: 'must have selector if, and only if, from is Selector',
    holds: ({ from, selector }) => (from === 'Selector') === (selector !== undefined),
  },
).describe('Which namespaces may use this connection.');

const limits = z
  .object({
    concurrentRequests: z.int32().min(1).max(1000).describe('Requests in flight at most. Left out: 32.').optional(),
    createdKeysPerMinute: z
      .int32()
      .min(1)
      .max(100_000)
      .describe('Keys created within a minute at most. Left out: 3000.')
      .optional(),
  })
  .describe('How much of the cluster Beatkeys may use.');

/** `spec` of an ElasticsearchConnection, around either dialect of role descriptors. */
export function elasticsearchConnectionSpec(role: Role) {
  const spec = z
    .object({
      urls: atomicList(url, 16)
        .min(1)
        .describe(
          'URLs of the nodes of one cluster, or of load balancers in front of it; templates see the first. Give either urls or eckRef.',
        )
        .optional(),
      eckRef: z
        .object({ name: objectName.describe('Name of the Elasticsearch object, in the namespace of this one.') })
        .describe(
          'A cluster run by Elastic Cloud on Kubernetes: its HTTP service and its public certificate are used. Give either urls or eckRef.',
        )
        .optional(),
      clusterUUID: matching('^[A-Za-z0-9_-]+$', 64, 'must be the UUID of a cluster: letters, digits, - and _')
        .describe(
          'The one cluster to accept. Left out: the first one met, see status; another one then needs confirmation here.',
        )
        .optional(),
      tls: tls.optional(),
      auth: z.object({ basic }).describe('Who Beatkeys is for Elasticsearch. Keys belong to this user.'),
      allowedNamespaces: allowedNamespaces.optional(),
      policy: z
        .object({
          roleDescriptor: role.descriptor
            .describe(
              'The most that a key may hold, as a role descriptor; {namespace} stands for the namespace of the BeatApiKey. Left out: what the presets hold.',
            )
            .optional(),
          maxExpiration: positiveDuration
            .describe('The longest lifetime of a key; makes an expiration mandatory.')
            .optional(),
        })
        .describe('The ceiling for keys made through this connection.')
        .optional(),
      limits: limits.optional(),
    })
    .describe('A cluster, the credential for it, and how far both may be lent.');
  return withRules(spec, {
    cel: 'has(self.urls) != has(self.eckRef)',
    message: 'must have exactly one of urls and eckRef',
    holds: ({ urls, eckRef }) => (urls === undefined) !== (eckRef === undefined),
    given: ({ urls }) => (urls === undefined ? 'neither' : 'both'),
  });
}
