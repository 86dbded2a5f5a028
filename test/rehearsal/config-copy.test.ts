import { expect, test } from '@jest/globals';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configWithStore } from '../../lib/rehearsal/config-copy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
let made = 0;

async function copied(environment: object, store: Parameters<typeof configWithStore>[2]): Promise<unknown> {
  const [root, to] = [join(folder, `root${++made}`), join(folder, `copy${made}`)];
  mkdirSync(join(root, 'config', 'prices'), { recursive: true });
  mkdirSync(to);
  const original = JSON.stringify(environment);
  writeFileSync(join(root, 'config', 'environment.json'), original);
  writeFileSync(join(root, 'config', 'prices', 'us-east-1.json'), '{}');
  expect(await configWithStore(root, to, store)).toBe(to);
  expect(readFileSync(join(root, 'config', 'environment.json'), 'utf8')).toBe(original);
  expect(readFileSync(join(to, 'config', 'prices', 'us-east-1.json'), 'utf8')).toBe('{}');
  return JSON.parse(readFileSync(join(to, 'config', 'environment.json'), 'utf8'));
}

test('another store starts from its defaults, and everything else stays', async () => {
  const rag = { store: { kind: 'opensearch-serverless', standbyReplicas: true }, retrieval: { topK: 3 } };
  expect(await copied({ project: 'p', rag }, 'aurora')).toEqual({
    project: 'p',
    rag: { store: { kind: 'aurora-serverless-v2' }, retrieval: { topK: 3 } },
  });
});

test('the same store keeps what the project says of it, and a project without the section gets one', async () => {
  const rag = { store: { kind: 'opensearch-serverless', standbyReplicas: true } };
  expect(await copied({ rag }, 'opensearch-serverless')).toEqual({ rag });
  expect(await copied({}, 's3-vectors')).toEqual({ rag: { store: { kind: 's3-vectors' } } });
});
