import { beforeAll, describe, expect, test } from '@jest/globals';
import { TAG_KEYS } from '../../lib/deployment/tags.ts';
import { componentOfResourceType } from '../../lib/meters/meters.ts';
import { TRAINING_PATHS, type TrainingPath } from '../../lib/paths.ts';
import { ACCOUNT, DATA_BUCKET, DeployedTemplate, OWNER, REGION, type Request } from '../support/deployed-template.ts';
import { differences, reviewed } from '../support/reviewed-template.ts';
import { synthesize, type Template } from '../support/synthesize.ts';
import {
  ALL_OPTIONS,
  KEY,
  LOGS_BUCKET,
  SECURITY_GROUP,
  STUDENT,
  SUBNET,
  TEACHER,
  TUNING_ID,
  trainingConfig,
} from '../support/training-config.ts';

/** Tagging policies, permissions and URLs is nothing that CloudFormation can do; a custom resource is a call of a function. */
const UNTAGGABLE = [
  'AWS::IAM::Policy',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Url',
  'AWS::S3::BucketPolicy',
  'Custom::Reaper',
  'Custom::TrainingRun',
];

/** None of them bills while nothing happens: a rule that is disabled calls nobody, a standard parameter is free, an empty bucket holds nothing. */
const FREE_AT_IDLE = [
  'AWS::Events::Rule',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Url',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::SSM::Parameter',
  'AWS::StepFunctions::StateMachine',
  'Custom::Reaper',
];

const plain = {} as Record<TrainingPath, Template>;
let full: Template;
let logged: Template;

beforeAll(() => {
  const fresh = synthesize(trainingConfig(), { only: TRAINING_PATHS });
  for (const path of TRAINING_PATHS) plain[path] = fresh.template(path);
  const changed = synthesize(trainingConfig(ALL_OPTIONS), { only: ['fine-tuning', 'distillation'] });
  full = changed.template('fine-tuning');
  logged = changed.template('distillation');
});

const types = (template: Template): string[] => Object.values(template.Resources).map(({ Type }) => Type);

describe.each(TRAINING_PATHS)('%s', (path) => {
  test('a fresh stack makes only what costs nothing while nothing happens', () => {
    expect([...new Set(types(plain[path]))].sort()).toEqual(FREE_AT_IDLE);
    for (const { Type, Properties } of Object.values(plain[path].Resources)) {
      // provisioned concurrency would bill by the hour
      if (Type === 'AWS::Lambda::Function') expect(Properties).not.toHaveProperty('ProvisionedConcurrencyConfig');
      // the advanced tier bills by the month
      if (Type === 'AWS::SSM::Parameter') expect(Properties).not.toHaveProperty('Tier');
    }
  });

  test('its description says how it costs and how to stop it', () => {
    expect(plain[path].Description).toContain('Costs nothing until a run begins');
    expect(plain[path].Description).toContain(`npx cdk destroy ${path}`);
  });

  test('every resource that CloudFormation can tag carries all the tags of the contract', () => {
    const tagged = Object.values(plain[path].Resources).filter(({ Type }) => !UNTAGGABLE.includes(Type));
    for (const { Type, Properties } of tagged) {
      expect({ Type, tags: tagsOf(Properties['Tags']) }).toEqual({
        Type,
        tags: {
          [TAG_KEYS.path]: path,
          [TAG_KEYS.component]: componentOfResourceType(Type),
          [TAG_KEYS.project]: 'fmpaths',
          [TAG_KEYS.environment]: 'test',
          [TAG_KEYS.owner]: { Ref: 'AWS::StackId' },
        },
      });
    }
  });

  test('the types that cannot be tagged carry no tags, so that the list above stays true', () => {
    const untagged = Object.values(plain[path].Resources).filter(({ Properties }) => !('Tags' in Properties));
    for (const { Type } of untagged) expect(UNTAGGABLE).toContain(Type);
  });

  test('the bucket is encrypted, private, versioned, asked over TLS only, and goes with the stack', () => {
    const deployed = new DeployedTemplate(plain[path]);
    expect(deployed.one('AWS::S3::Bucket')).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      VersioningConfiguration: { Status: 'Enabled' },
    });
    expect(deployed.one('AWS::S3::BucketPolicy')['PolicyDocument']).toMatchObject({
      Statement: [
        {
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: 's3:*',
          Resource: [DATA_BUCKET, `${DATA_BUCKET}/*`],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    });
    const bucket = Object.values(plain[path].Resources).find(({ Type }) => Type === 'AWS::S3::Bucket');
    expect(bucket).toMatchObject({ DeletionPolicy: 'Delete' });
  });

  test('old versions and the output of jobs expire, and neither data sets nor leases do', () => {
    const { Rules } = new DeployedTemplate(plain[path]).one('AWS::S3::Bucket')['LifecycleConfiguration'] as {
      Rules: { Prefix?: string; ExpirationInDays?: number; NoncurrentVersionExpiration?: object }[];
    };
    expect(Rules.filter(({ ExpirationInDays }) => ExpirationInDays !== undefined).map(({ Prefix }) => Prefix)).toEqual([
      'output/',
    ]);
    expect(
      Rules.some(({ Prefix, NoncurrentVersionExpiration }) => Prefix === undefined && NoncurrentVersionExpiration),
    ).toBe(true);
  });

  test('the reaper is deleted before everything that it needs, and has less than an hour', () => {
    const [id, reaper] = Object.entries(plain[path].Resources).find(([, { Type }]) => Type === 'Custom::Reaper') ?? [
      '',
      undefined,
    ];
    const { DependsOn } = reaper as unknown as { DependsOn: string[] };
    expect(Number(reaper?.Properties['ServiceTimeout'])).toBeLessThan(3600);
    const answering = Object.keys(plain[path].Resources).filter((other) => other.startsWith('Answer'));
    const needless = [id, ...answering];
    const needed = Object.keys(plain[path].Resources).filter((other) => !needless.includes(other));
    expect([...DependsOn].sort()).toEqual(needed.sort());
  });

  test('what would take models with it keeps its name: CloudFormation deletes the old one under a new name, in any update', () => {
    const named = (type: string): string[] =>
      Object.entries(plain[path].Resources).flatMap(([id, { Type }]) => (Type === type ? [id] : []));
    // its deletion removes everything that the stack has made
    expect(named('Custom::Reaper')).toEqual(['ReaperStackDeletion86942A39']);
    // without the leases in it nothing has leave to exist
    expect(named('AWS::S3::Bucket')).toEqual(['Data666C94C7']);
  });

  test('the reaper is called when a run ends badly, and every 15 minutes once something bills', () => {
    const deployed = new DeployedTemplate(plain[path]);
    const reap = deployed.arn('AWS::Lambda::Function', 'StepsReap');
    expect(deployed.one('AWS::Events::Rule', 'ReaperRecurring')).toMatchObject({
      Name: `fmpaths-test-${path}-reaper`,
      ScheduleExpression: 'rate(15 minutes)',
      // a deployment must not disable what somebody is being watched by
      State: 'ENABLED',
      Targets: [{ Arn: reap }],
    });
    expect(deployed.one('AWS::Events::Rule', 'ReaperRunEnded')).toMatchObject({
      EventPattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: {
          status: ['ABORTED', 'FAILED', 'TIMED_OUT'],
          stateMachineArn: [`arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:fmpaths-test-${path}`],
        },
      },
      State: 'ENABLED',
      Targets: [{ Arn: reap }],
    });
  });

  test('the registry names no model, and the function that answers reads it', () => {
    const deployed = new DeployedTemplate(plain[path]);
    const name = `/fmpaths/fmpaths/test/${path}/model`;
    expect(deployed.one('AWS::SSM::Parameter')).toMatchObject({ Name: name, Type: 'String', Value: '{"hosted":[]}' });
    const { Variables } = deployed.one('AWS::Lambda::Function', 'Answer')['Environment'] as {
      Variables: Record<string, string>;
    };
    expect(Variables).toMatchObject({ PATH_ID: path, MODEL_REGISTRY: name });
    expect(Variables).not.toHaveProperty('MODEL_ARN');
  });

  test('no function is told more than Lambda takes: 4 KB', () => {
    for (const template of [plain[path], full]) {
      for (const { Environment } of new DeployedTemplate(template).all('AWS::Lambda::Function')) {
        expect(JSON.stringify(Environment).length).toBeLessThan(4_096);
      }
    }
  });

  test('what creates is over before a deletion that waits for it: within five minutes', () => {
    expect(
      Number(new DeployedTemplate(plain[path]).one('AWS::Lambda::Function', 'StepsCreate')['Timeout']),
    ).toBeLessThan(300);
  });

  test('the outputs name what the command line needs, and what to try next', () => {
    const deployed = new DeployedTemplate(plain[path]);
    expect(
      Object.fromEntries(Object.keys(plain[path].Outputs).map((name) => [name, deployed.output(name)])),
    ).toMatchObject({
      StateMachineArn: `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:fmpaths-test-${path}`,
      TrainingBucket: 'own-data',
      ModelParameter: `/fmpaths/fmpaths/test/${path}/model`,
      ReaperFunctionName: expect.stringMatching(/^StepsReapFunction/),
      FunctionName: expect.stringMatching(/^AnswerFunction/),
      Tags: `customization-path=${path} project=fmpaths environment=test fmpaths-owner=${OWNER}`,
      TryNextCheck: expect.stringContaining(
        `npx fmpaths dataset check config/datasets/${path}/train.jsonl --for ${path} --model `,
      ),
      TryNextTrain: expect.stringContaining(`npx fmpaths train ${path} --dataset config/datasets/${path}/`),
    });
  });
});

test('the template of fine-tuning is the one that was reviewed', () => {
  expect(reviewed(plain['fine-tuning'])).toMatchSnapshot();
});

test.each(['continued-pretraining', 'distillation'] as const)(
  'what distinguishes the template of %s from that of fine-tuning is what was reviewed',
  (path) => {
    const [base, other] = (['fine-tuning', path] as const).map(
      (each) =>
        JSON.parse(JSON.stringify(reviewed(plain[each])).replaceAll(each, '<path>')) as ReturnType<typeof reviewed>,
    );
    expect(differences(base, other).join('\n')).toMatchSnapshot();
  },
);

test('every log of a path is kept as long as its configuration says', () => {
  const groups = new DeployedTemplate(full).all('AWS::Logs::LogGroup');
  // five steps, the start on deployment and the answers
  expect(groups.map(({ RetentionInDays }) => RetentionInDays)).toEqual(Array.from({ length: 7 }, () => 7));
});

/** Tags as CloudFormation takes them: a list, or for parameters a map. */
function tagsOf(tags: unknown): unknown {
  if (!Array.isArray(tags)) return tags;
  return Object.fromEntries((tags as { Key: string; Value: unknown }[]).map(({ Key, Value }) => [Key, Value]));
}

interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly End?: boolean;
  readonly Seconds?: number;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
  readonly Retry?: readonly {
    readonly ErrorEquals: readonly string[];
    readonly IntervalSeconds?: number;
    readonly MaxAttempts?: number;
    readonly MaxDelaySeconds?: number;
  }[];
}

interface Machine {
  readonly StartAt: string;
  readonly TimeoutSeconds: number;
  readonly States: Readonly<Record<string, State>>;
}

function machine(template: Template): Machine {
  const { DefinitionString } = new DeployedTemplate(template).one('AWS::StepFunctions::StateMachine');
  return JSON.parse(String(DefinitionString)) as Machine;
}

describe('the workflow', () => {
  const variants = (): [string, Machine][] => [
    ...TRAINING_PATHS.map((path): [string, Machine] => [path, machine(plain[path])]),
    ['fine-tuning for two weeks', machine(full)],
  ];

  /** How often a task that fails with the error is repeated: the first retrier that matches decides. */
  const repeated = ({ Retry = [] }: State, error: string): number => {
    const retrier = Retry.find(({ ErrorEquals }) =>
      ErrorEquals.some((name) => name === error || name === 'States.ALL'),
    );
    return retrier === undefined ? 0 : (retrier.MaxAttempts ?? 3);
  };
  /** Where a task goes that fails with the error for good. */
  const caught = ({ Catch = [] }: State, error: string): string | undefined =>
    Catch.find(({ ErrorEquals }) => ErrorEquals.some((name) => name === error || name === 'States.ALL'))?.Next;

  const tasks = (): [string, State][] =>
    variants().flatMap(([name, { States }]) =>
      Object.entries(States)
        .filter(([, { Type }]) => Type === 'Task')
        .map(([id, state]): [string, State] => [`${name}: ${id}`, state]),
    );

  test('what a person must hear of is repeated by no step, and ends the run', () => {
    for (const [id, task] of tasks()) {
      expect([id, repeated(task, 'RunError')]).toEqual([id, 0]);
      if (!id.endsWith('ReportFailure')) expect([id, caught(task, 'RunError')]).toEqual([id, 'ReportFailure']);
    }
  });

  const LAMBDA_FAULTS = [
    'Sandbox.Timedout',
    'Runtime.ExitError',
    'Lambda.TooManyRequestsException',
    'Lambda.ServiceException',
    'Lambda.ClientExecutionTimeoutException',
    'Lambda.Unknown',
    'States.TaskFailed',
  ];

  test('whatever passes is repeated by every step that does something, and only then ends the run', () => {
    for (const [id, task] of tasks()) {
      if (/: Watch/.test(id)) continue;
      for (const fault of [...LAMBDA_FAULTS, 'Passing', 'Denied']) {
        expect([id, fault, repeated(task, fault) >= 5]).toEqual([id, fault, true]);
        if (!id.endsWith('ReportFailure')) expect([id, caught(task, fault)]).toEqual([id, 'ReportFailure']);
      }
    }
  });

  test('a look that fails itself is not repeated but made again after the wait, until the deadline of what it looks at', () => {
    const looks = tasks().filter(([id]) => /: Watch/.test(id));
    expect(looks.length).toBeGreaterThan(8);
    for (const [name, { States }] of variants()) {
      for (const [id, task] of Object.entries(States).filter(([state]) => state.startsWith('Watch'))) {
        const what = id.replace('Watch', '');
        for (const fault of LAMBDA_FAULTS) {
          expect([name, id, repeated(task, fault), caught(task, fault)]).toEqual([name, id, 0, `${what}Unseen`]);
        }
        expect(States[`${what}Unseen`]).toMatchObject({
          Default: `Wait${what}`,
          Choices: [{ Variable: '$$.State.EnteredTime', Next: 'ReportFailure' }],
        });
      }
    }
  });

  test('every state can be reached, and every path ends', () => {
    for (const [name, { StartAt, States }] of variants()) {
      const reached = new Set<string>();
      const visit = (id: string | undefined): void => {
        if (id === undefined || reached.has(id)) return;
        reached.add(id);
        const state = States[id];
        if (state === undefined) throw new Error(`${name}: there is no state ${id}`);
        [
          state.Next,
          state.Default,
          ...(state.Choices ?? []).map(({ Next }) => Next),
          ...(state.Catch ?? []).map(({ Next }) => Next),
        ].forEach(visit);
        if (state.Type !== 'Choice')
          expect(state.Next !== undefined || state.End === true || state.Type === 'Succeed').toBe(true);
      };
      visit(StartAt);
      expect([...reached].sort()).toEqual(Object.keys(States).sort());
    }
  });

  test('an execution is longer than all of its deadlines, and its history is shorter than the 25,000 events that Step Functions keeps', () => {
    for (const [name, { TimeoutSeconds, States }] of variants()) {
      const trainingHours = name.endsWith('weeks') ? 336 : 24;
      // 6 hours for an import and 3 for hosting, as the deadlines in create-run; a smoke test that is repeated takes 10 minutes
      const steps = Object.entries(States).filter(([id, { Retry }]) => Retry !== undefined && id !== 'ReportFailure');
      const repeating = steps.map(([id, { Retry = [] }]) => {
        const {
          IntervalSeconds: first = 0,
          MaxAttempts: attempts = 0,
          MaxDelaySeconds: longest = 0,
        } = Retry.find(({ ErrorEquals }) => ErrorEquals.includes('Passing')) ?? {};
        const waits = Array.from({ length: attempts }, (_, index) => Math.min(longest, first * 2 ** index));
        return waits.reduce((sum, wait) => sum + wait + (id === 'SmokeTest' ? 600 : 0), 0);
      });
      expect(Math.min(...repeating)).toBeGreaterThan(2 * 3600);
      const repeatingSeconds = repeating.reduce((sum, seconds) => sum + seconds, 0);
      expect(TimeoutSeconds).toBeGreaterThanOrEqual((trainingHours + 9) * 3600 + repeatingSeconds);
      // wait, task and choice: entered and left, the task scheduled, begun and done as well; a choice is 2, a wait 2, a task 5
      const eventsPerLook = 9;
      const looks = (state: string, hours: number): number => (hours * 3600) / (States[state]?.Seconds ?? Infinity);
      // scheduled, begun and failed, for every repetition of every step
      const repetitions = steps
        .flatMap(([, { Retry = [] }]) => Retry)
        .reduce((sum, { MaxAttempts = 3 }) => sum + 3 * MaxAttempts, 0);
      const events =
        repetitions +
        eventsPerLook * (looks('WaitJob', trainingHours) + looks('WaitImport', 6) + looks('WaitHosting', 3));
      expect({ name, room: events < 24_000 }).toEqual({ name, room: true });
    }
  });

  test('only weights that SageMaker has trained are imported', () => {
    expect(Object.keys(machine(plain['continued-pretraining']).States)).toContain('StartImport');
    expect(Object.keys(machine(plain['fine-tuning']).States)).not.toContain('StartImport');
  });
});

const bedrock = (resource: string): string => `arn:aws:bedrock:${REGION}:${ACCOUNT}:${resource}`;
const model = (id: string, region = REGION): string => `arn:aws:bedrock:${region}::foundation-model/${id}`;
const own = { [`aws:ResourceTag/${TAG_KEYS.owner}`]: OWNER };
const foreign = { [`aws:ResourceTag/${TAG_KEYS.owner}`]: `${OWNER}2` };
const taggedFor = (path: string, owner = OWNER): Record<string, string> => ({
  [`aws:RequestTag/${TAG_KEYS.owner}`]: owner,
  [`aws:RequestTag/${TAG_KEYS.path}`]: path,
});

const JOB = bedrock('model-customization-job/amazon.nova-lite-v1:0/abc');
const CUSTOM = bedrock('custom-model/amazon.nova-lite-v1:0/abc');
const DEPLOYMENT = bedrock('custom-model-deployment/abc');
const THROUGHPUT = bedrock('provisioned-model/abc');
const IMPORTED = bedrock('imported-model/abc');
const IMPORT_JOB = bedrock('model-import-job/abc');
const sageMakerJob = (path: string): string =>
  `arn:aws:sagemaker:${REGION}:${ACCOUNT}:training-job/fmpaths-test-${path}-20260101000000-abcdef`;
const rule = (name: string): string => `arn:aws:events:${REGION}:${ACCOUNT}:rule/${name}`;
const FENCE = `${DATA_BUCKET}/control/fence.json`;
const LEASE = `${DATA_BUCKET}/control/leases/deployment/x.json`;
const RUN = `${DATA_BUCKET}/control/runs/x.json`;

/** Who may take the roles of a stack, and for what. */
const trusts = (deployed: DeployedTemplate): { service: string; account: unknown; source: unknown }[] =>
  deployed.all('AWS::IAM::Role').flatMap(({ AssumeRolePolicyDocument }) =>
    (AssumeRolePolicyDocument as TrustPolicy).Statement.map(({ Principal, Condition }) => ({
      service: Principal.Service,
      account: Condition?.StringEquals?.['aws:SourceAccount'],
      source: Condition?.ArnLike?.['aws:SourceArn'],
    })),
  );

interface TrustPolicy {
  readonly Statement: readonly {
    readonly Principal: { readonly Service: string };
    readonly Condition?: Readonly<Partial<Record<'StringEquals' | 'ArnLike', Readonly<Record<string, unknown>>>>>;
  }[];
}

const DELETIONS: readonly [action: string, resource: string][] = [
  ['bedrock:StopModelCustomizationJob', JOB],
  ['bedrock:DeleteCustomModel', CUSTOM],
  ['bedrock:DeleteCustomModelDeployment', DEPLOYMENT],
  ['bedrock:DeleteProvisionedModelThroughput', THROUGHPUT],
  ['bedrock:DeleteImportedModel', IMPORTED],
];

const TAGGINGS: readonly [action: string, resource: string][] = [
  ...[JOB, CUSTOM, DEPLOYMENT, THROUGHPUT, IMPORTED, IMPORT_JOB].flatMap((resource): [string, string][] => [
    ['bedrock:TagResource', resource],
    ['bedrock:UntagResource', resource],
  ]),
];

const CREATIONS: readonly [action: string, resource: string][] = [
  ['bedrock:CreateModelCustomizationJob', CUSTOM],
  ['bedrock:CreateCustomModelDeployment', CUSTOM],
  ['bedrock:CreateProvisionedModelThroughput', CUSTOM],
  ['bedrock:CreateModelImportJob', '*'],
];

describe.each(TRAINING_PATHS)('%s: who may do what', (path) => {
  const deployed = (): DeployedTemplate => new DeployedTemplate(plain[path]);
  const job = sageMakerJob(path);
  const sagemaker = path === 'continued-pretraining';

  test('nothing but the reaper can delete or stop anything', () => {
    const requests: Request[] = [
      ...DELETIONS.map(([action, resource]): Request => [`${action} own`, action, resource, own]),
      ['stop a training job', 'sagemaker:StopTrainingJob', job, own],
      ['delete data', 's3:DeleteObject', `${DATA_BUCKET}/datasets/x`],
      ['delete a lease', 's3:DeleteObject', LEASE],
      ['lift the fence', 's3:DeleteObject', FENCE],
      ['put up the fence', 's3:PutObject', FENCE],
      ['keep the reaper from being called', 'events:DisableRule', rule(`fmpaths-test-${path}-reaper`)],
    ];
    for (const role of ['StepsCheck', 'StepsCreate', 'StepsWatch', 'StepsPublish', 'Answer']) {
      expect({ role, may: deployed().surprises(`${role}Role`, requests, 'ImplicitlyDenied') }).toEqual({
        role,
        may: [],
      });
    }
  });

  test('the reaper deletes and stops what carries the owner tag of this stack', () => {
    expect(
      deployed().surprises(
        'StepsReapRole',
        [
          ...DELETIONS.map(([action, resource]): Request => [`${action} own`, action, resource, own]),
          ['stop a training job of its own', 'sagemaker:StopTrainingJob', job, own],
          ['read a lease', 's3:GetObject', LEASE],
          ['put up the fence', 's3:PutObject', FENCE],
          ['empty the bucket', 's3:DeleteObjectVersion', `${DATA_BUCKET}/datasets/x`],
          ['see all versions', 's3:ListBucketVersions', DATA_BUCKET],
          [
            'stop a run',
            'states:StopExecution',
            `arn:aws:states:${REGION}:${ACCOUNT}:execution:fmpaths-test-${path}:run`,
          ],
          ['disable its rule', 'events:DisableRule', rule(`fmpaths-test-${path}-reaper`)],
          ['call itself', 'lambda:InvokeFunction', deployed().arn('AWS::Lambda::Function', 'StepsReap')],
        ],
        'Allowed',
      ),
    ).toEqual([]);
  });

  test('the reaper can neither touch what belongs to others, nor make anything look like its own, nor create anything', () => {
    expect(
      deployed().surprises(
        'StepsReapRole',
        [
          ...DELETIONS.flatMap(([action, resource]): Request[] => [
            [`${action} of another stack`, action, resource, foreign],
            [`${action} untagged`, action, resource],
          ]),
          ['stop the training job of another stack', 'sagemaker:StopTrainingJob', job, foreign],
          ...TAGGINGS.map(([action, resource]): Request => [
            `${action} ${resource}`,
            action,
            resource,
            { ...own, ...taggedFor(path) },
          ]),
          ['tag a training job', 'sagemaker:AddTags', job, taggedFor(path)],
          ...CREATIONS.map(([action, resource]): Request => [action, action, resource, taggedFor(path)]),
          ['begin a training job', 'sagemaker:CreateTrainingJob', job, taggedFor(path)],
          [
            'begin a run',
            'states:StartExecution',
            `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:fmpaths-test-${path}`,
          ],
          ['empty another bucket', 's3:DeleteObjectVersion', 'arn:aws:s3:::other/x'],
          [
            'stop runs of another stack',
            'states:StopExecution',
            `arn:aws:states:${REGION}:${ACCOUNT}:execution:other:run`,
          ],
          ['call another function', 'lambda:InvokeFunction', deployed().arn('AWS::Lambda::Function', 'Answer')],
        ],
        'ImplicitlyDenied',
      ),
    ).toEqual([]);
  });

  test('the one that creates may do so with the tags of this stack, and enable the reaper before', () => {
    const creations: Request[] = sagemaker
      ? [
          ['begin a training job', 'sagemaker:CreateTrainingJob', job, taggedFor(path)],
          ['tag it as it is begun', 'sagemaker:AddTags', job, taggedFor(path)],
          ['import weights', 'bedrock:CreateModelImportJob', '*', taggedFor(path)],
          ['tag what is imported', 'bedrock:TagResource', IMPORTED, taggedFor(path)],
        ]
      : [
          ...CREATIONS.filter(([action]) => !action.endsWith('ImportJob')).map(([action, resource]): Request => [
            action,
            action,
            resource,
            taggedFor(path),
          ]),
          ['train the configured model', 'bedrock:CreateModelCustomizationJob', model(TUNING_ID), taggedFor(path)],
          ['swap the model of its deployment', 'bedrock:UpdateCustomModelDeployment', DEPLOYMENT, own],
          ['tag a job as it is begun', 'bedrock:TagResource', JOB, taggedFor(path)],
        ];
    expect(
      deployed().surprises(
        'StepsCreateRole',
        [
          ...creations,
          ['write a lease', 's3:PutObject', LEASE],
          ['open a run', 's3:PutObject', RUN],
          ['read the fence', 's3:GetObject', FENCE],
          ['enable the rule of the reaper', 'events:EnableRule', rule(`fmpaths-test-${path}-reaper`)],
          [
            'give the job its role',
            'iam:PassRole',
            deployed().arn('AWS::IAM::Role', 'JobRole'),
            { 'iam:PassedToService': sagemaker ? 'sagemaker.amazonaws.com' : 'bedrock.amazonaws.com' },
          ],
        ],
        'Allowed',
      ),
    ).toEqual([]);
  });

  test('the one that creates can do so neither without the tags nor with those of another stack or path, nor pass a role to another service', () => {
    const jobRole = deployed().arn('AWS::IAM::Role', 'JobRole');
    expect(
      deployed().surprises(
        'StepsCreateRole',
        [
          ...CREATIONS.flatMap(([action, resource]): Request[] => [
            [`${action} untagged`, action, resource],
            [`${action} for another stack`, action, resource, taggedFor(path, `${OWNER}2`)],
            [`${action} for another path`, action, resource, taggedFor('rag')],
          ]),
          ['begin an untagged training job', 'sagemaker:CreateTrainingJob', job],
          ['begin a training job for another stack', 'sagemaker:CreateTrainingJob', job, taggedFor(path, `${OWNER}2`)],
          ['tag untagged', 'bedrock:TagResource', JOB],
          ['take over what another stack owns', 'bedrock:TagResource', CUSTOM, { ...taggedFor(path), ...foreign }],
          ['remove tags', 'bedrock:UntagResource', CUSTOM, own],
          ['swap the model of another', 'bedrock:UpdateCustomModelDeployment', DEPLOYMENT, foreign],
          ['train another model', 'bedrock:CreateModelCustomizationJob', model('acme.other-v1:0'), taggedFor(path)],
          ['enable another rule', 'events:EnableRule', rule('other')],
          ['pass the role to Lambda', 'iam:PassRole', jobRole, { 'iam:PassedToService': 'lambda.amazonaws.com' }],
          [
            'pass its own role',
            'iam:PassRole',
            deployed().arn('AWS::IAM::Role', 'StepsCreateRole'),
            { 'iam:PassedToService': 'bedrock.amazonaws.com' },
          ],
          ['ask a model', 'bedrock:InvokeModel', DEPLOYMENT, own],
          ['write data sets', 's3:PutObject', `${DATA_BUCKET}/datasets/x`],
          [
            'write the registry',
            'ssm:PutParameter',
            `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/fmpaths/fmpaths/test/${path}/model`,
          ],
        ],
        'ImplicitlyDenied',
      ),
    ).toEqual([]);
  });

  test('those that check and watch only read', () => {
    const creations: Request[] = [
      ...CREATIONS.map(([action, resource]): Request => [action, action, resource, taggedFor(path)]),
      ...TAGGINGS.map(([action, resource]): Request => [`${action} ${resource}`, action, resource, taggedFor(path)]),
      ['begin a training job', 'sagemaker:CreateTrainingJob', job, taggedFor(path)],
      ['write a lease', 's3:PutObject', LEASE],
      [
        'write the registry',
        'ssm:PutParameter',
        `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/fmpaths/fmpaths/test/${path}/model`,
      ],
      ['ask a model', 'bedrock:InvokeModel', DEPLOYMENT, own],
      ['read the weights of a model', 's3:GetObject', `${DATA_BUCKET}/weights/x/model.safetensors`],
      ['change the logging of the account', 'bedrock:PutModelInvocationLoggingConfiguration', '*'],
    ];
    for (const role of ['StepsCheckRole', 'StepsWatchRole']) {
      expect({ role, may: deployed().surprises(role, creations, 'ImplicitlyDenied') }).toEqual({ role, may: [] });
    }
    expect(
      deployed().surprises(
        'StepsCheckRole',
        [
          ['read a data set', 's3:GetObject', `${DATA_BUCKET}/datasets/x/train.jsonl`],
          ['look for a job', 'bedrock:GetModelCustomizationJob', JOB],
          ['look for the model that was trained last', 'bedrock:ListCustomModels', '*'],
          ['look for what was imported', 'bedrock:ListImportedModels', '*'],
          ['look at throughput that is there', 'bedrock:GetProvisionedModelThroughput', THROUGHPUT],
          ['read quotas', 'servicequotas:ListServiceQuotas', '*'],
          ['read whose a job is', 'bedrock:ListTagsForResource', JOB],
          ...(sagemaker
            ? ['base-model/', 'weights/x/', 'output/run/x/output/model/'].map((folder): Request => [
                `read the configuration of the model in ${folder}`,
                's3:GetObject',
                `${DATA_BUCKET}/${folder}config.json`,
              ])
            : [['read the base model', 'bedrock:GetFoundationModel', model(TUNING_ID)] as const]),
        ],
        'Allowed',
      ),
    ).toEqual([]);
  });

  test('those that answer and publish ask the models of this very stack, and no other', () => {
    const hosts = [DEPLOYMENT, THROUGHPUT, IMPORTED];
    for (const role of ['AnswerRole', 'StepsPublishRole']) {
      expect(
        deployed().surprises(
          role,
          hosts.map((host): Request => [`ask ${host}`, 'bedrock:InvokeModel', host, own]),
          'Allowed',
        ),
      ).toEqual([]);
      expect(
        deployed().surprises(
          role,
          [
            ...hosts.flatMap((host): Request[] => [
              [`ask ${host} of another stack`, 'bedrock:InvokeModel', host, foreign],
              [`ask ${host} of nobody`, 'bedrock:InvokeModel', host],
            ]),
            ['ask a base model', 'bedrock:InvokeModel', model(STUDENT)],
            ['ask a base model through a profile', 'bedrock:InvokeModel', bedrock(`inference-profile/us.${STUDENT}`)],
            ['tag its model', 'bedrock:TagResource', DEPLOYMENT, { ...own, ...taggedFor(path) }],
          ],
          'ImplicitlyDenied',
        ),
      ).toEqual([]);
    }
    expect(
      deployed().surprises(
        'AnswerRole',
        [['stream', 'bedrock:InvokeModelWithResponseStream', DEPLOYMENT, own]],
        'Allowed',
      ),
    ).toEqual([]);
    expect(
      deployed().surprises(
        'AnswerRole',
        [
          [
            'publish a model',
            'ssm:PutParameter',
            `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/fmpaths/fmpaths/test/${path}/model`,
          ],
          ['read the training data', 's3:GetObject', `${DATA_BUCKET}/datasets/x`],
        ],
        'ImplicitlyDenied',
      ),
    ).toEqual([]);
  });

  test('a job reads its data and writes its output, and sees no lease', () => {
    expect(
      deployed().surprises(
        'JobRole',
        [
          ['read a data set', 's3:GetObject', `${DATA_BUCKET}/datasets/x/train.jsonl`],
          ['write its output', 's3:PutObject', `${DATA_BUCKET}/output/run/metrics.csv`],
          ['see its folders', 's3:ListBucket', DATA_BUCKET],
          ...(path === 'distillation' ? [['ask its teacher', 'bedrock:InvokeModel', model(TEACHER)] as const] : []),
        ],
        'Allowed',
      ),
    ).toEqual([]);
    expect(
      deployed().surprises(
        'JobRole',
        [
          ['read a lease', 's3:GetObject', LEASE],
          ['write a lease', 's3:PutObject', LEASE],
          ['write a data set', 's3:PutObject', `${DATA_BUCKET}/datasets/x/train.jsonl`],
          ['delete anything', 's3:DeleteObject', `${DATA_BUCKET}/output/run/metrics.csv`],
          ['read another bucket', 's3:GetObject', 'arn:aws:s3:::other/x'],
          ['ask another model', 'bedrock:InvokeModel', model('acme.other-v1:0')],
          ['ask its student', 'bedrock:InvokeModel', model(STUDENT)],
        ],
        'ImplicitlyDenied',
      ),
    ).toEqual([]);
  });

  test('only the service may take the role of a job, and only for jobs of this account', () => {
    const [service, jobs] = sagemaker
      ? ['sagemaker.amazonaws.com', `arn:aws:sagemaker:${REGION}:${ACCOUNT}:training-job/*`]
      : ['bedrock.amazonaws.com', bedrock('model-customization-job/*')];
    expect(deployed().one('AWS::IAM::Role', 'JobRole')['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [
        {
          Action: 'sts:AssumeRole',
          Principal: { Service: service },
          Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT }, ArnLike: { 'aws:SourceArn': jobs } },
        },
      ],
    });
  });

  // the Lambda developer guide names no source that Lambda would give when it takes the role of a function
  test('every service but Lambda may take a role only for what is in this account and Region', () => {
    const others = trusts(deployed()).filter(({ service }) => service !== 'lambda.amazonaws.com');
    expect(others.map(({ service }) => service)).toContain('states.amazonaws.com');
    for (const { account, source } of others) {
      expect({ account, source }).toEqual({
        account: ACCOUNT,
        source: expect.stringContaining(`:${REGION}:${ACCOUNT}:`),
      });
    }
  });

  test('no role is handed a policy that AWS has written', () => {
    for (const role of deployed().all('AWS::IAM::Role')) expect(role).not.toHaveProperty('ManagedPolicyArns');
  });
});

const atHome = { 'aws:ResourceAccount': ACCOUNT };

test('the role of an import reads what a job has written or somebody has put there, and nothing else', () => {
  const deployed = new DeployedTemplate(plain['continued-pretraining']);
  expect(
    deployed.surprises(
      'ImportRole',
      ['output/run/', 'weights/mine/'].map((folder): Request => [
        `read ${folder}`,
        's3:GetObject',
        `${DATA_BUCKET}/${folder}model.safetensors`,
        atHome,
      ]),
      'Allowed',
    ),
  ).toEqual([]);
  expect(
    deployed.surprises(
      'ImportRole',
      [
        ['read the corpus', 's3:GetObject', `${DATA_BUCKET}/datasets/x`, atHome],
        ['write', 's3:PutObject', `${DATA_BUCKET}/output/run/x`, atHome],
      ],
      'ImplicitlyDenied',
    ),
  ).toEqual([]);
});

test('a teacher behind a profile may be run in the Regions of the profile and in no other; logged calls may be read', () => {
  const deployed = new DeployedTemplate(logged);
  const profile = bedrock(`inference-profile/us.${TEACHER}`);
  const through = { 'bedrock:InferenceProfileArn': profile };
  expect(
    deployed.surprises(
      'JobRole',
      [
        ['ask the profile', 'bedrock:InvokeModel', profile, through],
        ['find the Regions of the profile', 'bedrock:GetInferenceProfile', profile],
        ['run the teacher in Ohio', 'bedrock:InvokeModel', model(TEACHER, 'us-east-2'), through],
        ['read logged calls', 's3:GetObject', `arn:aws:s3:::${LOGS_BUCKET}/AWSLogs/1/x.json.gz`, atHome],
      ],
      'Allowed',
    ),
  ).toEqual([]);
  expect(
    deployed.surprises(
      'JobRole',
      [
        ['run the teacher in Ireland', 'bedrock:InvokeModel', model(TEACHER, 'eu-west-1'), through],
        ['write the logs', 's3:PutObject', `arn:aws:s3:::${LOGS_BUCKET}/AWSLogs/1/x.json.gz`, atHome],
      ],
      'ImplicitlyDenied',
    ),
  ).toEqual([]);
  expect(
    deployed.surprises(
      'StepsCheckRole',
      [
        ['list logged calls', 's3:ListBucket', `arn:aws:s3:::${LOGS_BUCKET}`, atHome],
        ['count logged calls', 's3:GetObject', `arn:aws:s3:::${LOGS_BUCKET}/AWSLogs/1/x.json.gz`, atHome],
        ['read the logging setting', 'bedrock:GetModelInvocationLoggingConfiguration', '*'],
      ],
      'Allowed',
    ),
  ).toEqual([]);
});

test('a bucket of another account that has taken the name of the one with the logs is not read', () => {
  const deployed = new DeployedTemplate(logged);
  const elsewhere = { 'aws:ResourceAccount': '999999999999' };
  for (const role of ['JobRole', 'StepsCheckRole']) {
    expect(
      deployed.surprises(
        role,
        [
          [`${role} lists`, 's3:ListBucket', `arn:aws:s3:::${LOGS_BUCKET}`, elsewhere],
          [`${role} reads`, 's3:GetObject', `arn:aws:s3:::${LOGS_BUCKET}/AWSLogs/1/x.json.gz`, elsewhere],
        ],
        'ImplicitlyDenied',
      ),
    ).toEqual([]);
  }
});

describe('what is asked for by configuration', () => {
  test('a job in a network may put interfaces into the configured subnets, and use the configured key', () => {
    const deployed = new DeployedTemplate(full);
    const ec2 = (resource: string): string => `arn:aws:ec2:${REGION}:${ACCOUNT}:${resource}`;
    const viaBedrock = { 'kms:ViaService': `bedrock.${REGION}.amazonaws.com` };
    expect(
      deployed.surprises(
        'JobRole',
        [
          ['make an interface', 'ec2:CreateNetworkInterface', ec2('network-interface/eni-1')],
          ['in the subnet', 'ec2:CreateNetworkInterface', ec2(`subnet/${SUBNET}`)],
          ['with the group', 'ec2:CreateNetworkInterface', ec2(`security-group/${SECURITY_GROUP}`)],
          ['encrypt', 'kms:GenerateDataKey', KEY, viaBedrock],
        ],
        'Allowed',
      ),
    ).toEqual([]);
    expect(
      deployed.surprises(
        'JobRole',
        [
          ['in another subnet', 'ec2:CreateNetworkInterface', ec2('subnet/subnet-0f')],
          ['with another group', 'ec2:CreateNetworkInterface', ec2('security-group/sg-0f')],
          ['use the key for something else', 'kms:Decrypt', KEY, { 'kms:ViaService': `s3.${REGION}.amazonaws.com` }],
          ['use another key', 'kms:Decrypt', `${KEY}2`, viaBedrock],
        ],
        'ImplicitlyDenied',
      ),
    ).toEqual([]);
    // both take part in encrypting: who begins the job, and who asks the model
    for (const role of ['StepsCreateRole', 'AnswerRole', 'StepsPublishRole']) {
      expect(deployed.surprises(role, [[`${role} uses the key`, 'kms:Decrypt', KEY, viaBedrock]], 'Allowed')).toEqual(
        [],
      );
    }
  });

  test('peak hours buy throughput by a rule that the deletion of the stack disables, for no longer than the hours', () => {
    const deployed = new DeployedTemplate(full);
    const name = 'fmpaths-test-fine-tuning-peak';
    const peak = deployed.one('AWS::Events::Rule', 'Peak');
    expect(peak).toMatchObject({ Name: name, ScheduleExpression: 'cron(0 8 ? * MON,FRI *)' });
    const [target] = peak['Targets'] as { Input?: string; InputTransformer?: { InputTemplate: string } }[];
    const input = target?.InputTransformer?.InputTemplate ?? target?.Input ?? '';
    // a quarter of an hour before the end: the reaper looks every 15 minutes, and a begun hour is billed whole
    expect(JSON.parse(input.replace(/<[^>]+>/g, '0'))).toMatchObject({
      action: 'host',
      maxUsd: 1_000,
      hosting: { kind: 'provisioned', modelUnits: 2, maxHours: 8.75 },
    });
    const { Variables } = deployed.one('AWS::Lambda::Function', 'StepsReap')['Environment'] as {
      Variables: Record<string, string>;
    };
    expect(JSON.parse(Variables['STARTING_RULES'] ?? '')).toEqual([name]);
    expect(deployed.surprises('StepsReapRole', [['disable it', 'events:DisableRule', rule(name)]], 'Allowed')).toEqual(
      [],
    );
    expect(
      deployed.surprises('StepsReapRole', [['enable it', 'events:EnableRule', rule(name)]], 'ImplicitlyDenied'),
    ).toEqual([]);
  });

  test('peak hours begin runs of this workflow and no other, and only for their own rule', () => {
    const deployed = new DeployedTemplate(full);
    const machine = (name: string): string => `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:${name}`;
    const own = deployed.arn('AWS::StepFunctions::StateMachine', 'Workflow');
    expect(deployed.surprises('PeakRole', [['begin a run', 'states:StartExecution', own]], 'Allowed')).toEqual([]);
    expect(
      deployed.surprises(
        'PeakRole',
        [
          ['begin another', 'states:StartExecution', machine('fmpaths-test-distillation')],
          ['stop one', 'states:StopExecution', `${own.replace(':stateMachine:', ':execution:')}:x`],
        ],
        'ImplicitlyDenied',
      ),
    ).toEqual([]);
    expect(trusts(deployed)).toContainEqual({
      service: 'events.amazonaws.com',
      account: ACCOUNT,
      source: rule('fmpaths-test-fine-tuning-peak'),
    });
  });

  test('a run that a deployment begins is begun after the reaper is there, so that the reaper goes after it', () => {
    const resources = Object.entries(full.Resources) as [string, { Type: string; DependsOn?: string[] }][];
    const reaper = resources.find(([, { Type }]) => Type === 'Custom::Reaper')?.[0];
    const run = resources.find(([, { Type }]) => Type === 'Custom::TrainingRun')?.[1];
    expect(run?.DependsOn).toContain(reaper);
    const deployed = new DeployedTemplate(full);
    expect(
      deployed.surprises(
        'StartOnDeployStartRole',
        [
          [
            'begin a run',
            'states:StartExecution',
            `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:fmpaths-test-fine-tuning`,
          ],
          ['place the data set', 's3:PutObject', `${DATA_BUCKET}/datasets/x/train.jsonl`],
        ],
        'Allowed',
      ),
    ).toEqual([]);
    expect(
      deployed.surprises(
        'StartOnDeployStartRole',
        [
          ['write a lease', 's3:PutObject', LEASE],
          [
            'stop a run',
            'states:StopExecution',
            `arn:aws:states:${REGION}:${ACCOUNT}:execution:fmpaths-test-fine-tuning:x`,
          ],
          ['read other assets', 's3:GetObject', `arn:aws:s3:::cdk-hnb659fds-assets-${ACCOUNT}-${REGION}/other.jsonl`],
        ],
        'ImplicitlyDenied',
      ),
    ).toEqual([]);
  });
});

test('a misspelt action does not pass for a denial', () => {
  const deployed = new DeployedTemplate(plain['fine-tuning']);
  expect(
    deployed.surprises('StepsReapRole', [['err', 'bedrock:DeleteCustomModle', CUSTOM]], 'ImplicitlyDenied'),
  ).toHaveLength(1);
});
