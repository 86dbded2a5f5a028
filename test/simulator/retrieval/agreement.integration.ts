import { RetrieveCommand } from '@aws-sdk/client-bedrock-agent-runtime';
import { ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { ExecuteStatementCommand, RDSDataClient } from '@aws-sdk/client-rds-data';
import { expect, test } from '@jest/globals';
import { estimatePath } from '../../../lib/cost/estimate.ts';
import { COST_COMPONENTS } from '../../../lib/meters/cost-component.ts';
import { ragWorkload, type MeasuredRag } from '../../../lib/rehearsal/rag-workload.ts';
import { customMetricUsage, documentUsage, lambdaUsage, logUsage } from '../../../lib/simulator/index.ts';
import {
  CFN_TAGS,
  createKnowledgeBase,
  createKnowledgeBaseOn,
  knowledgeBaseBed,
  RAG_TAGS,
  sync,
  type BaseOfBed,
  type KnowledgeBaseBed,
} from '../../support/simulated-knowledge-base.ts';
import { ACCOUNT, MODEL, PRICES, REGION } from '../../support/simulator.ts';

const TOP_K = 3;
const CHANGED_SHARE = 0.1;
const HOURS = 744;

const of = (arn: string) => ({ path: 'rag', arn, tags: RAG_TAGS }) as const;

/** A cluster with a table as the knowledge base needs it. */
async function createOnAurora(bed: KnowledgeBaseBed): Promise<BaseOfBed> {
  const secretArn = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:master-AbCdEf`;
  bed.secrets.set(secretArn, 'postgres');
  await bed.resource('AWS::RDS::DBCluster', 'Create', {
    Engine: 'aurora-postgresql',
    DBClusterIdentifier: 'vectors',
    EnableHttpEndpoint: true,
    ServerlessV2ScalingConfiguration: { MinCapacity: 0, MaxCapacity: 2 },
    Tags: CFN_TAGS,
  });
  await bed.resource('AWS::RDS::DBInstance', 'Create', {
    DBClusterIdentifier: 'vectors',
    DBInstanceClass: 'db.serverless',
    Tags: CFN_TAGS,
  });
  const resourceArn = `arn:aws:rds:${REGION}:${ACCOUNT}:cluster:vectors`;
  const credentials = { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' };
  const data = new RDSDataClient({ region: REGION, endpoint: bed.simulator.url, credentials });
  for (const sql of [
    'CREATE EXTENSION vector',
    'CREATE TABLE chunks (id uuid PRIMARY KEY, embedding vector(1024), chunk text, metadata json)',
    'CREATE INDEX ON chunks USING hnsw (embedding vector_cosine_ops)',
    "CREATE INDEX ON chunks USING gin (to_tsvector('simple', chunk))",
  ]) {
    await data.send(new ExecuteStatementCommand({ resourceArn, secretArn, sql }));
  }
  data.destroy();
  return createKnowledgeBaseOn(bed, {
    type: 'RDS',
    rdsConfiguration: {
      resourceArn,
      credentialsSecretArn: secretArn,
      databaseName: 'postgres',
      tableName: 'chunks',
      fieldMapping: {
        primaryKeyField: 'id',
        vectorField: 'embedding',
        textField: 'chunk',
        metadataField: 'metadata',
      },
    },
  });
}

const STORES: [MeasuredRag['rag']['store'], (bed: KnowledgeBaseBed) => Promise<BaseOfBed>][] = [
  [
    {
      kind: 'opensearch-serverless',
      standbyReplicas: false,
      maxOcus: { indexing: 2, search: 2 },
      network: 'public',
    },
    (bed) => createKnowledgeBase(bed),
  ],
  [{ kind: 's3-vectors' }, (bed) => createKnowledgeBase(bed, { store: 's3-vectors' })],
  [{ kind: 'aurora-serverless-v2', minAcus: 0, maxAcus: 2, pauseAfterMinutes: 5 }, createOnAurora],
];

/** As long as each other, with enough requests that each day is like the others. */
const MONTHS = [
  ['2026-12', 3_100],
  ['2027-01', 100_000],
] as const;

test.each(STORES)(
  'the estimate of a measured month of rag on %j and its simulated bill, made apart from each other, agree',
  async (store, create) => {
    const bed = await knowledgeBaseBed();
    const base = await create(bed);
    for (let each = 0; each < 20; each++)
      bed.objects.set(`${each}.md`, `A queue of number ${each} keeps messages. `.repeat(40 + 7 * each));
    await sync(bed, base);
    const profileArn = await profileOf(bed);
    const credentials = { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' };
    const model = new BedrockRuntimeClient({ region: REGION, endpoint: bed.simulator.url, credentials });
    for (const question of ['Which queue keeps messages?', 'What does number 7 do?']) {
      const { retrievalResults = [] } = await bed.runtime.send(
        new RetrieveCommand({
          knowledgeBaseId: base.knowledgeBaseId,
          retrievalQuery: { text: question },
          retrievalConfiguration: { vectorSearchConfiguration: { numberOfResults: TOP_K } },
        }),
      );
      const text = [...retrievalResults.map(({ content }) => content?.text ?? ''), question].join('\n');
      await model.send(new ConverseCommand({ modelId: profileArn, messages: [{ role: 'user', content: [{ text }] }] }));
    }
    model.destroy();

    const { control } = bed.simulator;
    const [facts] = control.knowledgeBases();
    if (facts === undefined) throw new Error('no knowledge base');
    const profile = control.measured({ path: 'rag', requests: 2 });
    for (const [monthPlayed, requestsPerMonth] of MONTHS) {
      const month = { requests: requestsPerMonth, hours: HOURS, changedShare: CHANGED_SHARE };
      const storeUsage = control.knowledgeBaseMonth(facts.id, month);
      const logs = logUsage(of('arn:logs'), { bytesPerRequest: 900, retentionDays: 30 });
      const { documents, sourceBytes: bytes } = facts;
      control.playMonth({
        month: monthPlayed,
        requestsPerMonth,
        usagePerRequest: [
          ...profile.usagePerRequest,
          ...lambdaUsage(of('arn:function'), { architecture: 'arm64', memoryMb: 512, billedMsPerInvocation: 1_234 }),
          logs.ingested,
        ],
        usagePerMonth: [
          customMetricUsage('rag', 7),
          ...storeUsage,
          ...documentUsage(of('arn:bucket'), { documents, bytes, changedShare: CHANGED_SHARE }),
        ],
        storagePerRequest: [logs.stored],
      });
      const { inputTokens, outputTokens } = profile.tokensPerRequest;
      const workload = ragWorkload({
        rag: { modelId: MODEL, profileScope: 'us', serviceTier: 'standard', store, retrieval: RETRIEVAL },
        measured: {
          name: 'measured',
          requestsPerMonth,
          hoursPerMonth: HOURS,
          inputTokensPerRequest: inputTokens,
          outputTokensPerRequest: outputTokens,
          cacheReadInputTokensPerRequest: 0,
          cacheWriteInputTokensPerRequest: 0,
          function: { memoryMb: 512, durationMsPerRequest: 1_234, architecture: 'arm' },
          logs: { bytesPerRequest: 900, retentionDays: 30 },
          customMetrics: 7,
        },
        profile,
        facts,
        changedShare: CHANGED_SHARE,
        storeUsage,
        instances: 1,
        secrets: 0,
      });
      const { components } = estimatePath('rag', workload, PRICES);
      for (const component of COST_COMPONENTS) {
        const billed =
          control.ledger.totals(monthPlayed).find((total) => total.component === component && total.path === 'rag')
            ?.usd ?? 0;
        const estimated = components[component].monthly.usd ?? NaN;
        expect([component, estimated === billed || Math.abs(estimated - billed) / billed < 0.005]).toEqual([
          component,
          true,
        ]);
      }
      expect(components.data.monthly.usd).toBeGreaterThan(0);
    }
  },
);

const RETRIEVAL = { topK: TOP_K };

async function profileOf({ resource }: KnowledgeBaseBed): Promise<string> {
  const { attributes } = await resource('AWS::Bedrock::ApplicationInferenceProfile', 'Create', {
    InferenceProfileName: 'answers',
    ModelSource: { CopyFrom: `arn:aws:bedrock:${REGION}:${ACCOUNT}:inference-profile/us.${MODEL}` },
    Tags: CFN_TAGS,
  });
  return String(attributes['InferenceProfileArn']);
}
