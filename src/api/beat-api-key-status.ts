import * as z from 'zod';
import { atomicList, mapList, text, time } from './fields.ts';
import { conditions, observedGeneration } from './conditions.ts';

/** Longest values that status takes; what writes it must cut. */
export const STATUS_LIMITS = { text: 1024, missingPrivileges: 64, retiring: 64 } as const;

const line = text(STATUS_LIMITS.text);

/** `status` of a BeatApiKey: a report, nothing is decided from it. */
export const beatApiKeyStatus = z
  .object({
    observedGeneration: observedGeneration.optional(),
    conditions: conditions.optional(),
    keyID: line.describe('Id of the key in the Secret.').optional(),
    keyOwner: z
      .object({ username: line.describe('Name of the user.'), realm: line.describe('Realm of the user.') })
      .describe('The user of Elasticsearch that the key belongs to.')
      .optional(),
    secretName: line.describe('The Secret with the key.').optional(),
    creationTime: time.describe('When the key was created.').optional(),
    expirationTime: time.describe('When the key expires; absent if never.').optional(),
    renewalTime: time.describe('When the key will be replaced; absent if never.').optional(),
    overlap: line.describe('Least time for which a replaced key keeps working.').optional(),
    missingPrivileges: atomicList(line, STATUS_LIMITS.missingPrivileges)
      .describe("Privileges asked for that the operator's own user does not hold, and so cannot pass on.")
      .optional(),
    lastRotation: z
      .object({
        time: time.describe('When the new key was stored.'),
        reason: line.describe('Why, in one word.'),
      })
      .describe('The last replacement of the key.')
      .optional(),
    handledRequest: line.describe('The last spec.rotation.request that was carried out.').optional(),
    handledRevokeRequest: line.describe('The last spec.rotation.revokeRequest that was carried out.').optional(),
    retiring: mapList(
      z.object({
        keyID: line.describe('Id of the key.'),
        since: time.describe('When it was replaced.'),
        notBefore: time.describe('When its overlap is over.').optional(),
        waitingFor: line.describe('What must happen before it is invalidated.').optional(),
      }),
      STATUS_LIMITS.retiring,
      ['keyID'],
    )
      .describe('Replaced keys that still work.')
      .optional(),
    connection: z
      .object({
        clusterUUID: line.describe('UUID of the cluster.').optional(),
        version: line.describe('Version of the cluster.').optional(),
      })
      .describe('The cluster that the key is for.')
      .optional(),
  })
  .describe('What became of it, as the operator last saw it.')
  .meta({ default: { observedGeneration: -1 } });
