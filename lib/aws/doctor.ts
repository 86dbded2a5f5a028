import {
  GetFoundationModelCommand,
  GetInferenceProfileCommand,
  GetModelInvocationLoggingConfigurationCommand,
  ListFoundationModelsCommand,
  BedrockClient,
  type FoundationModelSummary,
} from '@aws-sdk/client-bedrock';
import { BedrockAgentClient, ListKnowledgeBasesCommand } from '@aws-sdk/client-bedrock-agent';
import { BedrockAgentRuntimeClient, RetrieveCommand } from '@aws-sdk/client-bedrock-agent-runtime';
import {
  GetCostAndUsageCommand,
  GetTagsCommand,
  ListCostAllocationTagsCommand,
  type CostExplorerClient,
} from '@aws-sdk/client-cost-explorer';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { costExplorerClient } from '../billing/cost-explorer-client.ts';
import { addDays, dayOf } from '../billing/days.ts';
import { COST_EXPLORER_REQUEST_USD } from '../billing/sources/cost-explorer-pages.ts';
import type { ModelCatalogue, ModelEntry } from '../catalogue/models.ts';
import { TAG_KEYS } from '../deployment/tags.ts';
import { credentialsAdvice, refusalAdvice } from '../errors/aws-advice.ts';
import { componentOfUsageType } from '../meters/meters.ts';
import { PATHS } from '../paths.ts';
import type { CheckedFact, PlannedCheck } from '../report/doctor.ts';
import type { FindingCode, NextCode } from '../report/words/doctor.ts';
import type { Message } from '../report/words/languages.ts';
import { NEEDED_KEYS } from './cost-allocation-tags.ts';
import { appliedQuotas } from './model-quotas.ts';

export interface DoctorClients {
  readonly sts: STSClient;
  readonly bedrock: BedrockClient;
  readonly quotas: ServiceQuotasClient;
  readonly costExplorer: CostExplorerClient;
  readonly agent: BedrockAgentClient;
  readonly agentRuntime: BedrockAgentRuntimeClient;
}

export function doctorClients(region: string): DoctorClients {
  return {
    sts: new STSClient({ region }),
    bedrock: new BedrockClient({ region }),
    quotas: new ServiceQuotasClient({ region }),
    costExplorer: costExplorerClient(),
    agent: new BedrockAgentClient({ region }),
    agentRuntime: new BedrockAgentRuntimeClient({ region }),
  };
}

export interface DoctorContext {
  readonly catalogue: ModelCatalogue;
  readonly region: string;
  /** `YYYY-MM-DD` */
  readonly today: string;
}

/** `ok` as assumed; `attention` differs or costs; `failed` could not be asked; `not-run` needs more than doctor may do. */
type Finding = Pick<CheckedFact, 'status' | 'findings' | 'next'>;

export type CheckResult = CheckedFact;

export interface Check extends PlannedCheck {
  readonly run: (clients: DoctorClients, context: DoctorContext) => Promise<Finding>;
}

type Values = Message['values'];

const message = <Code extends string>(code: Code, values: Values = {}): Message<Code> => ({ code, values });

const ok = (code: FindingCode, values?: Values): Finding => ({ status: 'ok', findings: [message(code, values)] });

const attention = (findings: readonly Message<FindingCode>[], next: Message<NextCode>): Finding => ({
  status: 'attention',
  findings,
  next,
});

const notRun =
  (code: FindingCode, next: NextCode): Check['run'] =>
  () =>
    Promise.resolve({ status: 'not-run', findings: [message(code)], next: message(next) });

/** What one search costs at most: a few embedded tokens, and half an hour of a paused Aurora that it wakes. */
const SEARCH_USD = 0.05;

/** Every open question about how AWS behaves that this project rests on, cheapest first. */
export const CHECKS: readonly Check[] = [
  {
    id: 'identity',
    costUsd: 0,
    run: async ({ sts }) => {
      const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
      return ok('caller', { principal: Arn ?? 'unknown', account: Account ?? 'unknown' });
    },
  },
  {
    id: 'model-lifecycle',
    costUsd: 0,
    run: async ({ bedrock }, { catalogue, region }) => {
      const live = await liveModels(bedrock);
      const drift = Object.entries(catalogue.models).flatMap(([id, entry]) =>
        lifecycleDrift(id, entry, live.get(id), region),
      );
      return drift.length === 0
        ? ok('models-agree', { count: live.size, region })
        : attention(drift, message('correct-catalogue'));
    },
  },
  {
    id: 'continued-pretraining-base',
    costUsd: 0,
    run: async ({ bedrock }, { region }) => {
      const { modelSummaries = [] } = await bedrock.send(
        new ListFoundationModelsCommand({ byCustomizationType: 'CONTINUED_PRE_TRAINING' }),
      );
      const ids = modelSummaries.map(({ modelId }) => modelId ?? '').filter((id) => id !== '');
      return ids.length === 0
        ? ok('no-cpt', { region })
        : attention([message('cpt', { models: ids.join(', '), region })], message('add-models'));
    },
  },
  {
    id: 'customizations',
    costUsd: 0,
    run: async ({ bedrock }, { catalogue, region }) => {
      const wrong: Message<FindingCode>[] = [];
      for (const { customization } of Object.values(catalogue.models)) {
        if (customization?.regions.includes(region) !== true || customization.tuningId === null) continue;
        const offered: readonly string[] = await customizationsOf(bedrock, customization.tuningId);
        const lacking = customization.types.filter((type) => !offered.includes(type));
        if (lacking.length > 0) {
          wrong.push(message('takes-not', { model: customization.tuningId, types: lacking.join(', '), region }));
        }
      }
      return wrong.length === 0
        ? ok('customizations-agree', { region })
        : attention(wrong, message('correct-customizations'));
    },
  },
  {
    id: 'profile-regions',
    costUsd: 0,
    run: async ({ bedrock }, { catalogue, region }) => {
      const wrong: Message<FindingCode>[] = [];
      let asked = 0;
      for (const [model, { profiles, kind }] of Object.entries(catalogue.models)) {
        for (const [scope, profile] of Object.entries(profiles)) {
          if (kind !== 'text' || !Array.isArray(profile.spans) || profile.from?.includes(region) !== true) continue;
          const id = `${scope}.${model}`;
          const { models = [] } = await bedrock.send(
            new GetInferenceProfileCommand({ inferenceProfileIdentifier: id }),
          );
          const spans = models.map(({ modelArn }) => modelArn?.split(':')[3] ?? '').sort();
          asked += 1;
          if (spans.join() !== [...profile.spans].sort().join()) {
            wrong.push(message('spans', { profile: id, regions: spans.join(', ') }));
          }
        }
      }
      return wrong.length === 0 ? ok('spans-agree', { count: asked }) : attention(wrong, message('correct-spans'));
    },
  },
  {
    id: 'quotas',
    costUsd: 0,
    run: async ({ quotas }, { region }) => {
      const lines = (await appliedQuotas(quotas)).flatMap(({ QuotaName = '', Value }) =>
        /custom model deployment|model units/i.test(QuotaName) ? [`${QuotaName}: ${String(Value ?? 'unknown')}`] : [],
      );
      return lines.length === 0
        ? attention([message('no-quota', { region })], message('ask-support'))
        : ok('said', { text: lines.join('; ') });
    },
  },
  {
    id: 'invocation-logging',
    costUsd: 0,
    run: async ({ bedrock }, { region }) => {
      const { loggingConfig } = await bedrock.send(new GetModelInvocationLoggingConfigurationCommand({}));
      if (loggingConfig === undefined) return ok('logging-off', { region });
      const where = [
        loggingConfig.s3Config?.bucketName === undefined ? [] : [`s3://${loggingConfig.s3Config.bucketName}`],
        loggingConfig.cloudWatchConfig?.logGroupName === undefined ? [] : [loggingConfig.cloudWatchConfig.logGroupName],
      ].flat();
      return attention([message('logging-on', { region, where: where.join(', ') })], message('logged-unmasked'));
    },
  },
  {
    id: 'tags-active',
    costUsd: COST_EXPLORER_REQUEST_USD,
    run: async ({ costExplorer }) => {
      const { CostAllocationTags = [] } = await costExplorer.send(
        new ListCostAllocationTagsCommand({ TagKeys: [...NEEDED_KEYS] }),
      );
      const active = CostAllocationTags.filter(({ Status }) => Status === 'Active').map(({ TagKey }) => TagKey);
      const missing = NEEDED_KEYS.filter((key) => !active.includes(key));
      return missing.length === 0
        ? ok('active', { keys: NEEDED_KEYS.join(', ') })
        : attention([message('not-active', { keys: missing.join(', ') })], message('activate'));
    },
  },
  {
    id: 'tags-on-lines',
    costUsd: COST_EXPLORER_REQUEST_USD,
    run: async ({ costExplorer }, { today }) => tagsOnLines(costExplorer, today),
  },
  {
    id: 'principal-tags',
    costUsd: COST_EXPLORER_REQUEST_USD,
    run: async ({ costExplorer }, { today }) => {
      const TagKey = `iamPrincipal/${TAG_KEYS.path}`;
      const { Tags = [] } = await costExplorer.send(new GetTagsCommand({ TimePeriod: lastDays(today, 14), TagKey }));
      const values = Tags.filter((value) => value !== '');
      return values.length === 0
        ? attention([message('no-tag-value', { key: TagKey })], message('activate-principal', { key: TagKey }))
        : ok('tag-values', { key: TagKey, values: values.join(', ') });
    },
  },
  {
    id: 'export-tag-spelling',
    costUsd: 0,
    run: notRun('reads-file', 'read-export'),
  },
  {
    id: 'knowledge-base-search',
    costUsd: SEARCH_USD,
    run: async (clients, { region }) => searchability(clients, region),
  },
  {
    id: 'embedding-profile',
    costUsd: 0,
    run: notRun('creates-knowledge-base', 'embedding-unconfirmed'),
  },
  {
    id: 'nextgen-retrieve',
    costUsd: 0,
    run: notRun('creates-collection', 'nextgen-unconfirmed'),
  },
  {
    id: 'price-book',
    costUsd: 0,
    run: notRun('compares-lists', 'refresh-prices'),
  },
  {
    id: 'hyperparameter-ranges',
    costUsd: 0,
    run: notRun('no-api', 'ranges-unconfirmed'),
  },
];

/** A search of every knowledge base of this project that the account has here: of whatever is refused, the policy is the likely cause. */
async function searchability({ agent, agentRuntime }: DoctorClients, region: string): Promise<Finding> {
  const found: string[] = [];
  const refused: string[] = [];
  for (const { id, label } of await ownKnowledgeBases(agent, region)) {
    try {
      await agentRuntime.send(
        new RetrieveCommand({
          knowledgeBaseId: id,
          retrievalQuery: { text: 'ready?' },
          retrievalConfiguration: { vectorSearchConfiguration: { numberOfResults: 1 } },
        }),
      );
      found.push(id);
    } catch (error) {
      refused.push(`${label}: ${error instanceof Error ? `${error.name} ${error.message}` : String(error)}`);
    }
  }
  if (refused.length > 0) {
    return attention([message('said', { text: refused.join('; ') })], message('search-refused'));
  }
  return found.length === 0 ? ok('nothing-searched', { region }) : ok('searched', { ids: found.join(', ') });
}

async function ownKnowledgeBases(
  agent: BedrockAgentClient,
  region: string,
): Promise<{ readonly id: string; readonly label: string }[]> {
  const own: { id: string; label: string }[] = [];
  let nextToken: string | undefined;
  do {
    const page = await agent.send(new ListKnowledgeBasesCommand(nextToken === undefined ? {} : { nextToken }));
    for (const { knowledgeBaseId: id = '', name = '' } of page.knowledgeBaseSummaries ?? []) {
      if (!OWN_NAME.test(name)) continue;
      own.push({ id, label: `${name} (${id}, ${region})` });
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return own;
}

/** As the stack rag names its knowledge bases: `<project>-<environment>-rag-<fingerprint>`. */
const OWN_NAME = /^[a-z][a-z0-9-]*-rag-[0-9a-f]{8}$/;

/** Asks one after the other. A check that fails says so and stops nobody; without an identity nothing else is asked. */
export async function runChecks(
  checks: readonly Check[],
  clients: DoctorClients,
  context: DoctorContext,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { id, costUsd, run } of checks) {
    let finding: Finding;
    try {
      finding = await run(clients, context);
    } catch (error) {
      finding = failure(error);
    }
    results.push({ id, costUsd: finding.status === 'not-run' ? 0 : costUsd, ...finding });
    if (id === 'identity' && finding.status === 'failed') break;
  }
  return results;
}

function failure(error: unknown): Finding {
  const name = error instanceof Error ? error.name : 'Error';
  const text = error instanceof Error ? error.message : String(error);
  const failed = (said: string, next: Message<NextCode>): Finding => ({
    status: 'failed',
    findings: [message('said', { text: said })],
    next,
  });
  if (/AccessDenied|NotAuthorized|UnauthorizedOperation/i.test(name)) return failed(text, message('allow-action'));
  const advice = credentialsAdvice(error) ?? refusalAdvice(error);
  if (advice !== undefined) return failed(name, message('said', { text: advice }));
  return failed(`${name}: ${text}`, message('try-again'));
}

/** As the check before a training run asks it; a model that is gone takes nothing. */
async function customizationsOf(bedrock: BedrockClient, modelIdentifier: string): Promise<readonly string[]> {
  try {
    const { modelDetails } = await bedrock.send(new GetFoundationModelCommand({ modelIdentifier }));
    return modelDetails?.customizationsSupported ?? [];
  } catch (error) {
    if (error instanceof Error && /^(?:ResourceNotFound|Validation)Exception$/.test(error.name)) return [];
    throw error;
  }
}

async function liveModels(bedrock: BedrockClient): Promise<Map<string, FoundationModelSummary>> {
  const { modelSummaries = [] } = await bedrock.send(new ListFoundationModelsCommand({}));
  return new Map(modelSummaries.map((summary) => [summary.modelId ?? '', summary]));
}

function lifecycleDrift(
  id: string,
  { inRegion, lifecycle }: ModelEntry,
  live: FoundationModelSummary | undefined,
  region: string,
): Message<FindingCode>[] {
  if (live === undefined) {
    return inRegion?.includes(region) === true ? [message('not-offered', { model: id, region })] : [];
  }
  const status = live.modelLifecycle?.status;
  const endsAt = live.modelLifecycle?.endOfLifeTime;
  const endOfLife = endsAt === undefined ? undefined : dayOf(endsAt);
  return [
    ...(status === 'LEGACY' && lifecycle.status === 'active' ? [message('legacy' as const, { model: id })] : []),
    ...(endOfLife !== undefined && endOfLife !== lifecycle.endOfLife
      ? [message('end-of-life' as const, { model: id, day: endOfLife })]
      : []),
  ];
}

/** The newest `days` whole days before `today`, as Cost Explorer takes them: the end is exclusive. */
function lastDays(today: string, days: number): { Start: string; End: string } {
  return { Start: addDays(today, -days), End: today };
}

async function tagsOnLines(costExplorer: CostExplorerClient, today: string): Promise<Finding> {
  const { ResultsByTime = [], NextPageToken } = await costExplorer.send(
    new GetCostAndUsageCommand({
      TimePeriod: lastDays(today, 14),
      Granularity: 'MONTHLY',
      Metrics: ['UnblendedCost'],
      GroupBy: [
        { Type: 'TAG', Key: TAG_KEYS.path },
        { Type: 'DIMENSION', Key: 'USAGE_TYPE' },
      ],
      Filter: { Not: { Dimensions: { Key: 'RECORD_TYPE', Values: ['Credit', 'Refund', 'Tax'] } } },
    }),
  );
  const groups = ResultsByTime.flatMap(({ Groups = [] }) => Groups).map(
    ({ Keys: [tag = '', usageType = ''] = [] }) => ({
      path: tag.slice(tag.indexOf('$') + 1),
      usageType,
    }),
  );
  const ofPaths = groups.filter(({ path }) => PATHS.some((id) => id === path));
  const untagged = groups.filter(({ path, usageType }) => path === '' && componentOfUsageType(usageType) !== undefined);
  const unique = (rows: typeof groups): string => [...new Set(rows.map(({ usageType }) => usageType))].join(', ');
  const more = NextPageToken === undefined ? [] : [message('first-page' as const)];
  if (ofPaths.length === 0) {
    return attention([message('no-tagged-line', { key: TAG_KEYS.path }), ...more], message('tags-later'));
  }
  const tagged = message('tagged' as const, { types: unique(ofPaths) });
  if (untagged.length === 0) return { status: 'ok', findings: [tagged, ...more] };
  return attention([tagged, message('untagged', { types: unique(untagged) }), ...more], message('untagged-shown'));
}
