import type { Simulation } from '@cloud-copilot/iam-simulate';
import { decisions } from './policy-simulator.ts';
import type { Resource, Template } from './synthesize.ts';

export const REGION = 'us-east-1';
export const ACCOUNT = '111122223333';
/** What CloudFormation would make of `AWS::StackId`. */
export const OWNER = `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/own/1`;
export const DATA_BUCKET = 'arn:aws:s3:::own-data';

/** What a role is asked: may it do this to that, under these circumstances? */
export type Request = readonly [
  what: string,
  action: string,
  resource: string,
  context?: Readonly<Record<string, string>>,
];

/** A template with every reference replaced by a name that CloudFormation might give, so that its policies can be asked. */
export class DeployedTemplate {
  readonly #template: Template;

  constructor(template: Template) {
    this.#template = template;
  }

  /** The one resource whose logical id begins so. */
  one(type: string, idPrefix = ''): Resource['Properties'] {
    return this.#resolve(this.#entry(type, idPrefix)[1].Properties) as Resource['Properties'];
  }

  all(type: string): Resource['Properties'][] {
    return Object.values(this.#template.Resources)
      .filter(({ Type }) => Type === type)
      .map(({ Properties }) => this.#resolve(Properties) as Resource['Properties']);
  }

  output(name: string): unknown {
    return this.#resolve(this.#template.Outputs[name]?.Value);
  }

  /** ARN of the function, role or state machine whose logical id begins so. */
  arn(type: string, idPrefix: string): string {
    const [id] = this.#entry(type, idPrefix);
    return this.#arnOf(id);
  }

  /** The requests that IAM does not decide as expected for the role: none, or `<what>: <decision>`. */
  surprises(roleIdPrefix: string, requests: readonly Request[], expected: 'Allowed' | 'ImplicitlyDenied'): string[] {
    const [roleId] = this.#entry('AWS::IAM::Role', roleIdPrefix);
    const policies = Object.entries(this.#template.Resources)
      .filter(
        ([, { Type, Properties }]) =>
          Type === 'AWS::IAM::Policy' && JSON.stringify(Properties['Roles']).includes(`"${roleId}"`),
      )
      .map(([name, { Properties }]) => ({ name, policy: this.#resolve(Properties['PolicyDocument']) }));
    if (policies.length === 0) throw new Error(`${roleId} has no policy`);
    const made = decisions(
      requests.map(([, action, resource, contextVariables = {}]): Simulation => ({
        request: {
          principal: this.#arnOf(roleId),
          action,
          resource: { resource, accountId: ACCOUNT },
          contextVariables,
        },
        identityPolicies: policies,
        ...(action.startsWith('kms:') ? { resourcePolicy: KEY_POLICY } : {}),
        serviceControlPolicies: [],
        resourceControlPolicies: [],
      })),
    );
    if (made.length !== requests.length) throw new Error('not every request was decided');
    return requests.flatMap(([what], index) =>
      made[index] === expected ? [] : [`${what}: ${made[index] ?? 'nothing'}`],
    );
  }

  #entry(type: string, idPrefix: string): [string, Resource] {
    const found = Object.entries(this.#template.Resources).filter(
      ([id, { Type }]) => Type === type && id.startsWith(idPrefix),
    );
    const [first] = found;
    if (first === undefined || found.length > 1) {
      throw new Error(`${found.length} resources of type ${type} begin with '${idPrefix}'`);
    }
    return first;
  }

  #resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((part) => this.#resolve(part));
    if (typeof value !== 'object' || value === null) return value;
    const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Join': join, 'Fn::Sub': sub } = value as Record<string, unknown>;
    if (typeof ref === 'string') return PSEUDO[ref] ?? this.#nameOf(ref);
    if (Array.isArray(attribute))
      return attribute[1] === 'Arn' ? this.#arnOf(String(attribute[0])) : attribute.join('.');
    if (Array.isArray(join))
      return (join[1] as unknown[]).map((part) => String(this.#resolve(part))).join(String(join[0]));
    if (typeof sub === 'string') return sub.replace(/\$\{([^}]+)\}/g, (_, name: string) => PSEUDO[name] ?? name);
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, this.#resolve(part)]));
  }

  #nameOf(id: string): string {
    const { Type, Properties } = this.#template.Resources[id] ?? { Type: '', Properties: {} };
    switch (Type) {
      case 'AWS::S3::Bucket':
        return 'own-data';
      case 'AWS::StepFunctions::StateMachine':
        return this.#arnOf(id);
      case 'AWS::SSM::Parameter':
      case 'AWS::Events::Rule':
        return textOr(Properties['Name'], id);
      default:
        return id;
    }
  }

  #arnOf(id: string): string {
    const { Type, Properties } = this.#template.Resources[id] ?? { Type: '', Properties: {} };
    const regional = (service: string, name: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${name}`;
    switch (Type) {
      case 'AWS::S3::Bucket':
        return DATA_BUCKET;
      case 'AWS::IAM::Role':
        return `arn:aws:iam::${ACCOUNT}:role/${id}`;
      case 'AWS::Lambda::Function':
        return regional('lambda', `function:${id}`);
      case 'AWS::Logs::LogGroup':
        // GetAtt of a log group ends with the wildcard of its streams
        return regional('logs', `log-group:${id}:*`);
      case 'AWS::StepFunctions::StateMachine':
        return regional('states', `stateMachine:${String(Properties['StateMachineName'])}`);
      case 'AWS::Events::Rule':
        return regional('events', `rule/${textOr(Properties['Name'], id)}`);
      case 'AWS::SSM::Parameter':
        return regional('ssm', `parameter${String(Properties['Name'])}`);
      default:
        throw new Error(`the test does not know the ARN of ${id}`);
    }
  }
}

const textOr = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);

/** The policy that KMS gives a key by default: the account decides by its own policies. */
const KEY_POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }],
};

const PSEUDO: Record<string, string> = {
  'AWS::Partition': 'aws',
  'AWS::AccountId': ACCOUNT,
  'AWS::Region': REGION,
  'AWS::StackId': OWNER,
  'AWS::URLSuffix': 'amazonaws.com',
};
