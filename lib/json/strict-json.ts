import { UserError } from '../errors/user-error.ts';
import { repeatedKey } from './repeated-key.ts';

/**
 * @param name the file, as an error calls it
 * @throws UserError for what is not JSON, or says one thing twice: the last would silently win
 */
export function strictJson(text: string, name: string): unknown {
  if (text.trim() === '') throw new UserError(`${name} is empty`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${name} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const twice = repeatedKey(text);
  if (twice !== undefined) throw new UserError(`${name} has the key ${twice} twice in one object: keep one of them`);
  return parsed;
}
