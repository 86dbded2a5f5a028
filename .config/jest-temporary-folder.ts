import { tmpdir } from 'node:os';
import { makeOwnedFolder, removeAbandonedFolders, removeFolder } from '../lib/owned-folder.ts';

const PREFIX = 'fmpaths-tests-';

/** Gives all tests a folder for temporary files that goes with them: the CDK leaves one for each app, a killed test its own. */
export default function setUp(): void {
  const parent = tmpdir();
  removeAbandonedFolders(parent, PREFIX);
  const folder = makeOwnedFolder(parent, PREFIX);
  process.env['TMPDIR'] = folder;
  process.once('exit', () => removeFolder(folder));
}
