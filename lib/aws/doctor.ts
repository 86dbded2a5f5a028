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
  CostExplorerClient,
} from '@aws-sdk/client-cost-explorer';
import { ListServiceQuotasCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { COST_EXPLORER_REQUEST_USD } from '../billing/sources/cost-explorer-pages.ts';
import type { ModelCatalogue, ModelEntry } from '../catalogue/models.ts';
import { TAG_KEYS } from '../deployment/tags.ts';
import { credentialsAdvice, refusalAdvice } from '../errors/aws-advice.ts';
import { componentOfUsageType } from '../meters/meters.ts';
import { PATHS } from '../paths.ts';
import { DAY_MS } from '../units.ts';
import { NEEDED_KEYS } from './cost-allocation-tags.ts';

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
    // Cost Explorer has one endpoint for all Regions
    costExplorer: new CostExplorerClient({ region: 'us-east-1' }),
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
type CheckStatus = 'ok' | 'attention' | 'failed' | 'not-run';

interface Finding {
  readonly status: CheckStatus;
  readonly finding: string;
  readonly next?: string;
}

export interface CheckResult extends Finding {
  readonly id: string;
  readonly question: string;
  /** What asking cost at most, in US dollars. */
  readonly costUsd: number;
}

export interface Check {
  readonly id: string;
  readonly question: string;
  /** What asking costs at most, in US dollars: stated before it runs. Every check only reads. */
  readonly costUsd: number;
  readonly run: (clients: DoctorClients, context: DoctorContext) => Promise<Finding>;
}

const ok = (finding: string): Finding => ({ status: 'ok', finding });
const attention = (finding: string, next: string): Finding => ({ status: 'attention', finding, next });
const notRun =
  (finding: string, next: string): Check['run'] =>
  () =>
    Promise.resolve({ status: 'not-run', finding, next });

/** What one search costs at most: a few embedded tokens, and half an hour of a paused Aurora that it wakes. */
const SEARCH_USD = 0.05;

/** Every open question about how AWS behaves that this project rests on, cheapest first. */
export const CHECKS: readonly Check[] = [
  {
    id: 'identity',
    question: 'Who is asking, in which account?',
    costUsd: 0,
    run: async ({ sts }) => {
      const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
      return ok(`${Arn ?? 'unknown principal'} in account ${Account ?? 'unknown'}`);
    },
  },
  {
    id: 'model-lifecycle',
    question: 'Are the models of config/models.json still what the catalogue says?',
    costUsd: 0,
    run: async ({ bedrock }, { catalogue, region }) => {
      const live = await liveModels(bedrock);
      const drift = Object.entries(catalogue.models).flatMap(([id, entry]) =>
        lifecycleDrift(id, entry, live.get(id), region),
      );
      return drift.length === 0
        ? ok(`${live.size} models offered in ${region}; the catalogue agrees`)
        : attention(drift.join('; '), 'correct config/models.json before you deploy');
    },
  },
  {
    id: 'continued-pretraining-base',
    question: 'Does any base model take CONTINUED_PRE_TRAINING on Bedrock?',
    costUsd: 0,
    run: async ({ bedrock }, { region }) => {
      const { modelSummaries = [] } = await bedrock.send(
        new ListFoundationModelsCommand({ byCustomizationType: 'CONTINUED_PRE_TRAINING' }),
      );
      const ids = modelSummaries.map(({ modelId }) => modelId ?? '').filter((id) => id !== '');
      return ids.length === 0
        ? ok(`none in ${region}, as this project assumes: continued pre-training runs on SageMaker and is imported`)
        : attention(
            `${ids.join(', ')} in ${region}`,
            'add them to config/models.json: the Bedrock route is open again',
          );
    },
  },
  {
    id: 'customizations',
    question: 'Can the models of config/models.json still be customised here, in the ways it says?',
    costUsd: 0,
    run: async ({ bedrock }, { catalogue, region }) => {
      const wrong: string[] = [];
      for (const { customization } of Object.values(catalogue.models)) {
        if (customization?.regions.includes(region) !== true || customization.tuningId === null) continue;
        const offered: readonly string[] = await customizationsOf(bedrock, customization.tuningId);
        const lacking = customization.types.filter((type) => !offered.includes(type));
        if (lacking.length > 0) wrong.push(`${customization.tuningId} does not take ${lacking.join(', ')}`);
      }
      return wrong.length === 0
        ? ok(`every model that the catalogue customises in ${region} takes what it says`)
        : attention(`in ${region}: ${wrong.join('; ')}`, 'correct config/models.json: train would refuse, at no cost');
    },
  },
  {
    id: 'profile-regions',
    question: 'Do the cross-Region profiles span the Regions that the policies allow?',
    costUsd: 0,
    run: async ({ bedrock }, { catalogue, region }) => {
      const wrong: string[] = [];
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
          if (spans.join() !== [...profile.spans].sort().join()) wrong.push(`${id} spans ${spans.join(', ')}`);
        }
      }
      return wrong.length === 0
        ? ok(`${asked} profiles span what config/models.json says`)
        : attention(
            wrong.join('; '),
            'correct config/models.json: calls routed to a Region that is not listed are denied',
          );
    },
  },
  {
    id: 'quotas',
    question: 'What may custom models use: requests a minute on demand, model units?',
    costUsd: 0,
    run: async ({ quotas }, { region }) => {
      const lines: string[] = [];
      let NextToken: string | undefined;
      do {
        const page = await quotas.send(
          new ListServiceQuotasCommand({
            ServiceCode: 'bedrock',
            MaxResults: 100,
            ...(NextToken !== undefined && { NextToken }),
          }),
        );
        for (const { QuotaName = '', Value } of page.Quotas ?? []) {
          if (/custom model deployment|model units/i.test(QuotaName))
            lines.push(`${QuotaName}: ${String(Value ?? 'unknown')}`);
        }
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return lines.length === 0
        ? attention(
            `no quota of ${region} names custom model deployments or model units`,
            'ask AWS Support before you rely on either',
          )
        : ok(lines.join('; '));
    },
  },
  {
    id: 'invocation-logging',
    question: 'Does this account log the text of prompts and answers?',
    costUsd: 0,
    run: async ({ bedrock }, { region }) => {
      const { loggingConfig } = await bedrock.send(new GetModelInvocationLoggingConfigurationCommand({}));
      if (loggingConfig === undefined) return ok(`off in ${region}; nothing of this project turns it on`);
      const where = [
        loggingConfig.s3Config?.bucketName === undefined ? [] : [`s3://${loggingConfig.s3Config.bucketName}`],
        loggingConfig.cloudWatchConfig?.logGroupName === undefined
          ? []
          : [`log group ${loggingConfig.cloudWatchConfig.logGroupName}`],
      ].flat();
      return attention(
        `on in ${region}, to ${where.join(' and ')}`,
        'prompts are stored there unmasked, guardrail or not',
      );
    },
  },
  {
    id: 'tags-active',
    question: 'Can Cost Explorer group by path and component?',
    costUsd: COST_EXPLORER_REQUEST_USD,
    run: async ({ costExplorer }) => {
      const { CostAllocationTags = [] } = await costExplorer.send(
        new ListCostAllocationTagsCommand({ TagKeys: [...NEEDED_KEYS] }),
      );
      const active = CostAllocationTags.filter(({ Status }) => Status === 'Active').map(({ TagKey }) => TagKey);
      const missing = NEEDED_KEYS.filter((key) => !active.includes(key));
      return missing.length === 0
        ? ok(`active: ${NEEDED_KEYS.join(', ')}`)
        : attention(`not active: ${missing.join(', ')}`, 'npx fmpaths tags activate, from the payer account');
    },
  },
  {
    id: 'tags-on-lines',
    question: 'Which billed usage of the last 14 days carries the path tag: tokens, training, storage, OCUs?',
    costUsd: COST_EXPLORER_REQUEST_USD,
    run: async ({ costExplorer }, { today }) => tagsOnLines(costExplorer, today),
  },
  {
    id: 'principal-tags',
    question: 'Do the tags of the calling roles reach the bill as a second attribution?',
    costUsd: COST_EXPLORER_REQUEST_USD,
    run: async ({ costExplorer }, { today }) => {
      const TagKey = `iamPrincipal/${TAG_KEYS.path}`;
      const { Tags = [] } = await costExplorer.send(new GetTagsCommand({ TimePeriod: lastDays(today, 14), TagKey }));
      const values = Tags.filter((value) => value !== '');
      return values.length === 0
        ? attention(
            `no value of ${TagKey} in 14 days`,
            `after a first call and a day: npx fmpaths tags activate --keys ${TagKey}`,
          )
        : ok(`${TagKey} = ${values.join(', ')}; the same dollars as the path tag, never to be added to it`);
    },
  },
  {
    id: 'export-tag-spelling',
    question: 'How does your CUR export spell the tag keys?',
    costUsd: 0,
    run: notRun(
      'reads a file of your bucket',
      'npx fmpaths bill --source cur --file FOLDER, over a copy of it, prints the spelling it found',
    ),
  },
  {
    id: 'knowledge-base-search',
    question: 'Can the deployed rag be searched, with its network policy and its store as they are?',
    costUsd: SEARCH_USD,
    run: async (clients, { region }) => searchability(clients, region),
  },
  {
    id: 'embedding-profile',
    question: 'May a knowledge base embed through an application inference profile, and is that billed by tag?',
    costUsd: 0,
    run: notRun(
      'would create a knowledge base',
      'not confirmed: this project embeds through the foundation model and says so',
    ),
  },
  {
    id: 'nextgen-retrieve',
    question: 'Does Retrieve work on OpenSearch Serverless NextGen?',
    costUsd: 0,
    run: notRun(
      'would create a collection, which bills by the hour',
      'not confirmed: reported to answer 403; keep to Classic',
    ),
  },
  {
    id: 'price-book',
    question: 'What do an hour of Provisioned Throughput and a managed knowledge base cost today?',
    costUsd: 0,
    run: notRun(
      'compares whole price lists',
      'npx fmpaths prices refresh, then prices diff: the AWS Price List takes nothing for an answer',
    ),
  },
  {
    id: 'hyperparameter-ranges',
    question: 'Which hyperparameters does Nova 2 Lite take?',
    costUsd: 0,
    run: notRun(
      'no API says; only the start of a job would',
      'not confirmed: train prices a run before it starts, and a job that AWS refuses at the start bills nothing',
    ),
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
    return attention(
      refused.join('; '),
      "resuming: ask again in a minute; 403 with rag.store.network 'bedrock-only': set it to 'public' (only IAM then guards the store) and deploy again; 403 with experimental 'nextgen': leave that out",
    );
  }
  return found.length === 0
    ? ok(`no knowledge base of this project in ${region}: nothing was searched`)
    : ok(`searched: ${found.join(', ')}`);
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
  for (const { id, question, costUsd, run } of checks) {
    let finding: Finding;
    try {
      finding = await run(clients, context);
    } catch (error) {
      finding = failure(error);
    }
    results.push({ id, question, costUsd: finding.status === 'not-run' ? 0 : costUsd, ...finding });
    if (id === 'identity' && finding.status === 'failed') break;
  }
  return results;
}

function failure(error: unknown): Finding {
  const name = error instanceof Error ? error.name : 'Error';
  const message = error instanceof Error ? error.message : String(error);
  if (/AccessDenied|NotAuthorized|UnauthorizedOperation/i.test(name)) {
    return { status: 'failed', finding: message, next: 'allow the action that the message names; doctor only reads' };
  }
  const advice = credentialsAdvice(error) ?? refusalAdvice(error);
  if (advice !== undefined) return { status: 'failed', finding: name, next: advice };
  return {
    status: 'failed',
    finding: `${name}: ${message}`,
    next: 'run it again; if it stays, ask the service by hand',
  };
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
): string[] {
  if (live === undefined) return inRegion?.includes(region) === true ? [`${id} is not offered in ${region}`] : [];
  const status = live.modelLifecycle?.status;
  const endOfLife = live.modelLifecycle?.endOfLifeTime?.toISOString().slice(0, 10);
  return [
    ...(status === 'LEGACY' && lifecycle.status === 'active' ? [`${id} is legacy`] : []),
    ...(endOfLife !== undefined && endOfLife !== lifecycle.endOfLife
      ? [`${id} reaches its end of life on ${endOfLife}`]
      : []),
  ];
}

/** The newest `days` whole days before `today`, as Cost Explorer takes them: the end is exclusive. */
function lastDays(today: string, days: number): { Start: string; End: string } {
  return { Start: new Date(Date.parse(today) - days * DAY_MS).toISOString().slice(0, 10), End: today };
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
  const more = NextPageToken === undefined ? '' : ' (first page only: the rest would cost another request)';
  if (ofPaths.length === 0) {
    return attention(
      `no line carries ${TAG_KEYS.path} yet${more}`,
      'tags appear a day after they are active, and not for days before; npx fmpaths tags status',
    );
  }
  return untagged.length === 0
    ? ok(`tagged: ${unique(ofPaths)}${more}`)
    : attention(
        `tagged: ${unique(ofPaths)}; untagged, of this project or another: ${unique(untagged)}${more}`,
        'bill and compare show what is untagged in a column of its own',
      );
}
