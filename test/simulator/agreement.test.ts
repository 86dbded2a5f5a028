import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { estimatePath } from '../../lib/cost/estimate.ts';
import { measuredWorkload } from '../../lib/cost/measured-workload.ts';
import { meteredUsd, tokenPrices } from '../../lib/prices/token-pricing.ts';
import { customMetricUsage, lambdaUsage, logUsage, type Simulator } from '../../lib/simulator/index.ts';
import { testSimulator } from '../support/simulator-bed.ts';
import { ACCOUNT, MODEL, PRICES, REGION, TAGS } from '../support/simulator.ts';

const FUNCTION = {
  path: 'prompt-only',
  arn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:answer`,
  tags: TAGS,
} as const;
const LOGS = { path: 'prompt-only', arn: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:answer`, tags: TAGS } as const;
const QUESTIONS = ['What is a stack?', 'How do I add a queue to a Lambda function?', 'Which property keeps a bucket?'];

let simulator: Simulator;

beforeAll(async () => {
  ({ simulator } = await testSimulator());
  const headers = { 'content-type': 'application/json' };
  const created = await fetch(`${simulator.url}/_fmpaths/resources`, {
    method: 'POST',
    headers,
    body: JSON.stringify({
      requestType: 'Create',
      type: 'AWS::Bedrock::ApplicationInferenceProfile',
      properties: {
        InferenceProfileName: 'answers',
        ModelSource: { CopyFrom: `arn:aws:bedrock:${REGION}:${ACCOUNT}:inference-profile/us.${MODEL}` },
        Tags: Object.entries(TAGS).map(([Key, Value]) => ({ Key, Value })),
      },
    }),
  });
  const { attributes } = (await created.json()) as { attributes: { InferenceProfileArn: string } };
  for (const text of QUESTIONS) {
    await fetch(`${simulator.url}/model/${encodeURIComponent(attributes.InferenceProfileArn)}/converse`, {
      method: 'POST',
      headers: {
        ...headers,
        authorization: `AWS4-HMAC-SHA256 Credential=a/20261130/${REGION}/bedrock/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify({ messages: [{ role: 'user', content: [{ text }] }] }),
    });
  }
});

afterAll(() => simulator.close());

test('what every call was metered at adds up to what the simulated bill has for it', () => {
  const prices = tokenPrices(PRICES, { modelId: MODEL, scope: 'regional', tier: 'standard' });
  const calls = simulator.control.calls();
  const metered = calls.reduce((sum, call) => sum + (meteredUsd(call, prices) ?? NaN), 0);
  expect(calls).toHaveLength(QUESTIONS.length);
  expect(metered).toBeGreaterThan(0);
  expect(simulator.control.ledger.totals('2026-11')).toEqual([
    {
      path: 'prompt-only',
      component: 'inference',
      usd: expect.closeTo(metered, 12),
      knownUsd: expect.closeTo(metered, 12),
      taggedUsd: expect.closeTo(metered, 12),
    },
  ]);
});

test('the estimate of the measured month and its simulated bill, made apart from each other, agree', () => {
  const { control } = simulator;
  const measured = control.measured({ path: 'prompt-only', requests: QUESTIONS.length });
  const logs = logUsage(LOGS, { bytesPerRequest: 900, retentionDays: 30 });
  control.playMonth({
    month: '2026-12',
    requestsPerMonth: 100_000,
    usagePerRequest: [
      ...measured.usagePerRequest,
      ...lambdaUsage(FUNCTION, { architecture: 'arm64', memoryMb: 512, billedMsPerInvocation: 1_234 }),
      logs.ingested,
    ],
    usagePerMonth: [customMetricUsage('prompt-only', 7)],
    storagePerRequest: [logs.stored],
  });
  const { inputTokens, outputTokens, cacheReadInputTokens, cacheWriteInputTokens } = measured.tokensPerRequest;
  const estimated = estimatePath(
    'prompt-only',
    measuredWorkload({
      name: 'measured',
      requestsPerMonth: 100_000,
      // December
      hoursPerMonth: 744,
      modelId: MODEL,
      profileScope: 'us',
      inputTokensPerRequest: inputTokens,
      outputTokensPerRequest: outputTokens,
      cacheReadInputTokensPerRequest: cacheReadInputTokens,
      cacheWriteInputTokensPerRequest: cacheWriteInputTokens,
      function: { memoryMb: 512, durationMsPerRequest: 1_234, architecture: 'arm' },
      logs: { bytesPerRequest: 900, retentionDays: 30 },
      customMetrics: 7,
    }),
    PRICES,
  );
  const billed = (component: string) =>
    control.ledger.totals('2026-12').find((total) => total.component === component)?.usd;
  // days of whole requests differ from the average day by a ten-thousandth
  expect((billed('inference') ?? NaN) / (estimated.components.inference.monthly.usd ?? NaN)).toBeCloseTo(1, 10);
  expect((billed('operations') ?? NaN) / (estimated.components.operations.monthly.usd ?? NaN)).toBeCloseTo(1, 4);
});
