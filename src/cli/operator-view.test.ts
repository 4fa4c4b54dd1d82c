import { expect, test } from 'vitest';
import { viewOf } from './operator-view.ts';

const deployment = (image: string, labels: Readonly<Record<string, string>> = {}) => ({
  metadata: { name: 'beatkeys', namespace: 'beatkeys-system', uid: 'u', resourceVersion: '1', labels },
  spec: {
    replicas: 2,
    selector: {},
    template: {
      spec: {
        serviceAccountName: 'operator',
        containers: [
          {
            image,
            env: [
              { name: 'A', value: 'a' },
              { name: 'POD_NAME', valueFrom: {} },
            ],
          },
        ],
      },
    },
  },
  status: { availableReplicas: 1 },
});

test('a Deployment tells account, settings and counts', () => {
  expect(viewOf(deployment('ghcr.io/beatkeys/beatkeys:0.1.0'))).toEqual({
    ...{ name: 'beatkeys', image: 'ghcr.io/beatkeys/beatkeys:0.1.0', version: '0.1.0', wanted: 2, available: 1 },
    ...{ user: 'system:serviceaccount:beatkeys-system:operator', settings: { A: 'a' } },
  });
});

test.for([
  ['registry:5000/beatkeys', undefined],
  ['registry:5000/beatkeys:1.2@sha256:ab', '1.2'],
  ['beatkeys@sha256:ab', undefined],
] as const)('of image %s the version is %s', ([image, version]) => {
  expect(viewOf(deployment(image)).version).toBe(version);
  expect(viewOf(deployment(image, { 'app.kubernetes.io/version': '2' })).version).toBe('2');
});
