import type { TrainingPath } from '../../lib/paths.ts';
import { synthesize } from '../support/synthesize.ts';
import { trainingConfig } from '../support/training-config.ts';
import type { Definition } from './fault-case.ts';
import type { StateMachine } from './state-machine.ts';
import type { FunctionName } from './training-cloud.ts';

const assembly = synthesize(trainingConfig());

/** The state machine of a path, as it is deployed; functions are known by their logical ids. */
export function synthesizedWorkflow(path: TrainingPath): Definition {
  const resources = Object.entries(assembly.template(path).Resources);
  const machines = resources.filter(([, { Type }]) => Type === 'AWS::StepFunctions::StateMachine');
  const [machine] = machines;
  if (machine === undefined || machines.length > 1) throw new Error(`${path} has ${machines.length} state machines`);
  const definition = text(machine[1].Properties['DefinitionString']);
  return { machine: JSON.parse(definition) as StateMachine, functionOf };
}

/** Joined parts; a reference becomes what it refers to. */
function text(value: unknown): string {
  if (typeof value === 'string') return value;
  const {
    'Fn::Join': join,
    'Fn::GetAtt': attribute,
    Ref,
  } = value as {
    readonly 'Fn::Join'?: readonly [string, readonly unknown[]];
    readonly 'Fn::GetAtt'?: readonly [string, string];
    readonly Ref?: string;
  };
  if (join !== undefined) return join[1].map(text).join(join[0]);
  if (attribute !== undefined) return attribute[0];
  if (Ref === 'AWS::Partition') return 'aws';
  throw new Error(`the definition of the workflow refers to ${JSON.stringify(value)}`);
}

const FUNCTIONS: Readonly<Record<string, FunctionName>> = {
  Check: 'check-run',
  Create: 'create-run',
  Watch: 'watch-run',
  Publish: 'publish-run',
  Reap: 'reap-run',
};

function functionOf(logicalId: string): FunctionName {
  const name = FUNCTIONS[/^Steps([A-Z][a-z]+)Function/.exec(logicalId)?.[1] ?? ''];
  if (name === undefined) throw new Error(`no function of the workflow is called ${logicalId}`);
  return name;
}
