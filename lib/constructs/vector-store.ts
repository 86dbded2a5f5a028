import type { CfnKnowledgeBase } from 'aws-cdk-lib/aws-bedrock';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IDependable } from 'constructs';

export interface VectorStoreProps {
  /** The knowledge base's: gets what it needs of the store, and no more. */
  readonly role: Role;
  readonly dimensions: number;
  /** Changes with the embedding model, its dimensions and the chunking: none of them can change within an index. */
  readonly fingerprint: string;
}

/** Where a knowledge base keeps its vectors: one construct for each kind. */
export interface VectorStore {
  readonly storage: CfnKnowledgeBase.StorageConfigurationProperty;
  /** What must exist before the knowledge base is made, and outlive it. */
  readonly ready: readonly IDependable[];
  /** How long after `ready` the store may still deny or not see what was made. */
  readonly settleSeconds: number;
}
