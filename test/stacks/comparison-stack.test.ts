import type { Simulation } from '@cloud-copilot/iam-simulate';
import { beforeAll, expect, test } from '@jest/globals';
import { App, type Stack } from 'aws-cdk-lib';
import { metricLine } from '../../lambda/shared/metrics.ts';
import type { Config } from '../../lib/config/config.ts';
import { OVERHEAD, TAG_KEYS } from '../../lib/deployment/tags.ts';
import { componentOfResourceType } from '../../lib/meters/meters.ts';
import { PATHS, type PathId } from '../../lib/paths.ts';
import { createStacks } from '../../lib/stacks/create-stacks.ts';
import { comparisonConfig } from '../support/comparison-config.ts';
import { exampleConfig } from '../support/example-config.ts';
import { decisions } from '../support/policy-simulator.ts';
import { synthesize, type Resource, type Template } from '../support/synthesize.ts';

const ACCOUNT = '111122223333';
const BUCKET = 'arn:aws:s3:::own-export';

let template: Template;
let member: Template;

const templateOf = (config: Config): Template => synthesize(config, { only: [OVERHEAD] }).template(OVERHEAD);

beforeAll(() => {
  template = templateOf(comparisonConfig({ monthlyBudgetUsd: { rag: 400 } }, { region: 'us-west-2' }));
  member = templateOf(comparisonConfig({ accountRole: 'member' }));
});

const ofType = (of: Template, type: string): Resource[] =>
  Object.values(of.Resources).filter((resource) => resource.Type === type);

function only(of: Template, type: string): Resource['Properties'] {
  const found = ofType(of, type);
  expect(found).toHaveLength(1);
  return found[0]?.Properties ?? {};
}

/** Constructed, not synthesized, and without bundling. */
const stacksOf = (config: Config): Stack[] =>
  createStacks(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), config);

const stackIds = (config: Config): string[] => stacksOf(config).map(({ node }) => node.id);

test('without a comparison in the configuration there are only the paths; with one, it comes last', () => {
  const paths = stackIds(exampleConfig());
  expect(paths).toContain('prompt-only');
  expect(paths.filter((id) => !PATHS.some((path) => path === id))).toEqual([]);
  expect(stackIds(comparisonConfig())).toEqual([...paths, 'comparison']);
});

test('the stack lives in us-east-1, whatever the Region of the paths', () => {
  const stack = stacksOf(comparisonConfig({}, { region: 'us-west-2', account: ACCOUNT })).at(-1);
  expect([stack?.region, stack?.account, stack?.stackName]).toEqual(['us-east-1', ACCOUNT, 'fmpaths-test-comparison']);
});

/** Types that cost nothing at idle. What AWS says so: pricing pages of Budgets, Cost Explorer, Data Exports, Glue and Athena. */
const FREE_AT_IDLE = [
  'AWS::Athena::NamedQuery',
  'AWS::Athena::WorkGroup',
  'AWS::BCMDataExports::Export',
  'AWS::Budgets::Budget',
  'AWS::CE::AnomalyMonitor',
  'AWS::CE::AnomalySubscription',
  'AWS::CE::CostCategory',
  'AWS::Glue::Database',
  'AWS::Glue::Table',
  'AWS::S3::BucketPolicy',
];

test('only the dashboard and what the export stores cost anything while nobody asks, and the description says so', () => {
  const types = new Set(Object.values(template.Resources).map(({ Type }) => Type));
  expect([...types].filter((type) => !FREE_AT_IDLE.includes(type)).sort()).toEqual([
    'AWS::CloudWatch::Dashboard',
    'AWS::S3::Bucket',
  ]);
  expect(ofType(template, 'AWS::CloudWatch::Dashboard')).toHaveLength(1);
  expect(template.Description).toContain('Idle: $3 a month for the dashboard');
  expect(template.Description).toContain('S3 storage of the export');
  expect(template.Description).toContain('npx cdk destroy comparison');
});

test('its cost is overhead of the project: tagged with a value that is the id of no path', () => {
  expect(PATHS as readonly string[]).not.toContain(OVERHEAD);
  const tagged = Object.values(template.Resources).filter(
    ({ Properties }) => 'Tags' in Properties || 'ResourceTags' in Properties,
  );
  for (const { Type, Properties } of tagged) {
    const pairs = (Properties['Tags'] ?? Properties['ResourceTags']) as { Key: string; Value: unknown }[];
    expect({ Type, tags: Object.fromEntries(pairs.map(({ Key, Value }) => [Key, Value])) }).toEqual({
      Type,
      tags: {
        [TAG_KEYS.path]: 'comparison',
        [TAG_KEYS.component]: componentOfResourceType(Type),
        [TAG_KEYS.project]: 'fmpaths',
        [TAG_KEYS.environment]: 'test',
        [TAG_KEYS.owner]: { Ref: 'AWS::StackId' },
      },
    });
  }
  const untagged = Object.values(template.Resources).filter((resource) => !tagged.includes(resource));
  expect([...new Set(untagged.map(({ Type }) => Type))].sort()).toEqual([
    'AWS::Athena::NamedQuery',
    'AWS::Glue::Database',
    'AWS::Glue::Table',
    'AWS::S3::BucketPolicy',
  ]);
});

interface BudgetProperties {
  readonly Budget: {
    readonly BudgetName: string;
    readonly BudgetLimit: { readonly Amount: number };
    readonly CostFilters?: { readonly TagKeyValue: readonly string[] };
  };
  readonly NotificationsWithSubscribers: readonly {
    readonly Notification: { readonly NotificationType: string; readonly Threshold: number };
    readonly Subscribers: readonly { readonly Address: string }[];
  }[];
}

const budgets = (of: Template): BudgetProperties[] =>
  ofType(of, 'AWS::Budgets::Budget').map(({ Properties }) => Properties as unknown as BudgetProperties);

test('each path has a budget over its tag, and one budget sees everything', () => {
  expect(
    budgets(template).map(({ Budget }) => [Budget.BudgetName, Budget.BudgetLimit.Amount, Budget.CostFilters]),
  ).toEqual([
    ...PATHS.map((path) => [
      `fmpaths-test-${path}`,
      path === 'rag' ? 400 : 50,
      { TagKeyValue: [`user:customization-path$${path}`] },
    ]),
    ['fmpaths-test-account-guard', 500, undefined],
  ]);
});

test('every budget mails at 80 and 100 per cent and before it is reached', () => {
  for (const { NotificationsWithSubscribers } of budgets(template)) {
    expect(
      NotificationsWithSubscribers.map(({ Notification, Subscribers }) => [
        Notification.NotificationType,
        Notification.Threshold,
        Subscribers.map(({ Address }) => Address),
      ]),
    ).toEqual([
      ['ACTUAL', 80, ['a@example.com']],
      ['ACTUAL', 100, ['a@example.com']],
      ['FORECASTED', 100, ['a@example.com']],
    ]);
  }
});

test('each path has an anomaly monitor of its own, and one subscription mails for all', () => {
  const specifications = ofType(template, 'AWS::CE::AnomalyMonitor').map(({ Properties }) => [
    Properties['MonitorName'],
    Properties['MonitorType'],
    JSON.parse(String(Properties['MonitorSpecification'])) as unknown,
  ]);
  // Cost Explorer takes the bare key: with a prefix it would watch nothing, silently
  expect(specifications).toEqual(
    PATHS.map((path) => [
      `fmpaths-test-${path}`,
      'CUSTOM',
      { Tags: { Key: 'customization-path', Values: [path], MatchOptions: ['EQUALS'] } },
    ]),
  );
  const subscription = only(template, 'AWS::CE::AnomalySubscription');
  expect(subscription['MonitorArnList']).toHaveLength(PATHS.length);
  expect(subscription).toMatchObject({
    Frequency: 'DAILY',
    Subscribers: [{ Type: 'EMAIL', Address: 'a@example.com' }],
  });
  expect(JSON.parse(String(subscription['ThresholdExpression']))).toMatchObject({ Dimensions: { Values: ['10'] } });
});

test('the cost category gives every charge to a path, to the overhead or to no path', () => {
  const category = only(template, 'AWS::CE::CostCategory');
  const rules = JSON.parse(String(category['Rules'])) as { Value: string; Rule: { Tags: { Values: string[] } } }[];
  expect(rules.map(({ Value, Rule }) => [Value, Rule.Tags.Values])).toEqual(
    [...PATHS, 'comparison'].map((value) => [value, [value]]),
  );
  expect(category['DefaultValue']).toBe('no path');
  expect(String(category['Name']).length).toBeLessThanOrEqual(50);
});

test('a member account gets neither cost category nor tag monitors, keeps the rest, and is told so', () => {
  const types = new Set(Object.values(member.Resources).map(({ Type }) => Type));
  expect([...types].filter((type) => type.startsWith('AWS::CE::'))).toEqual([]);
  expect(budgets(member)).toHaveLength(PATHS.length + 1);
  expect(types).toContain('AWS::BCMDataExports::Export');
  const warnings = (role: 'payer' | 'member') =>
    stacksOf(comparisonConfig({ accountRole: role }))
      .at(-1)
      ?.node.metadata.filter(({ type }) => type === 'aws:cdk:warning')
      .map(({ data }) => String(data));
  expect(warnings('payer')).toEqual([]);
  expect(warnings('member')).toEqual([
    expect.stringMatching(/no cost category and no anomaly monitor of the paths.*read \$0 until the payer account/),
  ]);
});

interface ExportProperties {
  readonly DataQuery: {
    readonly QueryStatement: string;
    readonly TableConfigurations: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
  readonly DestinationConfigurations: { readonly S3Destination: Readonly<Record<string, unknown>> };
}

interface TableInput {
  readonly PartitionKeys: readonly { readonly Name: string }[];
  readonly Parameters: Readonly<Record<string, unknown>>;
  readonly StorageDescriptor: {
    readonly Location: unknown;
    readonly Columns: readonly { readonly Name: string; readonly Type: string }[];
  };
}

const exported = (): ExportProperties => only(template, 'AWS::BCMDataExports::Export')['Export'] as ExportProperties;
const table = (): TableInput => only(template, 'AWS::Glue::Table')['TableInput'] as TableInput;

test('the export delivers daily lines with resources and callers, each month in place of its older version', () => {
  const { DataQuery, DestinationConfigurations } = exported();
  expect(DataQuery.TableConfigurations).toMatchObject({
    COST_AND_USAGE_REPORT: { TIME_GRANULARITY: 'DAILY', INCLUDE_RESOURCES: 'TRUE', INCLUDE_IAM_PRINCIPAL_DATA: 'TRUE' },
  });
  expect(resolved(DestinationConfigurations)).toEqual({
    S3Destination: {
      S3Bucket: 'own-export',
      S3Prefix: 'cur2',
      S3Region: 'us-east-1',
      S3OutputConfigurations: {
        OutputType: 'CUSTOM',
        Format: 'PARQUET',
        Compression: 'PARQUET',
        Overwrite: 'OVERWRITE_REPORT',
      },
    },
  });
});

test('the table has the columns that the export selects, and reads where the export writes', () => {
  const { DataQuery } = exported();
  const { StorageDescriptor, PartitionKeys, Parameters } = table();
  const selected = /^SELECT (.*) FROM COST_AND_USAGE_REPORT$/.exec(DataQuery.QueryStatement)?.[1]?.split(', ') ?? [];
  expect(selected.length).toBeGreaterThan(100);
  expect(StorageDescriptor.Columns.map(({ Name }) => Name)).toEqual(selected);
  expect(new Set(selected).size).toBe(selected.length);
  expect(StorageDescriptor.Columns).toContainEqual({ Name: 'resource_tags', Type: 'map<string,string>' });
  expect(PartitionKeys.map(({ Name }) => Name)).toEqual(['billing_period']);
  // <bucket>/<prefix>/<export>/data/BILLING_PERIOD=YYYY-MM/, as Data Exports delivers
  expect(resolved(StorageDescriptor.Location)).toBe('s3://own-export/cur2/fmpaths-test-cur2/data/');
  expect(resolved(Parameters['storage.location.template'])).toBe(
    's3://own-export/cur2/fmpaths-test-cur2/data/BILLING_PERIOD=${billing_period}',
  );
});

test('a query reads no more than the limit, and its result is encrypted where the client cannot change it', () => {
  expect(resolved(only(template, 'AWS::Athena::WorkGroup')['WorkGroupConfiguration'])).toMatchObject({
    EnforceWorkGroupConfiguration: true,
    // 10 x 1,073,741,824
    BytesScannedCutoffPerQuery: 10_737_418_240,
    ResultConfiguration: {
      OutputLocation: 's3://own-results/',
      ExpectedBucketOwner: ACCOUNT,
      EncryptionConfiguration: { EncryptionOption: 'SSE_S3' },
    },
  });
});

test('every saved query names its month, so that it reads one', () => {
  const queries = ofType(template, 'AWS::Athena::NamedQuery').map(({ Properties }) => Properties);
  expect(queries.map(({ Name }) => Name)).toEqual([
    'Spend by path',
    'Charges without a path',
    'Spend by resource',
    'Bedrock spend by caller',
  ]);
  for (const { QueryString, Database, WorkGroup } of queries) {
    expect(QueryString).toContain('WHERE billing_period = ');
    expect([Database, WorkGroup]).toEqual(['fmpaths_test_billing', 'fmpaths-test-billing']);
  }
});

test('buckets are private, encrypted, outlive the stack and empty themselves', () => {
  const buckets = ofType(template, 'AWS::S3::Bucket');
  expect(
    buckets.map(({ Properties }) => {
      const { Rules } = Properties['LifecycleConfiguration'] as { Rules: { ExpirationInDays: number }[] };
      return Rules.map(({ ExpirationInDays }) => ExpirationInDays);
    }),
  ).toEqual([[400], [7]]);
  for (const bucket of buckets) {
    expect(bucket).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(bucket.Properties['PublicAccessBlockConfiguration']).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    expect(JSON.stringify(bucket.Properties['BucketEncryption'])).toContain('"SSEAlgorithm":"AES256"');
  }
});

type Delivery = readonly [what: string, action: string, context: Readonly<Record<string, string>>, principal?: string];

const EXPORT_ARN = `arn:aws:bcm-data-exports:us-east-1:${ACCOUNT}:export/fmpaths-test-cur2-1234`;
const OWN = { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': EXPORT_ARN, 'aws:SecureTransport': 'true' };
const EXPORTS = 'bcm-data-exports.amazonaws.com';

function bucketDecisions(requests: readonly Delivery[]): string[] {
  const { PolicyDocument } = ofType(template, 'AWS::S3::BucketPolicy')[0]?.Properties ?? {};
  return decisions(
    requests.map(([, action, contextVariables, principal = EXPORTS]): Simulation => ({
      request: {
        principal,
        action,
        resource: { resource: action === 's3:PutObject' ? `${BUCKET}/cur2/file.parquet` : BUCKET, accountId: ACCOUNT },
        contextVariables: { ...contextVariables },
      },
      identityPolicies: [],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: resolved(PolicyDocument),
    })),
  );
}

test('the billing services deliver for exports of this account', () => {
  const requests: Delivery[] = [
    ['deliver', 's3:PutObject', OWN],
    ['check the bucket', 's3:GetBucketPolicy', OWN],
    [
      'deliver for the older service',
      's3:PutObject',
      { ...OWN, 'aws:SourceArn': `arn:aws:cur:us-east-1:${ACCOUNT}:definition/fmpaths-test-cur2` },
      'billingreports.amazonaws.com',
    ],
  ];
  expect(bucketDecisions(requests)).toEqual(requests.map(() => 'Allowed'));
});

test('nobody else delivers, nothing is delivered for others or in the clear, and the services read no data', () => {
  const denied: Delivery[] = [
    ['for another account', 's3:PutObject', { ...OWN, 'aws:SourceAccount': '444455556666' }],
    [
      'for an export of another account',
      's3:PutObject',
      { ...OWN, 'aws:SourceArn': EXPORT_ARN.replace(ACCOUNT, '444455556666') },
    ],
    ['without saying for whom', 's3:PutObject', { 'aws:SecureTransport': 'true' }],
    ['from another service', 's3:PutObject', OWN, 'delivery.logs.amazonaws.com'],
    ['list', 's3:ListBucket', OWN],
    ['change the policy', 's3:PutBucketPolicy', OWN],
  ];
  expect(bucketDecisions(denied)).toEqual(denied.map(() => 'ImplicitlyDenied'));
  expect(bucketDecisions([['in the clear', 's3:PutObject', { ...OWN, 'aws:SecureTransport': 'false' }]])).toEqual([
    'ExplicitlyDenied',
  ]);
});

test('the export waits for the policy that lets it deliver', () => {
  const entry = Object.values(template.Resources).find(({ Type }) => Type === 'AWS::BCMDataExports::Export');
  const [policyId] = (entry as unknown as { DependsOn: string[] }).DependsOn;
  expect(template.Resources[policyId ?? '']?.Type).toBe('AWS::S3::BucketPolicy');
});

interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title?: string;
    readonly region?: string;
    readonly markdown?: string;
    readonly metrics?: readonly (readonly unknown[])[];
  };
}

function widgets(of: Template): Widget[] {
  const body = resolved(only(of, 'AWS::CloudWatch::Dashboard')['DashboardBody']) as string;
  return (JSON.parse(body) as { widgets: Widget[] }).widgets;
}

/** The metrics that a dashboard reads, as `namespace|name|dimension|value…`. */
function metricNames(of: Template): Set<string> {
  const rows = widgets(of).flatMap(({ properties }) => properties.metrics ?? []);
  return new Set(
    rows
      .map((row) => row.filter((part) => typeof part === 'string'))
      .filter((row) => row.length > 0)
      .map((row) => row.join('|')),
  );
}

/** What the answering function of a path emits. */
function emitted(path: PathId): string[] {
  const metrics = {
    InputTokens: 1,
    OutputTokens: 1,
    CacheReadInputTokens: 1,
    CacheWriteInputTokens: 1,
    LatencyMs: 1,
    Retries: 0,
    MeteredUsd: 1,
  };
  const line = JSON.parse(metricLine({ path, component: 'inference', timestampMs: 0, metrics, properties: {} })) as {
    _aws: {
      CloudWatchMetrics: [{ Namespace: string; Dimensions: [string[]]; Metrics: { Name: string }[] }];
    };
  } & Record<string, unknown>;
  const [{ Namespace, Dimensions, Metrics }] = line._aws.CloudWatchMetrics;
  // a metric is the same whatever the order of its dimensions; CDK writes them sorted
  const dimensions = [...Dimensions[0]].sort().flatMap((name) => [name, String(line[name])]);
  return Metrics.map(({ Name }) => [Namespace, Name, ...dimensions].join('|'));
}

test('the dashboard shows every metric that any path emits, no other, and no more than the free 50', () => {
  expect([...metricNames(template)].sort()).toEqual(PATHS.flatMap(emitted).sort());
  expect(metricNames(template).size).toBeLessThanOrEqual(50);
});

test('every widget names the Region of the paths, not that of the dashboard', () => {
  const shown = widgets(template).filter(({ type }) => type === 'metric');
  expect(shown.length).toBeGreaterThan(0);
  expect(new Set(shown.map(({ properties }) => properties.region))).toEqual(new Set(['us-west-2']));
});

test('cost per 1,000 requests is the mean of the requests whose price is known', () => {
  const widget = widgets(template).find(({ properties }) => properties.title === 'Metered USD per 1,000 requests');
  const rows = JSON.stringify(widget?.properties.metrics);
  // 3 requests at $0.002, $0.004 and unknown: mean $0.003, so $3 per 1,000, not $2
  for (const [index] of PATHS.entries()) expect(rows).toContain(`"expression":"1000 * usd${index}"`);
  // the mean is what CloudWatch takes where a metric names no statistic
  expect(rows).toContain('"MeteredUsd"');
  expect(rows).not.toContain('"stat"');
});

test('whoever reads the dashboard is told what is not in it, and that budgets are blind before the tag is active', () => {
  const text = widgets(template).find(({ type }) => type === 'text')?.properties.markdown ?? '';
  expect(text).toContain('It is not the bill');
  expect(text).toContain('read $0 until the tag');
});

test('the outputs name the export and what queries it', () => {
  const outputs = Object.fromEntries(
    Object.entries(template.Outputs).map(([name, { Value }]) => [name, resolved(Value)]),
  );
  expect(outputs).toMatchObject({
    AthenaDatabase: 'fmpaths_test_billing',
    AthenaTable: 'cur2',
    AthenaWorkgroup: 'fmpaths-test-billing',
    ExportLocation: 's3://own-export/cur2/fmpaths-test-cur2/data/',
    Tags: 'customization-path=comparison project=fmpaths environment=test fmpaths-owner=own-stack',
  });
});

test('the resources are those that were reviewed', () => {
  expect(Object.entries(template.Resources).map(([id, { Type }]) => `${Type} ${id}`)).toMatchSnapshot();
});

/** What CloudFormation makes of references and joins, with the names of this test. */
function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Record<string, unknown>;
  if (typeof ref === 'string') return reference(ref);
  if (Array.isArray(attribute)) return `arn:aws:s3:::${reference(String(attribute[0]))}`;
  if (Array.isArray(join)) return (join[1] as unknown[]).map((part) => String(resolved(part))).join(String(join[0]));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, resolved(part)]));
}

function reference(name: string): string {
  const names: Record<string, string> = {
    'AWS::AccountId': ACCOUNT,
    'AWS::Partition': 'aws',
    'AWS::StackId': 'own-stack',
  };
  if (name.startsWith('ExportBucket')) return 'own-export';
  if (name.startsWith('AthenaResults')) return 'own-results';
  if (name.startsWith('PathsDashboard')) return 'own-dashboard';
  const known = names[name];
  if (known === undefined) throw new Error(`the test does not know what ${name} refers to`);
  return known;
}
