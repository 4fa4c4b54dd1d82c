import { ANNOTATIONS, FINALIZER } from '../api/names.ts';
import type { BeatApiKey } from '../api/types.ts';
import type { BeatApiKeys } from '../controller/ports.ts';
import { type CustomResource, patchVersion, read, release, writeStatus } from './custom-resource.ts';
import { addFinalizer, setAnnotation } from './patch-steps.ts';

/** BeatApiKeys as the domain wants them. */
export function beatApiKeys(kind: CustomResource<BeatApiKey>): BeatApiKeys {
  return {
    cache: kind.watched,
    read: (namespace, name) => read(kind, namespace, name),
    claim: (object, installation) =>
      patchVersion(kind, object, [
        ...addFinalizer(object, FINALIZER),
        ...setAnnotation(object, ANNOTATIONS.installation, installation),
      ]),
    release: (object) => release(kind, object, FINALIZER),
    writeStatus: (object, status) => writeStatus(kind, object, status),
  };
}
