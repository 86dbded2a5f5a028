import { CfnOutput, CfnParameter, CfnWaitConditionHandle, Stack, Validations, type App } from 'aws-cdk-lib';
import { BUNDLING_STACKS } from 'aws-cdk-lib/cx-api';
import type { Config } from '../config/config.ts';
import type { DeploymentScope } from '../deployment/scope.ts';
import { OVERHEAD } from '../deployment/tags.ts';
import { PATHS, type PathId } from '../paths.ts';
import { stackProps } from './stack-props.ts';

const ONLY_DESTROY = `nothing can be deployed, only 'cdk ls' and 'cdk destroy' work`;

/**
 * A stack with its id, name and environment only, which is all that `cdk destroy` needs. It can never be deployed: over the real
 * stack it would delete every resource, and `cdk deploy` deletes a stack whose template has none. So it has an error, which ends
 * `synth` and `deploy`, and for whoever ignores errors a resource that does nothing and a parameter without a default that no value
 * satisfies: the CDK and CloudFormation refuse the template before anything changes.
 */
class SkeletonStack extends Stack {
  constructor(app: App, id: PathId | typeof OVERHEAD, scope: DeploymentScope, reason: string) {
    super(app, id, stackProps(scope, id));
    new CfnWaitConditionHandle(this, 'Nothing');
    const { valueAsString } = new CfnParameter(this, 'CannotBeDeployed', {
      description: `Has no allowed value: ${ONLY_DESTROY}`,
      allowedPattern: '[^\\s\\S]',
      constraintDescription: ONLY_DESTROY,
    });
    new CfnOutput(this, 'Reason', { value: valueAsString });
    Validations.of(this).addError('Skeleton', `${ONLY_DESTROY}: ${reason}`);
  }
}

/** Makes skeletons of every stack that the deployment may have: its configuration cannot say which. */
export function createSkeletonStacks(app: App, scope: DeploymentScope, reason: string): Stack[] {
  return ([...PATHS, OVERHEAD] as const).map((id) => new SkeletonStack(app, id, scope, reason));
}

/**
 * Makes skeletons of the paths that the configuration leaves out, so that `cdk destroy` deletes one that was deployed before. Only
 * for commands that build nothing, as `cdk ls` and `cdk destroy`: the CDK gives them an empty list of stacks to bundle. In any other
 * command the error of a skeleton would end the deployment of the rest.
 */
export function createOmittedStacks(app: App, config: Config): Stack[] {
  const bundling: unknown = app.node.tryGetContext(BUNDLING_STACKS);
  if (!Array.isArray(bundling) || bundling.length > 0) return [];
  return PATHS.flatMap((path) => {
    const reason = config.omitted[path];
    return reason === undefined ? [] : [new SkeletonStack(app, path, config, reason)];
  });
}
