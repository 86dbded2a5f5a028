import { CONTROL_FAULTS, type ApiRequest, type Route } from './api.ts';
import { constraints, type Constraints } from './constraints.ts';
import { ServiceError } from './service-error.ts';
import { limitTags, readTags, requireContractTags } from './tagging.ts';
import type { Tags } from './usage.ts';

/** Resources of one kind that carry tags, found by ARN only. */
export interface Taggable {
  readonly tagsOf: (arn: string) => Tags | undefined;
  readonly retag: (arn: string, tags: Tags) => void;
}

/** The three tag operations of Bedrock, over everything that it can tag. */
export function tagRoutes(taggable: readonly Taggable[]): Route[] {
  const find = (arn: string): { kind: Taggable; tags: Tags } => {
    for (const kind of taggable) {
      const tags = kind.tagsOf(arn);
      if (tags !== undefined) return { kind, tags };
    }
    throw new ServiceError('ResourceNotFoundException', `The requested resource ${arn} could not be found.`);
  };

  const asked = ({ body }: ApiRequest) => {
    const check = constraints();
    const request = check.object('body', body) ?? {};
    check.required('resourceARN', request['resourceARN']);
    const arn = check.text('resourceARN', request['resourceARN'], { min: 20, max: 1011 }) ?? '';
    return { check, request, arn };
  };

  const change = (operation: string, request: ApiRequest, changed: (tags: Tags, asked: Asked) => Tags): void => {
    const question = asked(request);
    const { kind, tags: before } = find(question.arn);
    const tags = changed(before, question);
    requireContractTags(`bedrock:${operation}`, tags);
    limitTags(tags);
    kind.retag(question.arn, tags);
  };

  const faults = [...CONTROL_FAULTS, 'slow-consistency'] as const;
  const route = (operation: string, path: string, handle: Route['handle']): Route => ({
    operation,
    service: 'bedrock',
    method: 'POST',
    path,
    faults,
    handle,
  });
  return [
    route('TagResource', '/tagResource', (request) => {
      change('TagResource', request, (tags, { check, request: { tags: added } }) => {
        check.required('tags', added);
        const read = readTags(check, 'tags', added);
        check.finish();
        return { ...tags, ...read };
      });
      return { json: {} };
    }),
    route('UntagResource', '/untagResource', (request) => {
      change('UntagResource', request, (tags, { check, request: { tagKeys } }) => {
        check.required('tagKeys', tagKeys);
        const keys = (check.list('tagKeys', tagKeys, { max: 200 }) ?? []).map((key, index) =>
          check.text(`tagKeys.${index + 1}.member`, key, { min: 1, max: 128 }),
        );
        check.finish();
        return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));
      });
      return { json: {} };
    }),
    route('ListTagsForResource', '/listTagsForResource', (request) => {
      const { check, arn } = asked(request);
      check.finish();
      return { json: { tags: Object.entries(find(arn).tags).map(([key, value]) => ({ key, value })) } };
    }),
  ];
}

interface Asked {
  readonly check: Constraints;
  readonly request: Readonly<Record<string, unknown>>;
}
