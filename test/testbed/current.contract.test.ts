import { describe, expect, test } from 'vitest';
import { controlPlane, createNamespace, elasticsearch, elasticsearchVersions, uniqueName } from './current.ts';

describe('the control plane of a run', () => {
  test('runs a Deployment on its nodes and collects what the Deployment owns', async () => {
    const { kubectl } = controlPlane();
    const namespace = await createNamespace('testbed');
    const inNamespace = ['-n', namespace.name];
    await kubectl(['create', 'deployment', 'web', '--image=registry.invalid/web', '--replicas=2', ...inNamespace]);
    const rollOut = await kubectl(['rollout', 'status', 'deployment/web', '--timeout=30s', ...inNamespace]);
    expect(rollOut.stdout).toContain('successfully rolled out');
    await kubectl(['delete', 'deployment', 'web', ...inNamespace]);
    const gone = await kubectl(['wait', '--for=delete', 'pods', '--all', '--timeout=30s', ...inNamespace]);
    expect(gone.code).toBe(0);
    await namespace.remove();
  });
});

describe.each(elasticsearchVersions())('Elasticsearch %s of a run', (version) => {
  test('is of that version and lets users make API keys that authenticate', async () => {
    const node = elasticsearch(version);
    expect((await node.request('GET', '/')).body).toMatchObject({ version: { number: version } });
    const name = uniqueName('testbed');
    const user = await node.createUser(name, { cluster: ['manage_own_api_key'] });
    const created = await node.request('POST', '/_security/api_key?refresh=false', { name }, { as: user });
    expect(created.status).toBe(200);
    const { encoded } = created.body as { encoded: string };
    const me = await node.request('GET', '/_security/_authenticate', undefined, { as: { apiKey: encoded } });
    expect(me.body).toMatchObject({ username: name, authentication_type: 'api_key' });
    await node.close();
  });
});
