import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What a rehearsal asks, brings in and trains on, under the project's root; the default workload is counted from it. */
export const SAMPLE = {
  questions: 'config/datasets/cdk-questions.jsonl',
  /** The documents that the questions are about. */
  documents: 'node_modules/aws-cdk-lib',
  /** Folders of the training paths, each with `train.jsonl`. */
  training: 'config/datasets',
  /** Share of the documents that change in a month: an assumption, for meter and estimate alike. */
  changedSharePerMonth: 0.05,
} as const;

/** Names of the sample's documents below its folder. */
export function sampleDocuments(root: string): string[] {
  return readdirSync(join(root, SAMPLE.documents), { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?:^|[\\/])README\.md$/.test(name) && !name.includes('node_modules'))
    .sort();
}
