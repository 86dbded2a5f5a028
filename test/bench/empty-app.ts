import { App, CfnWaitConditionHandle, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
const stack = new Stack(app, 'empty', { analyticsReporting: false });
// a template without any resource is invalid
new CfnWaitConditionHandle(stack, 'Nothing');
