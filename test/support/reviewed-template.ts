import type { Template } from './synthesize.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * What a reviewer of a template reads: its resources without what depends on the checkout (asset hashes). The tags have tests of
 * their own.
 */
export function reviewed({ Resources }: Template): { readonly [id: string]: Json } {
  const resources = Object.entries(Resources).map(([id, resource]) => [
    id,
    { ...resource, Metadata: undefined, Properties: { ...resource.Properties, Tags: undefined } },
  ]);
  const text = JSON.stringify(Object.fromEntries(resources)).replaceAll(/[0-9a-f]{64}\.(zip|py)/g, '<asset>.$1');
  return JSON.parse(text) as { readonly [id: string]: Json };
}

/**
 * What distinguishes one template from another that is reviewed whole: place by place, `-` what only the first has and `+` what only
 * the second has. Of two texts only the part in which they differ is shown.
 */
export function differences(one: Json | undefined, other: Json | undefined, place = ''): readonly string[] {
  if (JSON.stringify(one) === JSON.stringify(other)) return [];
  if (isObject(one) && isObject(other)) {
    return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((key) =>
      differences(one[key], other[key], place === '' ? key : `${place}.${key}`),
    );
  }
  if (Array.isArray(one) && Array.isArray(other)) return listDifferences(one, other, place);
  if (typeof one === 'string' && typeof other === 'string') return [`${place}: ${changedPart(one, other)}`];
  return [
    ...(one === undefined ? [] : [`- ${place}: ${JSON.stringify(one, undefined, 1)}`]),
    ...(other === undefined ? [] : [`+ ${place}: ${JSON.stringify(other, undefined, 1)}`]),
  ];
}

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Elements that both lists have, in order, are passed over; what stands between two of them is compared in turn. */
function listDifferences(one: readonly Json[], other: readonly Json[], place: string): readonly string[] {
  const found: string[] = [];
  let [at, otherAt] = [0, 0];
  for (const [common, otherCommon] of [...commonElements(one, other), [one.length, other.length] as const]) {
    for (; at < common || otherAt < otherCommon; at++, otherAt++) {
      const [left, right] = [at < common ? one[at] : undefined, otherAt < otherCommon ? other[otherAt] : undefined];
      found.push(...differences(left, right, `${place}[${Math.min(at, common)}]`));
    }
    [at, otherAt] = [common + 1, otherCommon + 1];
  }
  return found;
}

/** Positions of a longest common subsequence of two lists. */
function commonElements(one: readonly Json[], other: readonly Json[]): readonly (readonly [number, number])[] {
  const [keys, otherKeys] = [one, other].map((list) => list.map((each) => JSON.stringify(each)));
  if (keys === undefined || otherKeys === undefined) return [];
  const lengths = Array.from({ length: keys.length + 1 }, () => new Array<number>(otherKeys.length + 1).fill(0));
  const length = (row: number, column: number): number => lengths[row]?.[column] ?? 0;
  for (let row = keys.length - 1; row >= 0; row--) {
    for (let column = otherKeys.length - 1; column >= 0; column--) {
      const longest =
        keys[row] === otherKeys[column]
          ? length(row + 1, column + 1) + 1
          : Math.max(length(row + 1, column), length(row, column + 1));
      (lengths[row] ?? [])[column] = longest;
    }
  }
  const common: (readonly [number, number])[] = [];
  for (let [row, column] = [0, 0]; row < keys.length && column < otherKeys.length;) {
    if (keys[row] === otherKeys[column]) common.push([row++, column++]);
    else if (length(row + 1, column) >= length(row, column + 1)) row += 1;
    else column += 1;
  }
  return common;
}

/** Two texts without what they begin and end with alike, to the next word. */
function changedPart(one: string, other: string): string {
  const [words, others] = [one, other].map((text) => text.split(/(?<=[\s",:{}[\]/])/));
  if (words === undefined || others === undefined) return '';
  let start = 0;
  while (start < Math.min(words.length, others.length) && words[start] === others[start]) start += 1;
  let end = 0;
  while (
    end < Math.min(words.length, others.length) - start &&
    words[words.length - 1 - end] === others[others.length - 1 - end]
  )
    end += 1;
  const part = (text: readonly string[]): string => JSON.stringify(text.slice(start, text.length - end).join(''));
  return `${part(words)} -> ${part(others)}`;
}
