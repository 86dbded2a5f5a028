import { parseCatalogue, type Config, type EnvironmentInput } from '../../lib/config/config.ts';
import { ACCOUNT, REGION } from './deployed-template.ts';
import { MODEL, exampleConfig, exampleSources } from './example-config.ts';
import { CATALOGUE } from './catalogue.ts';
import { FAMILIES } from './families.ts';

export const STUDENT = 'amazon.titan-text-student-v1:0';
export const TUNING_ID = `${STUDENT}:8k`;
export const TEACHER = 'acme.teacher-v1:0';

/** In the repository, because the stack uploads it. */
const DATASET = 'datasets/fine-tuning/train.jsonl';

export const SUBNET = 'subnet-0a';
export const SECURITY_GROUP = 'sg-0b';
export const KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/k-1`;
export const LOGS_BUCKET = 'acme-invocation-logs';

/** Whatever makes other resources or permissions than the defaults do. */
export const ALL_OPTIONS: Partial<EnvironmentInput> = {
  fineTuning: {
    model: STUDENT,
    kmsKeyArn: KEY,
    vpc: { subnetIds: [SUBNET], securityGroupIds: [SECURITY_GROUP] },
    peakHours: { startHourUtc: 8, hours: 9, days: ['MON', 'FRI'], modelUnits: 2, maxUsd: 1_000 },
    startOnDeploy: { dataset: DATASET, maxUsd: 5, hosting: 'on-demand' },
    maxTrainingHours: 336,
    logRetentionDays: 7,
  },
  distillation: {
    teacher: TEACHER,
    student: STUDENT,
    teacherProfileScope: 'us',
    invocationLogsBucket: LOGS_BUCKET,
  },
};

const TRAINABLE = {
  types: ['FINE_TUNING' as const, 'DISTILLATION' as const],
  tuningId: TUNING_ID,
  regions: ['us-east-1'],
};

/** Invented models that can be trained: no change of the real catalogue breaks a test. */
export function trainingConfig(changes: Partial<EnvironmentInput> = {}): Config {
  const sources = exampleSources();
  const catalogue = parseCatalogue({
    ...sources.catalogue,
    tuningFamilies: { titan: FAMILIES.open },
    trainingInstances: CATALOGUE.trainingInstances,
    models: {
      ...sources.catalogue.models,
      [STUDENT]: {
        ...MODEL,
        tuningFamily: 'titan',
        inRegion: ['us-east-1'],
        customization: TRAINABLE,
        hosting: ['on-demand', 'provisioned'],
      },
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
