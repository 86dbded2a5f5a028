import { CustomResource, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  AuroraPostgresEngineVersion,
  ClusterInstance,
  Credentials,
  DatabaseCluster,
  DatabaseClusterEngine,
} from 'aws-cdk-lib/aws-rds';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, type IDependable } from 'constructs';
import { HandlerFunction } from './handler-function.ts';
import type { VectorStore, VectorStoreProps } from './vector-store.ts';

export interface AuroraStoreProps extends VectorStoreProps {
  readonly minAcus: number;
  readonly maxAcus: number;
  readonly pauseAfterMinutes: number;
  readonly logRetentionDays: number;
}

const DATABASE = 'knowledge';
const SCHEMA = 'bedrock_integration';
const OWNER = 'fmpaths_owner';
const USER = 'bedrock_user';

const FIELDS = {
  primaryKeyField: 'id',
  vectorField: 'embedding',
  textField: 'chunks',
  metadataField: 'metadata',
  customMetadataField: 'custom_metadata',
};

/**
 * Aurora PostgreSQL Serverless v2 with pgvector. Reached through the Data API alone: its network has no gateway, no NAT and no open
 * port. It pauses while nobody asks; two secrets are then paid, and what is stored.
 */
export class AuroraStore extends Construct implements VectorStore {
  readonly storage;
  readonly ready: readonly IDependable[];
  readonly settleSeconds = 20;

  constructor(scope: Construct, id: string, props: AuroraStoreProps) {
    super(scope, id);
    const { role, dimensions, fingerprint, minAcus, maxAcus, pauseAfterMinutes, logRetentionDays } = props;
    const cluster = this.cluster(minAcus, maxAcus, pauseAfterMinutes);
    const owner = cluster.secret;
    if (owner === undefined) throw new Error('a cluster has no secret');
    const user = new Secret(this, 'User', {
      description: 'User of the knowledge base: reads and writes one table',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: USER }),
        generateStringKey: 'password',
        passwordLength: 32,
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // the cluster's own is within it
    for (const secret of [cluster, user]) {
      Validations.of(secret).acknowledge({
        id: 'AwsSolutions::AwsSolutions-SMG4',
        reason:
          'The password is used by the Data API alone, over IAM; rotating it would need a function in the network, which has no way out to Secrets Manager',
      });
    }
    const table = `${SCHEMA}.vectors_${fingerprint}`;
    const setUp = new HandlerFunction(this, 'SetUp', {
      verb: 'set-up-database',
      description: 'Makes the table of the knowledge base and its user',
      timeout: Duration.minutes(5),
      logRetentionDays,
    });
    setUp.role.addToPolicy(
      new PolicyStatement({ actions: ['rds-data:ExecuteStatement'], resources: [cluster.clusterArn] }),
    );
    setUp.role.addToPolicy(
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [owner.secretArn, user.secretArn] }),
    );
    const made = new CustomResource(this, 'Table', {
      serviceToken: setUp.function.functionArn,
      resourceType: 'Custom::VectorTable',
      // a little more than the function may run
      serviceTimeout: Duration.minutes(6),
      properties: {
        ClusterArn: cluster.clusterArn,
        OwnerSecretArn: owner.secretArn,
        UserSecretArn: user.secretArn,
        Database: DATABASE,
        Table: table,
        Dimensions: String(dimensions),
      },
    });
    // its instance too: a cluster without one runs no SQL
    made.node.addDependency(cluster);
    role.addToPolicy(
      new PolicyStatement({
        actions: ['rds:DescribeDBClusters', 'rds-data:ExecuteStatement', 'rds-data:BatchExecuteStatement'],
        resources: [cluster.clusterArn],
      }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [user.secretArn] }));
    this.storage = {
      type: 'RDS',
      rdsConfiguration: {
        resourceArn: cluster.clusterArn,
        credentialsSecretArn: user.secretArn,
        databaseName: DATABASE,
        tableName: table,
        fieldMapping: FIELDS,
      },
    };
    this.ready = [made];
  }

  private cluster(minAcus: number, maxAcus: number, pauseAfterMinutes: number): DatabaseCluster {
    const vpc = new Vpc(this, 'Network', {
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'Database', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 26 }],
      // done by a function that CDK adds; no resource here is in the default group
      restrictDefaultSecurityGroup: false,
    });
    Validations.of(vpc).acknowledge({
      id: 'AwsSolutions::AwsSolutions-VPC7',
      reason:
        'Nothing flows: the network has no gateway, and no port of the database is open. A flow log would be paid for',
    });
    const cluster = new DatabaseCluster(this, 'Cluster', {
      // the long-term support version of 16: others can no longer be made after about a year (Aurora user guide, version support)
      engine: DatabaseClusterEngine.auroraPostgres({ version: AuroraPostgresEngineVersion.VER_16_8 }),
      vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      writer: ClusterInstance.serverlessV2('Writer'),
      serverlessV2MinCapacity: minAcus,
      serverlessV2MaxCapacity: maxAcus,
      ...(minAcus === 0 ? { serverlessV2AutoPauseDuration: Duration.minutes(pauseAfterMinutes) } : {}),
      credentials: Credentials.fromGeneratedSecret(OWNER),
      defaultDatabaseName: DATABASE,
      enableDataApi: true,
      iamAuthentication: true,
      storageEncrypted: true,
      // what it holds is made from the documents: no snapshot and no backup is left behind
      removalPolicy: RemovalPolicy.DESTROY,
      deleteAutomatedBackups: true,
    });
    const acknowledge = (rule: string, reason: string): void =>
      Validations.of(cluster).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason });
    acknowledge(
      'RDS10',
      'It goes with its stack: what it holds is made from the documents, and paid for as long as it exists',
    );
    acknowledge('RDS11', 'No port is open: the cluster is reached through the Data API alone');
    return cluster;
  }
}
