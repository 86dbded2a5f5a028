import type { PriceUnit } from '../prices/price-unit.ts';
import { tokenPriceIds } from '../prices/token-pricing.ts';
import { BYTES_PER_GB } from '../units.ts';
import { DEFAULTS } from './defaults.ts';
import { addLine, addTiers, needed, tiers, type LineSheet, type LineSpec } from './line-sheet.ts';
import { bandSpec, notedBand } from './prompt-band.ts';
import type { Operations } from './workload.ts';

const operations = (spec: Omit<LineSpec, 'component'>): LineSpec => ({ component: 'operations', ...spec });

const LAMBDA_REQUESTS = operations({
  kind: 'usage',
  name: 'Lambda requests',
  unit: '1M requests',
  assumption: 'retries happen inside one invocation',
  formula: 'requestsPerMonth × invocationsPerRequest',
});
const lambdaDuration = (architecture: string): LineSpec =>
  operations({
    kind: 'usage',
    name: `Lambda duration (${architecture})`,
    unit: 'GB-second',
    assumption:
      'billed while the function waits for the model, in whole milliseconds; the INIT phase of cold starts too, since 2025-08-01',
    formula:
      'requestsPerMonth × invocationsPerRequest × (ceil(function.durationMsPerRequest) + coldStartShare × ceil(initMsPerColdStart)) ÷ 1000 × function.memoryMb ÷ 1024',
  });
const LAMBDA_DURATION = {
  arm: tiers(lambdaDuration('arm64'), 'lambda/gb-second-arm'),
  x86: tiers(lambdaDuration('x86'), 'lambda/gb-second-x86'),
};
const apiRequests = (name: string): LineSpec =>
  operations({
    kind: 'usage',
    name,
    unit: '1M requests',
    assumption: 'one call a request; a Function URL needs none',
    formula: 'requestsPerMonth',
  });
const API_REQUESTS = {
  http: tiers(apiRequests('API Gateway HTTP requests'), 'api-gateway/http'),
  rest: tiers(apiRequests('API Gateway REST requests'), 'api-gateway/rest'),
};
const LOG_INGEST = operations({
  kind: 'usage',
  name: 'CloudWatch Logs ingestion',
  unit: 'GB',
  assumption: 'log lines and metric lines of every request; 1 GB is 1,024³ bytes',
  formula: `requestsPerMonth × logs.bytesPerRequest ÷ ${BYTES_PER_GB}`,
});
const LOG_STORAGE = operations({
  kind: 'usage',
  name: 'CloudWatch Logs storage',
  unit: 'GB-month',
  assumption: 'once retention is full; uncompressed unless a share is given, which is the upper bound',
  formula: `requestsPerMonth × logs.bytesPerRequest ÷ ${BYTES_PER_GB} × storedShareOfIngested × retentionDays × 24 ÷ hoursPerMonth`,
});
const LOG_STORAGE_GIVEN = operations({
  kind: 'fixed',
  name: 'CloudWatch Logs storage',
  unit: 'GB-month',
  assumption: 'stored logs as given',
  formula: 'logs.averageStoredGb',
});
const LOG_INSIGHTS = operations({
  kind: 'fixed',
  name: 'CloudWatch Logs Insights scans',
  unit: 'GB',
  assumption: 'scans as given',
  formula: 'logs.scannedGbPerMonth',
});
const CUSTOM_METRICS = tiers(
  operations({
    kind: 'fixed',
    name: 'CloudWatch custom metrics',
    unit: 'metric-month',
    assumption: 'each metric with each set of dimensions counts; logged as EMF they cost the same',
    formula: 'customMetrics',
  }),
  'cloudwatch/custom-metric',
);
const ALARMS = operations({
  kind: 'fixed',
  name: 'CloudWatch alarms',
  unit: 'alarm-month',
  assumption: 'standard resolution',
  formula: 'alarms',
});
const SECRETS = operations({
  kind: 'fixed',
  name: 'Secrets Manager secrets',
  unit: 'secret-month',
  assumption: 'billed until deleted',
  formula: 'secrets.secrets',
});
const SECRET_REQUESTS = operations({
  kind: 'fixed',
  name: 'Secrets Manager requests',
  unit: '10K requests',
  assumption: 'requests as given',
  formula: 'secrets.requestsPerMonth',
});
const athena = (assumption: string, formula: string): LineSpec =>
  operations({ kind: 'fixed', name: 'Athena data scanned', unit: 'TB', assumption, formula });
const ATHENA = athena('scans of the billing export', 'athena.scannedGbPerMonth');
const ATHENA_QUERIES = athena(
  'every query is rounded up to whole megabytes, and to 10 MB',
  'athena.queriesPerMonth × max(10, ceil(athena.scannedGbPerMonth × 1024 ÷ athena.queriesPerMonth)) ÷ 1024',
);
const COST_EXPLORER = operations({
  kind: 'fixed',
  name: 'Cost Explorer requests',
  unit: '1 request',
  assumption: 'each page of an answer counts',
  formula: 'costExplorer.requestsPerMonth',
});
const TRANSITIONS_ONCE = operations({
  kind: 'one-time',
  name: 'Step Functions transitions (first run)',
  unit: '1K transitions',
  assumption: 'every wait and check of the training workflow is a transition',
  formula: 'workflow.transitionsPerRun × attempts',
});
const TRANSITIONS = operations({
  kind: 'fixed',
  name: 'Step Functions transitions',
  unit: '1K transitions',
  assumption: 'retraining runs and other workflows',
  formula: 'workflow.transitionsPerRun × retrainingRunsPerMonth + otherTransitionsPerMonth',
});
const judgeTokens = (name: string, perAnswer: string): LineSpec =>
  operations({
    kind: 'fixed',
    name,
    unit: '1M tokens',
    assumption: 'the judge reads every answer once; answers are taken as they were given, none is made anew',
    formula: `evaluation.runsPerMonth × evaluation.answersPerRun × ${perAnswer}`,
  });
const JUDGE_INPUT = judgeTokens('Evaluation judge input tokens', 'evaluation.judgeInputTokensPerAnswer');
const JUDGE_OUTPUT = judgeTokens('Evaluation judge output tokens', 'evaluation.judgeOutputTokensPerAnswer');
const HUMAN_TASKS = operations({
  kind: 'fixed',
  name: 'Human evaluation tasks',
  unit: 'task',
  assumption: 'tasks as given',
  formula: 'evaluation.runsPerMonth × evaluation.humanTasksPerRun',
});

type Guardrail = NonNullable<Operations['guardrail']>;
type Policy = NonNullable<Guardrail['outputPolicies']>[number];

const POLICY_NAMES: Record<Policy, string> = {
  content: 'content filters',
  topics: 'denied topics',
  'sensitive-information': 'sensitive information filters',
  grounding: 'contextual grounding checks',
  'automated-reasoning': 'automated reasoning checks',
  words: 'word filters',
};

function guardrailSpec(policy: Policy, text: 'prompts' | 'answers'): LineSpec {
  const characters =
    text === 'prompts' ? 'guardrail.inputCharactersPerRequest' : 'guardrail.outputCharactersPerRequest';
  const grounds = policy === 'grounding' && text === 'answers';
  const counted = grounds
    ? '(guardrail.outputCharactersPerRequest + guardrail.inputCharactersPerRequest + groundingCharactersPerRequest)'
    : characters;
  const policies = policy === 'automated-reasoning' ? ' × automatedReasoningPolicies' : '';
  return operations({
    kind: 'usage',
    name: `Guardrail ${POLICY_NAMES[policy]} (${text})`,
    unit: '1K text units' satisfies PriceUnit,
    assumption: grounds
      ? 'source, question and answer together are rounded up to text units of 1,000 characters; retries are checked again'
      : 'each text is rounded up to text units of 1,000 characters, blocked or not; retries are checked again',
    formula: `requestsPerMonth × (1 + retryShare) × ceil(${counted} ÷ 1000)${policies}`,
  });
}

const POLICIES = Object.keys(POLICY_NAMES) as Policy[];
const GUARDRAIL_SPECS = Object.fromEntries(
  POLICIES.map((policy) => [
    policy,
    { prompts: guardrailSpec(policy, 'prompts'), answers: guardrailSpec(policy, 'answers') },
  ]),
) as Record<Policy, Record<'prompts' | 'answers', LineSpec>>;

const GUARDRAIL_PRICE_IDS = Object.fromEntries(POLICIES.map((policy) => [policy, `guardrail/${policy}`])) as Record<
  Policy,
  string
>;

/** What the operations of a path depend on besides their own section. */
export interface Activity {
  readonly requestsPerMonth: number | undefined;
  readonly hoursPerMonth: number;
  readonly retryShare: number;
  /** Training runs: 1 where the path trains once at the start, 0 where it trains nothing. */
  readonly firstRuns: number;
  readonly retrainingRunsPerMonth: number;
}

/** Adds what running the answers costs. A section that the workload leaves out is not run, and costs nothing. */
export function addOperations(sheet: LineSheet, own: Operations, activity: Activity): void {
  const { requestsPerMonth: requests } = activity;
  if (
    own.function !== undefined ||
    own.apiGateway !== undefined ||
    own.logs !== undefined ||
    own.guardrail !== undefined
  ) {
    needed(sheet, 'operations', requests, 'requestsPerMonth');
  }
  if (requests !== undefined) addPerRequest(sheet, own, requests, activity);
  addTiers(sheet, CUSTOM_METRICS, own.customMetrics ?? 0);
  addLine(sheet, ALARMS, 'cloudwatch/alarm', own.alarms ?? 0);
  if (own.logs !== undefined) {
    addLine(sheet, LOG_INSIGHTS, 'logs/insights', own.logs.scannedGbPerMonth ?? 0);
    addLine(sheet, LOG_STORAGE_GIVEN, 'logs/archive', own.logs.averageStoredGb ?? 0);
  }
  if (own.secrets !== undefined) {
    addLine(sheet, SECRETS, 'secrets/secret', own.secrets.secrets);
    addLine(sheet, SECRET_REQUESTS, 'secrets/request', own.secrets.requestsPerMonth ?? 0);
  }
  if (own.athena !== undefined) addAthena(sheet, own.athena);
  if (own.costExplorer !== undefined) {
    addLine(sheet, COST_EXPLORER, 'cost-explorer/request', own.costExplorer.requestsPerMonth);
  }
  if (own.workflow !== undefined) {
    const { transitionsPerRun, otherTransitionsPerMonth = DEFAULTS.otherTransitionsPerMonth } = own.workflow;
    addLine(sheet, TRANSITIONS_ONCE, 'states/transition', transitionsPerRun * activity.firstRuns);
    const again = transitionsPerRun * activity.retrainingRunsPerMonth + otherTransitionsPerMonth;
    addLine(sheet, TRANSITIONS, 'states/transition', again);
  }
  if (own.evaluation !== undefined) addEvaluation(sheet, own.evaluation);
}

function addPerRequest(sheet: LineSheet, own: Operations, requests: number, activity: Activity): void {
  if (own.function !== undefined) {
    const { memoryMb, durationMsPerRequest, architecture = 'arm' } = own.function;
    const {
      invocationsPerRequest = DEFAULTS.invocationsPerRequest,
      coldStartShare = DEFAULTS.coldStartShare,
      initMsPerColdStart = DEFAULTS.initMsPerColdStart,
    } = own.function;
    const invocations = requests * invocationsPerRequest;
    addLine(sheet, LAMBDA_REQUESTS, 'lambda/request', invocations);
    const msPerInvocation = Math.ceil(durationMsPerRequest) + coldStartShare * Math.ceil(initMsPerColdStart);
    addTiers(sheet, LAMBDA_DURATION[architecture], ((invocations * msPerInvocation) / 1000) * (memoryMb / 1024));
  }
  if (own.apiGateway !== undefined) addTiers(sheet, API_REQUESTS[own.apiGateway], requests);
  if (own.logs !== undefined) {
    const {
      bytesPerRequest,
      retentionDays,
      averageStoredGb,
      storedShareOfIngested = DEFAULTS.storedShareOfIngested,
    } = own.logs;
    const ingestedGb = (requests * bytesPerRequest) / BYTES_PER_GB;
    addLine(sheet, LOG_INGEST, 'logs/ingest', ingestedGb);
    if (averageStoredGb === undefined) {
      const days = retentionDays ?? DEFAULTS.logRetentionDays;
      const storedGb = (ingestedGb * storedShareOfIngested * days * 24) / activity.hoursPerMonth;
      addLine(sheet, LOG_STORAGE, 'logs/archive', storedGb);
    }
  }
  if (own.guardrail !== undefined) addGuardrail(sheet, own.guardrail, requests * (1 + activity.retryShare));
}

function addAthena(sheet: LineSheet, { scannedGbPerMonth, queriesPerMonth = 0 }: NonNullable<Operations['athena']>) {
  if (queriesPerMonth === 0) {
    addLine(sheet, ATHENA, 'athena/scanned', scannedGbPerMonth);
    return;
  }
  const mbPerQuery = Math.max(10, Math.ceil((scannedGbPerMonth * 1024) / queriesPerMonth));
  addLine(sheet, ATHENA_QUERIES, 'athena/scanned', (queriesPerMonth * mbPerQuery) / 1024);
}

const textUnits = (characters: number): number => Math.ceil(characters / 1000);

function addGuardrail(sheet: LineSheet, guardrail: Guardrail, calls: number): void {
  const { automatedReasoningPolicies = DEFAULTS.automatedReasoningPolicies } = guardrail;
  const input = textUnits(guardrail.inputCharactersPerRequest);
  const output = textUnits(guardrail.outputCharactersPerRequest);
  // one count over all three texts (Bedrock pricing page, note on contextual grounding checks)
  const grounded = textUnits(
    guardrail.outputCharactersPerRequest +
      guardrail.inputCharactersPerRequest +
      (guardrail.groundingCharactersPerRequest ?? DEFAULTS.groundingCharactersPerRequest),
  );
  for (const policy of guardrail.inputPolicies ?? []) {
    const times = policy === 'automated-reasoning' ? automatedReasoningPolicies : 1;
    addLine(sheet, GUARDRAIL_SPECS[policy].prompts, GUARDRAIL_PRICE_IDS[policy], calls * input * times);
  }
  for (const policy of guardrail.outputPolicies ?? []) {
    const times = policy === 'automated-reasoning' ? automatedReasoningPolicies : 1;
    const units = policy === 'grounding' ? grounded : output;
    addLine(sheet, GUARDRAIL_SPECS[policy].answers, GUARDRAIL_PRICE_IDS[policy], calls * units * times);
  }
}

function addEvaluation(sheet: LineSheet, evaluation: NonNullable<Operations['evaluation']>): void {
  const answers = evaluation.runsPerMonth * evaluation.answersPerRun;
  const { judgeModelId, judgeProfileScope, judgeInputTokensPerAnswer, judgeOutputTokensPerAnswer } = evaluation;
  addLine(sheet, HUMAN_TASKS, 'evaluation/human-task', evaluation.runsPerMonth * (evaluation.humanTasksPerRun ?? 0));
  if (judgeModelId === undefined) return;
  const input = needed(
    sheet,
    'operations',
    judgeInputTokensPerAnswer,
    'operations.evaluation.judgeInputTokensPerAnswer',
  );
  const output = needed(
    sheet,
    'operations',
    judgeOutputTokensPerAnswer,
    'operations.evaluation.judgeOutputTokensPerAnswer',
  );
  const band = notedBand(sheet, judgeModelId, input ?? 0);
  const ids = tokenPriceIds({
    modelId: judgeModelId,
    scope: judgeProfileScope === 'global' ? 'global' : 'regional',
    tier: 'standard',
    band,
  });
  if (input !== undefined) addLine(sheet, bandSpec(JUDGE_INPUT, band), ids.input, answers * input);
  if (output !== undefined) addLine(sheet, bandSpec(JUDGE_OUTPUT, band), ids.output, answers * output);
}
