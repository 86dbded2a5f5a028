import type { Simulation } from '@cloud-copilot/iam-simulate';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Reads simulations from stdin and prints what each decides, in order. */
const SCRIPT = `
import { runSimulation } from '@cloud-copilot/iam-simulate';
import { readFileSync } from 'node:fs';
const decisions = [];
for (const simulation of JSON.parse(readFileSync(0, 'utf8'))) {
  const result = await runSimulation(simulation, {});
  // a misspelt action or ARN is an error here, and must not pass for a denial
  decisions.push(result.resultType === 'error' ? JSON.stringify(result.errors) : result.overallResult);
}
process.stdout.write(JSON.stringify(decisions));
`;

/**
 * What IAM decides: `Allowed`, `ImplicitlyDenied`, `ExplicitlyDenied`, or the text of an error.
 * In a process of its own, because the simulator imports its data while it runs, which never ends inside jest.
 */
export function decisions(simulations: readonly Simulation[]): string[] {
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', SCRIPT], {
    cwd: join(import.meta.dirname, '..', '..'),
    input: JSON.stringify(simulations),
    encoding: 'utf8',
  });
  return JSON.parse(printed) as string[];
}
