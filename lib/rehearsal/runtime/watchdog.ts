/**
 * Runs a command in the process group that this process leads and ends the whole group as soon as standard input ends:
 * the pipe closes however the rehearsal dies, also by SIGKILL, which nothing else can notice.
 */
import { spawn } from 'node:child_process';

const [command = '', ...args] = process.argv.slice(2);

const endGroup = (): void => {
  process.kill(-process.pid, 'SIGKILL');
};
process.stdin.on('end', endGroup).on('error', endGroup).resume();

// the command holds the same lifeline to this process: a pipe that ends with it
const child = spawn(command, args, { stdio: ['pipe', 'inherit', 'inherit'] });
child.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
child.on('exit', (code) => process.exit(code ?? 1));
