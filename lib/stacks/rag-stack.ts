import { Annotations, Stack, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { RetrievalSettings } from '../../lambda/answer-with-documents/env.ts';
import type { Config } from '../config/config.ts';
import type { RagConfig } from '../config/rag.ts';
import { AnswerFunction } from '../constructs/answer-function.ts';
import { foundationModelArn } from '../constructs/bedrock-arns.ts';
import { applyCostTags } from '../constructs/cost-tags.ts';
import { DocumentSync } from '../constructs/document-sync.ts';
import { documentsBucket } from '../constructs/documents-bucket.ts';
import { DocumentsModel } from '../constructs/documents-model.ts';
import { fingerprint } from '../constructs/fingerprint.ts';
import { KnowledgeBase, KnowledgeBaseRole, type Parser } from '../constructs/knowledge-base.ts';
import { StackHooks } from '../constructs/stack-hooks.ts';
import { TrackedModel } from '../constructs/tracked-model.ts';
import type { PathId } from '../paths.ts';
import { answering } from './answering.ts';
import { addOutputs, askCommand, estimateCommand, tagsText } from './outputs.ts';
import { stackProps } from './stack-props.ts';
import { storeConstruct, storePlace, storeWarning } from './vector-stores.ts';

const PATH = 'rag' satisfies PathId;

/**
 * Questions answered from documents. Idle it costs its vector store and what the documents store; each question costs its embedding,
 * the tokens of question and passages, a moment of Lambda and two log lines.
 *
 * Tags: whatever CloudFormation can tag has them. It cannot tag the data source, the policies and the index of OpenSearch Serverless.
 * Whether OCU lines carry the tags of collection or group, and embedding tokens those of the knowledge base or its role, is
 * unconfirmed: look for both under the service, too. The pages of Bedrock Data Automation are found there alone.
 */
export class RagStack extends Stack {
  constructor(scope: Construct, id: string, config: Config, rag: RagConfig) {
    const { project, environment } = config;
    const idle = idleText(rag);
    super(
      scope,
      id,
      stackProps(
        config,
        PATH,
        `questions answered from documents, with citations. ${idle} Documents are paid for by the GB, each question for its tokens, Lambda, logs and 10 custom metrics a month at most.`,
      ),
    );
    const { embedding, chunking, store: chosen, retrieval, documents, logRetentionDays } = rag;
    const bucket = documentsBucket(this, 'Documents', documents);
    const lifecycle = new StackHooks(this, 'Lifecycle', { logRetentionDays });
    const role = new KnowledgeBaseRole(this, 'Role', { bucket, modelId: embedding.modelId });
    const parser = parserOf(this, rag, role);
    if (retrieval.rerank !== undefined) role.grantRerank(retrieval.rerank.model);
    const print = fingerprint(embedding, chunking, storePlace(chosen), rag.parsing ?? null);
    const store = storeConstruct(this, chosen, {
      role,
      dimensions: embedding.dimensions,
      fingerprint: print,
      logRetentionDays,
    });
    const settled = lifecycle.wait('Settled', {
      seconds: store.settleSeconds,
      until: print,
      after: [role, ...store.ready],
    });
    const base = new KnowledgeBase(this, 'Knowledge', {
      role,
      bucket,
      store,
      embedding,
      chunking,
      parser,
      fingerprint: print,
      // emptied after the data source is gone, which may still be reading
      after: [settled, ...(documents.retain ? [] : [lifecycle.emptyBucket('Emptied', bucket)])],
    });
    const sync = new DocumentSync(this, 'Sync', { path: PATH, bucket, base, logRetentionDays });
    // so that on deletion nothing starts a job any more once the last one is stopped
    sync.trigger.node.addDependency(lifecycle.sync('FirstSync', base, sync.queue));
    const model = new TrackedModel(this, 'Model', { target: rag.target });
    const answers = new AnswerFunction(this, 'Answer', {
      path: PATH,
      model: new DocumentsModel(model, base, retrievalSettings(this, rag)),
      ...answering(rag),
    });
    applyCostTags(this, { path: PATH, project, environment });
    rag.warnings.forEach((warning, index) => Validations.of(this).addWarning(`Configuration${index}`, warning));
    Annotations.of(this).addInfo(`${idle}${otherStore(rag)} To stop: npx cdk destroy rag`);

    addOutputs(this, {
      FunctionName: answers.function.functionName,
      FunctionUrl: answers.url.url,
      ModelArn: model.profileArn,
      DocumentsBucket: bucket.bucketName,
      KnowledgeBaseId: base.id,
      DataSourceId: base.dataSourceId,
      SyncFunctionName: sync.function.functionName,
      Tags: tagsText(this, PATH, config),
      TryNextUpload: `aws s3 cp --recursive --region ${this.region} ./documents s3://${bucket.bucketName}/`,
      TryNextSynced: `aws logs tail ${sync.function.logGroup.logGroupName} --region ${this.region} --follow`,
      TryNextAsk: askCommand(this, answers.function.functionName),
      TryNextEstimate: estimateCommand(this, PATH),
    });
  }
}

function idleText({ store, idle }: RagConfig): string {
  const costs = idle.usdPerMonth === null ? 'an unknown amount' : `$${idle.usdPerMonth.toFixed(2)}`;
  return `Idle, its store ${store.kind} costs ${costs} a month: ${idle.reason}.${storeWarning(store)}`;
}

/** The one key that changes what a store costs while nobody asks. */
function otherStore({ idle }: RagConfig): string {
  return idle.usdPerMonth === 0
    ? ''
    : ' To pay less, set rag.store.kind in config/environment.json: s3-vectors costs nothing idle but storage, and searches by meaning only.';
}

function parserOf(scope: Construct, { parsing }: RagConfig, role: KnowledgeBaseRole): Parser | undefined {
  switch (parsing?.kind) {
    case undefined:
      return undefined;
    case 'data-automation':
      role.grantDataAutomation();
      return parsing.kind;
    case 'foundation-model': {
      const model = new TrackedModel(scope, 'Parser', { target: parsing.target });
      model.grantInvoke(role);
      return model;
    }
  }
}

function retrievalSettings(
  stack: Stack,
  { retrieval, contextualGrounding, retrievalPrices }: RagConfig,
): RetrievalSettings {
  const { rerank, ...rest } = retrieval;
  return {
    ...rest,
    ...(rerank === undefined
      ? {}
      : { rerank: { modelArn: foundationModelArn(stack, rerank.model), candidates: rerank.candidates } }),
    contextualGrounding,
    ...retrievalPrices,
  };
}
