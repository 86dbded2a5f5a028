import type { PathId } from '../paths.ts';
import type { OVERHEAD } from './tags.ts';

/** What keeps the deployments of one account and Region apart. */
export interface NameScope {
  readonly project: string;
  readonly environment: string;
}

/** What the names of everything begin with that one project and environment deploys. */
export const namePrefixOf = ({ project, environment }: NameScope): string => `${project}-${environment}-`;

/** Name of the stack of a path: deploying gives it, and what removes things knows them by it. */
export const stackNameOf = (scope: NameScope, path: PathId | typeof OVERHEAD): string =>
  `${namePrefixOf(scope)}${path}`;
