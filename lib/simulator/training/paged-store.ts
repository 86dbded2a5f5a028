import type { VirtualClock } from '../clock.ts';
import { invalid } from '../service-error.ts';
import type { Tags } from '../usage.ts';

/** Something that an operation made. */
export interface StoredItem {
  readonly arn: string;
  readonly name: string;
  tags: Tags;
  readonly createdAt: Date;
  /** Reads and deletions do not find it before. */
  readonly visibleAt: Date;
}

/** One kind of what the training services keep. */
export interface PagedStore<Item extends StoredItem> {
  readonly add: (item: Item) => void;
  readonly remove: (item: Item) => void;
  /** Everything that exists, whether reads show it yet or not. */
  readonly all: () => readonly Item[];
  /** By ARN, by the end of the ARN, or by name. */
  readonly find: (identifier: string) => Item | undefined;
  /** The page that a list request asks for, of what reads show, newest first. */
  readonly page: <Summary>(
    query: URLSearchParams,
    summary: (item: Item) => Summary,
    filters: Readonly<Record<string, (item: Item, value: string) => boolean>>,
  ) => { readonly page: Summary[]; readonly nextToken?: string };
}

/** A list of the service has pages of as many as it likes: small ones, so that a caller that reads only the first is found out. */
const DEFAULT_PAGE = 10;

const PAGING = ['maxResults', 'nextToken', 'sortBy', 'sortOrder'];

export function pagedStore<Item extends StoredItem>(clock: VirtualClock): PagedStore<Item> {
  const items = new Map<string, Item>();
  const visible = (): Item[] => [...items.values()].filter(({ visibleAt }) => visibleAt <= clock.now());
  return {
    add: (item) => void items.set(item.arn, item),
    remove: ({ arn }) => void items.delete(arn),
    all: () => [...items.values()],
    find: (identifier) =>
      visible().find(({ arn, name }) => arn === identifier || arn.endsWith(`/${identifier}`) || name === identifier),
    page: (query, summary, filters) => {
      const unknown = [...query.keys()].filter((key) => !PAGING.includes(key) && !Object.hasOwn(filters, key));
      if (unknown.length > 0) throw invalid(`The simulator does not filter a list by ${unknown.join(', ')}.`);
      const asked = query.get('maxResults');
      const size = asked === null ? DEFAULT_PAGE : Number(asked);
      if (!Number.isInteger(size) || size < 1 || size > 1000) {
        throw invalid(`Value '${asked ?? ''}' at 'maxResults' failed to satisfy constraint: between 1 and 1000`);
      }
      const token = query.get('nextToken');
      const start = token === null ? 0 : Number(Buffer.from(token, 'base64url').toString());
      if (!Number.isInteger(start) || start < 0) throw invalid('The provided nextToken is invalid.');
      const ascending = query.get('sortOrder') === 'Ascending';
      const found = visible().filter((item) =>
        [...query].every(([key, value]) => PAGING.includes(key) || filters[key]?.(item, value) === true),
      );
      const sorted = ascending ? found : found.reverse();
      const end = start + size;
      return {
        page: sorted.slice(start, end).map(summary),
        ...(end < sorted.length ? { nextToken: Buffer.from(String(end)).toString('base64url') } : {}),
      };
    },
  };
}

/** Filters that every list has. */
export const commonFilters = {
  nameContains: ({ name }: StoredItem, value: string) => name.includes(value),
  creationTimeAfter: ({ createdAt }: StoredItem, value: string) => createdAt > new Date(value),
  creationTimeBefore: ({ createdAt }: StoredItem, value: string) => createdAt < new Date(value),
};
