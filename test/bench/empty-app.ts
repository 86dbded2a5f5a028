import { App, CfnWaitConditionHandle, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';

// as many empty stacks as the first argument says: the floor of what the CDK itself takes
const stacks = Number(process.argv[2] ?? 1);
const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
for (let index = 0; index < stacks; index++) {
  const stack = new Stack(app, `empty-${index}`, { analyticsReporting: false });
  // a template without any resource is invalid
  new CfnWaitConditionHandle(stack, 'Nothing');
}
