import { expect, test } from '@jest/globals';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { join } from 'node:path';
import { loadConfig, type Config, type EnvironmentInput } from '../../lib/config/config.ts';
import { OVERHEAD } from '../../lib/deployment/tags.ts';
import { comparisonConfig } from '../support/comparison-config.ts';
import { MODEL_ID, exampleConfig } from '../support/example-config.ts';
import { synthesize, type StackId } from '../support/synthesize.ts';
import { ALL_OPTIONS, trainingConfig } from '../support/training-config.ts';

/** The project's own files, so that no path is left out. */
const WHOLE = {
  ...loadConfig(join(import.meta.dirname, '../..'), new Date('2026-11-26')),
  project: 'mine',
  environment: 'prod',
};

const guardrail = { id: 'abc123', version: '1' };

const ragConfig = (rag: NonNullable<EnvironmentInput['rag']>): Config => exampleConfig({}, undefined, { rag });

/** Each choice makes other resources. That the committed configuration passes as a whole, `npm run synth` shows. */
const CONFIGURATIONS: readonly [string, Config, ...StackId[]][] = [
  ['continued pre-training as it is committed', WHOLE, 'continued-pretraining'],
  ['a geographic profile', exampleConfig({ profileScope: 'us', guardrail, promptCaching: true }), 'prompt-only'],
  ['a global profile', exampleConfig({ profileScope: 'global' }), 'prompt-only'],
  ['OpenSearch Serverless', ragConfig({ store: { kind: 'opensearch-serverless' } }), 'rag'],
  ['Aurora', ragConfig({ store: { kind: 'aurora-serverless-v2' } }), 'rag'],
  ['S3 Vectors', ragConfig({ store: { kind: 's3-vectors' } }), 'rag'],
  [
    'all options of rag',
    ragConfig({
      guardrail,
      contextualGrounding: true,
      store: { kind: 'opensearch-serverless', standbyReplicas: true, network: 'bedrock-only' },
      chunking: { kind: 'hierarchical' },
      parsing: { kind: 'foundation-model', model: MODEL_ID, profileScope: 'us' },
      documents: { retain: true },
      retrieval: { search: 'hybrid', rerank: { model: 'acme.rerank-v1:0' }, filter: { public: true } },
    }),
    'rag',
  ],
  ['all options of training', trainingConfig(ALL_OPTIONS), 'fine-tuning', 'distillation'],
  ['the comparison', comparisonConfig({ monthlyBudgetUsd: { rag: 400 } }, { region: 'us-west-2' }), OVERHEAD],
  ['the comparison of a member account', comparisonConfig({ accountRole: 'member' }), OVERHEAD],
];

test.each(CONFIGURATIONS)(
  'the stacks keep the AwsSolutions rules and the CloudFormation schemas: %s',
  (_, config, ...only) => {
    expect(synthesize(config, { only, validate: true }).findings).toEqual([]);
  },
);

test('the rules find a resource that breaks them', () => {
  const { findings } = synthesize(exampleConfig(), {
    only: ['prompt-only'],
    change: (stack) => new CfnBucket(stack, 'Open'),
  });
  expect(findings.map(({ ruleName }) => ruleName)).toContain('AwsSolutions-S1');
});

test('a budget that CloudFormation would refuse is found', () => {
  const { findings } = synthesize(comparisonConfig(), {
    only: [OVERHEAD],
    validate: true,
    change: (stack) => {
      new CfnBudget(stack, 'Wrong', { budget: { budgetType: 'COST', timeUnit: 'MONTHLY' } }).addPropertyOverride(
        'Budget.Limit',
        50,
      );
    },
  });
  expect(JSON.stringify(findings)).toContain('Limit');
});
