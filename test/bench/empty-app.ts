import { App, CfnWaitConditionHandle, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';

// as many empty stacks as the first argument says, held against the rules of cdk-nag unless the second is `plain`: the floor of
// what the CDK itself takes
const [, , stacks = '1', rules] = process.argv;
const app = new App();
if (rules !== 'plain') Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
for (let index = 0; index < Number(stacks); index++) {
  const stack = new Stack(app, `empty-${index}`, { analyticsReporting: false });
  // a template without any resource is invalid
  new CfnWaitConditionHandle(stack, 'Nothing');
}
