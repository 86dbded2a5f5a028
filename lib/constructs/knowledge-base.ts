import { Stack, Validations } from 'aws-cdk-lib';
import { CfnDataSource, CfnKnowledgeBase } from 'aws-cdk-lib/aws-bedrock';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Bucket, CfnBucket, IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct, type IDependable } from 'constructs';
import { bedrockArn, foundationModelArn } from './bedrock-arns.ts';
import type { Chunking } from './chunking.ts';
import { chunkingConfiguration } from './chunking.ts';
import { servicePrincipal } from './service-principal.ts';
import type { TrackedModel } from './tracked-model.ts';
import type { VectorStore } from './vector-store.ts';
import { acknowledgeWildcards } from './wildcards.ts';

/** The role that a knowledge base works with: reads the documents and calls the embedding model. The store grants its own part. */
export class KnowledgeBaseRole extends Role {
  constructor(scope: Construct, id: string, props: { readonly bucket: Bucket; readonly modelId: string }) {
    const stack = Stack.of(scope);
    super(scope, id, {
      assumedBy: servicePrincipal(stack, 'bedrock.amazonaws.com', bedrockArn(stack, 'knowledge-base', '*')),
    });
    this.addToPolicy(
      new PolicyStatement({
        actions: ['bedrock:InvokeModel'],
        resources: [foundationModelArn(stack, props.modelId)],
      }),
    );
    const ownAccount = { StringEquals: { 'aws:ResourceAccount': stack.account } };
    this.addToPolicy(
      new PolicyStatement({ actions: ['s3:ListBucket'], resources: [props.bucket.bucketArn], conditions: ownAccount }),
    );
    this.addToPolicy(
      new PolicyStatement({
        actions: ['s3:GetObject'],
        resources: [props.bucket.arnForObjects('*')],
        conditions: ownAccount,
      }),
    );
    Validations.of(this).acknowledge({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::<${stack.getLogicalId(props.bucket.node.defaultChild as CfnBucket)}.Arn>/*]`,
      reason: 'It reads every document',
    });
  }

  /** Reranking within a search is done by the knowledge base: https://docs.aws.amazon.com/bedrock/latest/userguide/rerank-prereq.html */
  grantRerank(modelId: string): void {
    this.addToPolicy(
      new PolicyStatement({
        actions: ['bedrock:InvokeModel'],
        resources: [foundationModelArn(Stack.of(this), modelId)],
      }),
    );
    // has no resource to name
    this.addToPolicy(new PolicyStatement({ actions: ['bedrock:Rerank'], resources: ['*'] }));
    Validations.of(this).acknowledge({
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
      reason: 'bedrock:Rerank takes no resource; which model it may call is limited by bedrock:InvokeModel',
    });
  }

  /**
   * Bedrock Data Automation is asked through a profile of the account that spans the Regions of its geography.
   * https://docs.aws.amazon.com/bedrock/latest/userguide/kb-permissions.html and bda-cris.html
   */
  grantDataAutomation(): void {
    const stack = Stack.of(this);
    const anyRegion = (account: string, resource: string, resourceName: string): string =>
      bedrockArn(this, resource, resourceName, { region: '*', account });
    const own = (resource: string): string => anyRegion(stack.account, resource, '*');
    this.addToPolicy(
      new PolicyStatement({
        actions: ['bedrock:InvokeDataAutomationAsync'],
        resources: [anyRegion('aws', 'data-automation-project', 'public-rag-default'), own('data-automation-profile')],
      }),
    );
    this.addToPolicy(
      new PolicyStatement({
        actions: ['bedrock:GetDataAutomationStatus'],
        resources: [own('data-automation-invocation')],
      }),
    );
    const arn = 'Resource::arn:<AWS::Partition>:bedrock:*';
    acknowledgeWildcards(
      this,
      "It serves from any Region of the geography; the profile and the job are the account's own",
      [
        `${arn}:aws:data-automation-project/public-rag-default`,
        `${arn}:<AWS::AccountId>:data-automation-profile/*`,
        `${arn}:<AWS::AccountId>:data-automation-invocation/*`,
      ],
    );
  }
}

/** Reads the pages in place of Bedrock's own parser. */
export type Parser = TrackedModel | 'data-automation';

export interface KnowledgeBaseProps {
  readonly role: Role;
  readonly bucket: IBucket;
  readonly store: VectorStore;
  readonly embedding: { readonly modelId: string; readonly dimensions: number };
  readonly chunking: Chunking;
  readonly parser?: Parser | undefined;
  /** Changes with whatever neither knowledge base nor data source can change in place. */
  readonly fingerprint: string;
  /** What must exist before. */
  readonly after: readonly IDependable[];
}

/** The index over the documents. Replaced as a whole, under other names, where its fingerprint changes. */
export class KnowledgeBase extends Construct {
  readonly id: string;
  readonly arn: string;
  readonly dataSourceId: string;
  readonly dataSource: CfnDataSource;

  constructor(scope: Construct, id: string, props: KnowledgeBaseProps) {
    super(scope, id);
    const { role, bucket, store, embedding, chunking, parser, fingerprint, after } = props;
    const stack = Stack.of(this);
    const name = `${stack.stackName}-${fingerprint}`;
    // the fingerprint is in the logical ids too: CloudFormation takes a changed embedding for an update, which the service refuses
    const base = new CfnKnowledgeBase(this, `Base${fingerprint}`, {
      name,
      roleArn: role.roleArn,
      knowledgeBaseConfiguration: {
        type: 'VECTOR',
        vectorKnowledgeBaseConfiguration: {
          // not a profile: it is unconfirmed that one is taken here, and that its tag reaches the bill
          embeddingModelArn: foundationModelArn(stack, embedding.modelId),
          embeddingModelConfiguration: {
            bedrockEmbeddingModelConfiguration: { dimensions: embedding.dimensions, embeddingDataType: 'FLOAT32' },
          },
        },
      },
      storageConfiguration: store.storage,
    });
    for (const first of [role, ...store.ready, ...after]) base.node.addDependency(first);
    this.dataSource = new CfnDataSource(this, `Documents${fingerprint}`, {
      name,
      knowledgeBaseId: base.attrKnowledgeBaseId,
      dataSourceConfiguration: { type: 'S3', s3Configuration: { bucketArn: bucket.bucketArn } },
      // the index ends with the stack: deleting vector by vector may fail, and the stack would be stuck
      dataDeletionPolicy: 'RETAIN',
      vectorIngestionConfiguration: {
        chunkingConfiguration: chunkingConfiguration(chunking),
        ...(parser === undefined ? {} : { parsingConfiguration: parsingConfiguration(parser) }),
      },
    });
    this.id = base.attrKnowledgeBaseId;
    this.arn = base.attrKnowledgeBaseArn;
    this.dataSourceId = this.dataSource.attrDataSourceId;
  }
}

/** Text alone: with the pictures themselves, each knowledge base would need a bucket to keep them in. */
function parsingConfiguration(parser: Parser): CfnDataSource.ParsingConfigurationProperty {
  return parser === 'data-automation'
    ? { parsingStrategy: 'BEDROCK_DATA_AUTOMATION' }
    : {
        parsingStrategy: 'BEDROCK_FOUNDATION_MODEL',
        bedrockFoundationModelConfiguration: { modelArn: parser.profileArn },
      };
}
