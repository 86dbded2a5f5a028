/**
 * CloudFormation hands the properties of a custom resource on with every number and boolean as text. Written this way they
 * survive: `json:0.5`, `json:true`; and so does a text that itself begins like that.
 */
const PREFIX = 'json:';

/** Encodes what stands in a template, but not the arguments of intrinsic functions. */
export function encodeLiterals(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean') return PREFIX + JSON.stringify(value);
  if (typeof value === 'string') return value.startsWith(PREFIX) ? PREFIX + JSON.stringify(value) : value;
  if (isIntrinsic(value)) return value;
  return mapped(value, encodeLiterals);
}

/** Decodes what `encodeLiterals` made and CloudFormation resolved. */
export function decodeLiterals(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith(PREFIX) ? JSON.parse(value.slice(PREFIX.length)) : value;
  return mapped(value, decodeLiterals);
}

function isIntrinsic(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const [key, ...others] = Object.keys(value);
  return key !== undefined && others.length === 0 && (key === 'Ref' || key.startsWith('Fn::'));
}

function mapped(value: unknown, each: (item: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(each);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, each(item)]));
}
