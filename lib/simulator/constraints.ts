import { ServiceError, invalid } from './service-error.ts';

interface TextLimits {
  readonly min?: number;
  readonly max?: number;
  /** The whole text must match. */
  readonly pattern?: RegExp;
  readonly oneOf?: readonly string[];
}

interface NumberLimits {
  readonly min?: number;
  readonly max?: number;
  readonly whole?: boolean;
}

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads a request member by member and collects what the service's model does not allow, in the words of the service.
 * A wrong JSON type ends at once, as the service's deserialiser does.
 */
export interface Constraints {
  readonly object: (path: string, value: unknown) => Members | undefined;
  readonly list: (
    path: string,
    value: unknown,
    limits?: { min?: number; max?: number },
  ) => readonly unknown[] | undefined;
  readonly text: (path: string, value: unknown, limits?: TextLimits) => string | undefined;
  readonly number: (path: string, value: unknown, limits?: NumberLimits) => number | undefined;
  /** Notes a member that must be there and is not. */
  readonly required: (path: string, value: unknown) => void;
  /** @throws ServiceError with everything that was noted */
  readonly finish: () => void;
}

export function constraints(): Constraints {
  const violations: string[] = [];
  const fails = (path: string, value: string | number | undefined, constraint: string): void => {
    const got = value === undefined ? 'Value' : `Value '${String(value).slice(0, 200)}'`;
    violations.push(`${got} at '${path}' failed to satisfy constraint: ${constraint}`);
  };
  return {
    object: (path, value) => {
      if (value === undefined || value === null) return undefined;
      if (!isMembers(value)) throw wrongType(path, 'a structure');
      return value;
    },
    list: (path, value, { min, max } = {}) => {
      if (value === undefined || value === null) return undefined;
      if (!Array.isArray(value)) throw wrongType(path, 'a list');
      if (min !== undefined && value.length < min)
        fails(path, '[]', `Member must have length greater than or equal to ${min}`);
      if (max !== undefined && value.length > max)
        fails(path, `${value.length} members`, `Member must have length less than or equal to ${max}`);
      return value as readonly unknown[];
    },
    text: (path, value, { min, max, pattern, oneOf } = {}) => {
      if (value === undefined || value === null) return undefined;
      if (typeof value !== 'string') throw wrongType(path, 'a string');
      if (min !== undefined && value.length < min)
        fails(path, value, `Member must have length greater than or equal to ${min}`);
      if (max !== undefined && value.length > max)
        fails(path, value, `Member must have length less than or equal to ${max}`);
      if (pattern !== undefined && !new RegExp(`^(?:${pattern.source})$`, pattern.flags).test(value)) {
        fails(path, value, `Member must satisfy regular expression pattern: ${pattern.source}`);
      }
      if (oneOf !== undefined && !oneOf.includes(value)) {
        fails(path, value, `Member must satisfy enum value set: [${oneOf.join(', ')}]`);
      }
      return value;
    },
    number: (path, value, { min, max, whole } = {}) => {
      if (value === undefined || value === null) return undefined;
      if (typeof value !== 'number' || (whole === true && !Number.isInteger(value))) {
        throw wrongType(path, whole === true ? 'an integer' : 'a number');
      }
      if (min !== undefined && value < min)
        fails(path, value, `Member must have value greater than or equal to ${min}`);
      if (max !== undefined && value > max) fails(path, value, `Member must have value less than or equal to ${max}`);
      return value;
    },
    required: (path, value) => {
      if (value === undefined || value === null) fails(path, undefined, 'Member must not be null');
    },
    finish: () => {
      if (violations.length === 0) return;
      const count = `${violations.length} validation ${violations.length === 1 ? 'error' : 'errors'} detected`;
      throw invalid(`${count}: ${violations.join('; ')}`);
    },
  };
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrongType(path: string, expected: string): ServiceError {
  return new ServiceError('SerializationException', `'${path}' must be ${expected}`);
}
