import { stackNameOf, type NameScope } from '../deployment/stack-name.ts';
import { PATHS, type PathId } from '../paths.ts';

/** Whose things may be removed: the stacks of one project and environment in one account and Region. */
export interface OwnerScope extends NameScope {
  readonly accountId: string;
  readonly region: string;
}

const STACK_ID =
  /^arn:aws(?:-[a-z]+)*:cloudformation:([a-z0-9-]+):(\d{12}):stack\/([A-Za-z][A-Za-z0-9-]*)\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The path whose stack an owner tag names; undefined where it is anything else than the whole id of a stack of this very project,
 * environment, account and Region. The stack may be gone: what it has created still carries its id.
 */
export function pathOfOwner(owner: string | undefined, scope: OwnerScope): PathId | undefined {
  const [, region, accountId, stackName] = STACK_ID.exec(owner ?? '') ?? [];
  if (region !== scope.region || accountId !== scope.accountId) return undefined;
  return PATHS.find((path) => stackNameOf(scope, path) === stackName);
}
