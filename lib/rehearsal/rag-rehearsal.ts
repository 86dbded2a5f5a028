import { BedrockAgentRuntimeClient, RetrieveCommand } from '@aws-sdk/client-bedrock-agent-runtime';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { daysInMonth } from '../billing/days.ts';
import { SAMPLE, sampleDocuments } from '../config/sample.ts';
import { TAG_KEYS } from '../deployment/tags.ts';
import { usdPer } from '../prices/usd-per.ts';
import { formatUsd } from '../report/money.ts';
import { documentUsage, secretUsage } from '../simulator/index.ts';
import type { KnowledgeBaseFacts } from '../simulator/retrieval/index.ts';
import type { MeteredUsage } from '../simulator/usage.ts';
import { HOURS_PER_MONTH, HOURS_PER_DAY } from '../units.ts';
import { emulatedSecrets, type TaggedResource } from './emulated-secrets.ts';
import { said, type PathRehearsal, type PathStage } from './path-rehearsal.ts';
import { ragWorkload, type RagSettings } from './rag-workload.ts';

const UPLOADS_AT_ONCE = 16;
/** So long without another document, the sync is taken to have given up. */
const IDLE_SECONDS = 180;

/** Documents go to the bucket, the deployed sync notices them, and questions are answered from them. */
export function ragRehearsal(stage: PathStage): PathRehearsal {
  const { observer, config, path } = stage;
  const { rag } = config;
  if (rag === undefined) throw new Error(`${path} was deployed without a configuration`);
  const known: { documents?: TaggedResource; secrets: readonly TaggedResource[] } = { secrets: [] };
  const base = (): KnowledgeBaseFacts => knowledgeBaseOf(stage);

  return {
    prepare: async () => {
      const secrets = await emulatedSecrets(stage.emulatorUrl, config.region);
      known.secrets = secrets.filter(({ tags }) => tags[TAG_KEYS.path] === path);
      known.documents = await observer.step(`Documents of ${path}`, async ({ count }) => {
        const [bucket = ''] = base().buckets;
        const before = Date.now();
        const uploaded = await upload(stage, bucket, count);
        const synced = await untilSynced(base, uploaded);
        if (synced < uploaded) {
          stage.problems.push({
            spoils: [path],
            what: `${uploaded - synced} of ${uploaded} documents of ${path} were not brought in`,
            advice: `Nothing happened for ${IDLE_SECONDS} s: the deployed sync gave up, or the machine is very busy. 'npx fmpaths rehearse --paths ${path}' repeats it alone.`,
          });
        }
        const seconds = Math.round((Date.now() - before) / 1000);
        const { vectors, embeddedTokens, indexedAt } = base();
        const virtualMs = (indexedAt?.getTime() ?? 0) - stage.deployingSince.getTime();
        return said(
          // the emulator loses the tags of a bucket; those of the knowledge base are the same record
          { arn: `arn:aws:s3:::${bucket}`, tags: base().tags },
          `${uploaded} README files of the aws-cdk-lib in the bucket; the deployed sync made ${vectors} chunks of them, ${embeddedTokens} tokens to embed, in ${seconds} s here`,
          `from the start of the deployment to the first answer: ${Math.ceil(virtualMs / 60_000)} minutes of the virtual clock, with durations that were seen or assumed, not measured on AWS`,
          `idle, with the store ${rag.store.kind}, it bills ${formatUsd(idleUsdPerMonth(stage, known.secrets.length))} a month and the storage`,
        );
      });
    },
    examine: async () => {
      await observer.step(`Recall of ${path}`, async () => {
        const { asked, byDocument, byProof } = await recall(stage, rag, base().id);
        const share = (count: number): string => `${Math.round((count / asked) * 100)} %`;
        return said(
          undefined,
          `at ${rag.retrieval.topK}: the right document for ${share(byDocument)} of ${asked} questions, the sentence that proves the answer for ${share(byProof)}; ranked by words (BM25), which stands in for embeddings`,
        );
      });
    },
    resourceIds: () => [base().storeArn, ...(known.documents === undefined ? [] : [known.documents.arn])],
    standingUsage: (month, requests) => ({ usagePerMonth: standing(stage, month, requests, known) }),
    workload: (measured, profile) => {
      const { requestsPerMonth, hoursPerMonth } = measured;
      const month = { requests: requestsPerMonth, hours: hoursPerMonth, changedShare: SAMPLE.changedSharePerMonth };
      return ragWorkload({
        rag,
        measured,
        profile,
        facts: base(),
        changedShare: SAMPLE.changedSharePerMonth,
        storeUsage: stage.simulator.control.knowledgeBaseMonth(base().id, month),
        instances: instancesOf(stage),
        secrets: known.secrets.length,
      });
    },
  };
}

function knowledgeBaseOf({ simulator, path }: PathStage): KnowledgeBaseFacts {
  const base = simulator.control.knowledgeBases().find((facts) => facts.path === path);
  if (base === undefined) throw new Error(`${path} was deployed without a knowledge base`);
  return base;
}

async function upload(
  { root, objects }: PathStage,
  bucket: string,
  count: (done: number, total: number) => void,
): Promise<number> {
  const folder = join(root, SAMPLE.documents);
  const names = sampleDocuments(root);
  const waiting = [...names];
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const key = name.replaceAll('\\', '/');
      await objects.write(`s3://${bucket}/${key}`, await readFile(join(folder, name), 'utf8'));
      count(++done, names.length);
    }
  };
  await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, worker));
  return names.length;
}

/** What was deployed has to notice the documents by itself: nothing is started here. */
async function untilSynced(base: () => KnowledgeBaseFacts, documents: number): Promise<number> {
  let seen = 0;
  let giveUpMs = Date.now() + IDLE_SECONDS * 1000;
  for (;;) {
    const facts = base();
    if (facts.documents !== seen) giveUpMs = Date.now() + IDLE_SECONDS * 1000;
    seen = facts.documents;
    if (!facts.isSyncing && facts.documents === documents) return documents;
    if (Date.now() > giveUpMs) {
      if (facts.documents > 0) return facts.documents;
      throw new Error(
        `after ${IDLE_SECONDS} s the knowledge base has none of ${documents} documents: the deployed sync did not bring them in`,
      );
    }
    await sleep(100);
  }
}

/** Of what exists while nobody asks and nothing changes. */
function idleUsdPerMonth({ simulator, path, book }: PathStage, secrets: number): number | null {
  const secretUsd = secrets === 0 ? 0 : usdPer(book.prices, 'secrets/secret', 'secret-month');
  const usd = simulator.control
    .leftovers()
    .filter(({ tags }) => tags?.[TAG_KEYS.path] === path)
    .map(({ usdPerDay }) => usdPerDay);
  if (secretUsd === null || usd.includes(null)) return null;
  const usdPerDay = usd.reduce<number>((sum, each) => sum + (each ?? 0), 0);
  return usdPerDay * (HOURS_PER_MONTH / HOURS_PER_DAY) + secrets * secretUsd;
}

interface ProvedQuestion {
  readonly id: string;
  readonly question: string;
  readonly document: string;
  readonly quote: string;
}

function instancesOf({ simulator, path }: PathStage): number {
  return simulator.control
    .resources()
    .filter(({ type, tags }) => type === 'AWS::RDS::DBInstance' && tags?.[TAG_KEYS.path] === path).length;
}

/** Asks the simulated Retrieve as the function does, and looks for what the dataset says is the proof. */
async function recall({ root, questions, simulator, config }: PathStage, rag: RagSettings, knowledgeBaseId: string) {
  const lines = (await readFile(join(root, SAMPLE.questions), 'utf8')).trim().split('\n');
  const proofs = lines.map((line) => JSON.parse(line) as ProvedQuestion);
  const asked = proofs.filter(({ id }) => questions.some((question) => question.id === id));
  const client = new BedrockAgentRuntimeClient({
    region: config.region,
    endpoint: simulator.url,
    credentials: { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' },
  });
  const plain = (text: string): string => text.replace(/\s+/g, ' ');
  const counts = { asked: asked.length, byDocument: 0, byProof: 0 };
  for (const { question, document, quote } of asked) {
    const { retrievalResults = [] } = await client.send(
      new RetrieveCommand({
        knowledgeBaseId,
        retrievalQuery: { text: question },
        retrievalConfiguration: { vectorSearchConfiguration: { numberOfResults: rag.retrieval.topK } },
      }),
    );
    if (retrievalResults.some(({ location }) => location?.s3Location?.uri?.endsWith(`/${document}`) === true)) {
      counts.byDocument += 1;
    }
    if (retrievalResults.some(({ content }) => plain(content?.text ?? '').includes(plain(quote)))) counts.byProof += 1;
  }
  client.destroy();
  return counts;
}

/** What the month bills whatever is asked: store, changed documents, bucket and secrets. */
function standing(
  stage: PathStage,
  month: string,
  requests: number,
  { documents, secrets }: { readonly documents?: TaggedResource; readonly secrets: readonly TaggedResource[] },
): MeteredUsage[] {
  const { simulator, path } = stage;
  const base = knowledgeBaseOf(stage);
  const hours = daysInMonth(month) * HOURS_PER_DAY;
  return [
    ...simulator.control.knowledgeBaseMonth(base.id, { requests, hours, changedShare: SAMPLE.changedSharePerMonth }),
    ...(documents === undefined
      ? []
      : documentUsage(
          { path, ...documents },
          { documents: base.documents, bytes: base.sourceBytes, changedShare: SAMPLE.changedSharePerMonth },
        )),
    ...secrets.map((secret) => secretUsage({ path, ...secret })),
  ];
}
