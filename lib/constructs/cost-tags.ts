import { Aspects, Aws, CfnResource, TagManager, type IAspect, type Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { costTags, type TagInput } from '../deployment/tags.ts';
import { componentOfResourceType } from '../meters/meters.ts';

/** Puts all the tags of the contract on every resource of the stack that CloudFormation can tag. */
export function applyCostTags(stack: Stack, input: Pick<TagInput, 'path' | 'project' | 'environment'>): void {
  Aspects.of(stack).add(new CostTagger(input));
}

class CostTagger implements IAspect {
  readonly #input: Pick<TagInput, 'path' | 'project' | 'environment'>;

  constructor(input: Pick<TagInput, 'path' | 'project' | 'environment'>) {
    this.#input = input;
  }

  visit(node: IConstruct): void {
    if (!CfnResource.isCfnResource(node)) return;
    const component = componentOfResourceType(node.cfnResourceType);
    const tags = costTags({ ...this.#input, component, owner: Aws.STACK_ID });
    for (const [key, value] of Object.entries(tags)) TagManager.of(node)?.setTag(key, value);
  }
}
