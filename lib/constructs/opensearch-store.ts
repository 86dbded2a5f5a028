import { CfnDeletionPolicy, DefaultStackSynthesizer, Fn, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  CfnAccessPolicy,
  CfnCollection,
  CfnCollectionGroup,
  CfnIndex,
  CfnSecurityPolicy,
} from 'aws-cdk-lib/aws-opensearchserverless';
import { Construct, type IDependable } from 'constructs';
import { fingerprint as fingerprintOf } from './fingerprint.ts';
import type { VectorStore, VectorStoreProps } from './vector-store.ts';

export interface OpenSearchStoreProps extends VectorStoreProps {
  readonly standbyReplicas: boolean;
  readonly maxOcus: { readonly indexing: number; readonly search: number };
  readonly network: 'public' | 'bedrock-only';
  /** NextGen is unconfirmed under a knowledge base. */
  readonly generation: 'CLASSIC' | 'NEXTGEN';
}

const FIELDS = {
  vectorField: 'bedrock-knowledge-base-default-vector',
  textField: 'AMAZON_BEDROCK_TEXT_CHUNK',
  metadataField: 'AMAZON_BEDROCK_METADATA',
};

/** What the knowledge base does with its index, and CloudFormation with it and nothing else. */
const INDEX_USE = ['aoss:DescribeIndex', 'aoss:ReadDocument', 'aoss:WriteDocument'];
const INDEX_MAKING = ['aoss:CreateIndex', 'aoss:DeleteIndex', 'aoss:UpdateIndex', 'aoss:DescribeIndex'];

/**
 * OpenSearch Serverless: billed by the OCU-hour from its creation on, used or not.
 *
 * In a collection group of its own, so that no other collection of the account shares its OCUs, and with an upper limit of them.
 * Whether OCU lines carry the tags of group or collection is unconfirmed; both have them.
 */
export class OpenSearchStore extends Construct implements VectorStore {
  readonly storage;
  readonly ready: readonly IDependable[];
  // a new index is not seen at once: the knowledge base is then refused with "no such index"
  readonly settleSeconds = 60;

  constructor(scope: Construct, id: string, props: OpenSearchStoreProps) {
    super(scope, id);
    const { role, dimensions, fingerprint, standbyReplicas, maxOcus, network, generation } = props;
    const { stackName } = Stack.of(this);
    const nextGen = generation === 'NEXTGEN';
    // NextGen refuses collections without standby replicas
    const standby = nextGen || standbyReplicas ? 'ENABLED' : 'DISABLED';
    // at most 28 characters, and another one where the collection must be another
    const name = `${stackName.slice(0, 19)}-${fingerprintOf(stackName, standby, generation)}`;
    const collectionRule = { ResourceType: 'collection', Resource: [`collection/${name}`] };

    const encryption = new CfnSecurityPolicy(this, 'Encryption', {
      name,
      type: 'encryption',
      // a key of one's own costs $1 a month at idle
      policy: JSON.stringify({ Rules: [collectionRule], AWSOwnedKey: true }),
    });
    const access = network === 'public' ? { AllowFromPublic: true } : { SourceServices: ['bedrock.amazonaws.com'] };
    const networkPolicy = new CfnSecurityPolicy(this, 'Network', {
      name,
      type: 'network',
      policy: JSON.stringify([{ Rules: [collectionRule], AllowFromPublic: false, ...access }]),
    });
    const indexes = [`index/${name}/*`];
    const rule = (permissions: string[]) => [{ ResourceType: 'index', Resource: indexes, Permission: permissions }];
    const data = new CfnAccessPolicy(this, 'Access', {
      name,
      type: 'data',
      policy: Stack.of(this).toJsonString([
        { Rules: rule(INDEX_USE), Principal: [role.roleArn] },
        { Rules: rule(INDEX_MAKING), Principal: [this.deploymentRoleArn()] },
      ]),
    });
    const group = new CfnCollectionGroup(this, 'Group', {
      name,
      standbyReplicas: standby,
      generation,
      capacityLimits: { maxIndexingCapacityInOcu: maxOcus.indexing, maxSearchCapacityInOcu: maxOcus.search },
    });
    const collection = new CfnCollection(this, 'Collection', {
      name,
      type: 'VECTORSEARCH',
      standbyReplicas: standby,
      collectionGroupName: group.name,
    });
    // also the access policy: it takes up to a minute to be in force, and the collection takes longer than that
    for (const first of [encryption, networkPolicy, data, group]) collection.addResourceDependency(first);
    const index = new CfnIndex(this, 'Index', {
      collectionEndpoint: collection.attrCollectionEndpoint,
      indexName: `vectors-${fingerprint}`,
      settings: { index: { knn: true } },
      mappings: {
        properties: {
          [FIELDS.vectorField]: {
            type: 'knn_vector',
            dimension: dimensions,
            // NextGen picks the method itself and refuses one
            ...(nextGen ? {} : { method: { engine: 'faiss', name: 'hnsw', spaceType: 'l2' } }),
          },
          [FIELDS.textField]: { type: 'text', index: true },
          [FIELDS.metadataField]: { type: 'text', index: false },
        },
      },
    });
    // CloudFormation may no longer reach it; it ends with its collection
    if (network === 'bedrock-only') {
      index.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN;
      index.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.DELETE;
    }
    role.addToPolicy(new PolicyStatement({ actions: ['aoss:APIAccessAll'], resources: [collection.attrArn] }));
    this.storage = {
      type: 'OPENSEARCH_SERVERLESS',
      opensearchServerlessConfiguration: {
        collectionArn: collection.attrArn,
        vectorIndexName: index.indexName,
        fieldMapping: FIELDS,
      },
    };
    this.ready = [index];
  }

  /** CloudFormation makes the index as whoever it is told to be: the execution role of the CDK bootstrap. */
  private deploymentRoleArn(): string {
    const { synthesizer } = Stack.of(this);
    if (!(synthesizer instanceof DefaultStackSynthesizer)) {
      throw new Error(
        'the access policy must name the role that CloudFormation acts as, which only the default synthesizer does',
      );
    }
    // its placeholders are CloudFormation's own
    return Fn.sub(synthesizer.cloudFormationExecutionRoleArn);
  }
}
