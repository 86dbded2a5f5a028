import { dirname, join, relative, resolve } from 'node:path';
import { isMeasured } from '../cost/merged-workload.ts';
import { parseWorkload, type Workload } from '../cost/workload.ts';
import { replaceOwn, type ReplaceableFile } from './replaceable-file.ts';

/** The file of a workload. @param isOwn true of what the command wrote itself */
export const workloadFile = (
  { file, option, by }: { readonly file: string; readonly option: string; readonly by: string },
  isOwn: (workload: Workload) => boolean,
): ReplaceableFile<Workload> => ({ file, option, what: `workload that ${by}`, parse: parseWorkload, isOwn });

/** The file of a rehearsal. */
export const measuredFile = (file: string): ReplaceableFile<Workload> =>
  workloadFile({ file, option: 'save-workload', by: 'a rehearsal has measured' }, isMeasured);

/**
 * Writes a workload with the schema that editors complete it by.
 * @param root folder of the project, where the schema is
 * @throws UserError where the file cannot be written, or is something else
 */
export async function saveWorkload(to: ReplaceableFile<Workload>, workload: Workload, root: string): Promise<void> {
  const schema = join(root, 'config', 'schema', 'workload.schema.json');
  const $schema = relative(dirname(resolve(to.file)), schema).replaceAll('\\', '/');
  const written = parseWorkload({ $schema, ...workload }, to.file);
  await replaceOwn(to, `${JSON.stringify(written, undefined, 2)}\n`);
}
