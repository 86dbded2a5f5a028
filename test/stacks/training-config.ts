import type { EnvironmentInput } from '../../lib/config.ts';
import type { Config } from '../../lib/config.ts';
import { parseCatalogue } from '../../lib/config.ts';
import { MODEL, exampleConfig, exampleSources } from '../example-config.ts';

export const STUDENT = 'acme.student-v1:0';
export const TUNING_ID = `${STUDENT}:8k`;
export const TEACHER = 'acme.teacher-v1:0';

/** In the repository, because the stack uploads it. */
export const DATASET = 'datasets/fine-tuning/train.jsonl';

const TRAINABLE = {
  types: ['FINE_TUNING' as const, 'DISTILLATION' as const],
  tuningId: TUNING_ID,
  regions: ['us-east-1'],
};

/** Invented models that can be trained: no change of the real catalogue breaks a test. */
export function trainingConfig(changes: Partial<EnvironmentInput> = {}): Config {
  const sources = exampleSources();
  const { models } = sources.catalogue;
  const catalogue = parseCatalogue({
    models: {
      ...models,
      [STUDENT]: { ...MODEL, inRegion: ['us-east-1'], customization: TRAINABLE, hosting: ['on-demand', 'provisioned'] },
      [TEACHER]: { ...MODEL, inRegion: ['us-east-1'], teaches: [STUDENT] },
    },
  });
  return exampleConfig(
    {},
    { ...sources, catalogue, readText: (path) => (path === DATASET ? '{}' : sources.readText(path)) },
    {
      fineTuning: { model: STUDENT },
      continuedPretraining: {},
      distillation: { teacher: TEACHER, student: STUDENT },
      ...changes,
    },
  );
}
