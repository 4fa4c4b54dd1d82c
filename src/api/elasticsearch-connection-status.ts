import * as z from 'zod';
import { conditions, observedGeneration } from './conditions.ts';
import { STATUS_LIMITS } from './beat-api-key-status.ts';
import { text } from './fields.ts';

const line = text(STATUS_LIMITS.text);
const count = z.int32().min(0);

/** `status` of an ElasticsearchConnection: a report, nothing is decided from it except the pinned cluster. */
export const elasticsearchConnectionStatus = z
  .object({
    observedGeneration: observedGeneration.optional(),
    conditions: conditions.optional(),
    version: line.describe('Version of the cluster.').optional(),
    clusterUUID: line.describe('UUID of the cluster, pinned at first contact.').optional(),
    username: line.describe('Who Beatkeys is for Elasticsearch.').optional(),
    realm: line.describe('Realm of that user.').optional(),
    keys: z
      .object({
        live: count.describe('Keys that work.'),
        retiring: count.describe('Those among them that have been replaced.'),
        orphaned: count.describe('Those among them that belong to no object.').optional(),
      })
      .describe('Keys of this installation in the cluster.')
      .optional(),
  })
  .describe('What became of it, as the operator last saw it.')
  .meta({ default: { observedGeneration: -1 } });
