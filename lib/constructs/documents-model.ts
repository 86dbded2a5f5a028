import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { DocumentsEnv, RetrievalSettings } from '../../lambda/answer-with-documents/env.ts';
import type { AnsweringEnv } from '../../lambda/shared/settings.ts';
import type { AnsweringModel } from './answering-model.ts';
import type { KnowledgeBase } from './knowledge-base.ts';
import type { TrackedModel } from './tracked-model.ts';

/** A model that is given passages of the documents with each question. */
export class DocumentsModel implements AnsweringModel {
  readonly verb = 'answer-with-documents';
  readonly environment: Record<string, string>;
  private readonly model: TrackedModel;
  private readonly base: KnowledgeBase;

  constructor(model: TrackedModel, base: KnowledgeBase, settings: RetrievalSettings) {
    this.model = model;
    this.base = base;
    this.environment = {
      MODEL_ARN: model.profileArn,
      KNOWLEDGE_BASE_ID: base.id,
      RETRIEVAL: Stack.of(model).toJsonString(settings),
    } satisfies Omit<DocumentsEnv, keyof AnsweringEnv>;
  }

  grantInvoke(role: Role): void {
    this.model.grantInvoke(role);
    role.addToPolicy(new PolicyStatement({ actions: ['bedrock:Retrieve'], resources: [this.base.arn] }));
  }
}
