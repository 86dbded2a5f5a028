import type { Simulation } from '@cloud-copilot/iam-simulate';
import { MessageChannel, Worker, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';

/** Takes simulations, says what each decides, in order, and wakes who waits for it. */
const SCRIPT = `
const { workerData: { port, flag } } = require('node:worker_threads');
const loaded = import('@cloud-copilot/iam-simulate');
port.on('message', async (simulations) => {
  let answer;
  try {
    const { runSimulation } = await loaded;
    answer = [];
    for (const simulation of simulations) {
      const result = await runSimulation(simulation, {});
      // a misspelt action or ARN is an error here, and must not pass for a denial
      answer.push(result.resultType === 'error' ? JSON.stringify(result.errors) : result.overallResult);
    }
  } catch (error) {
    answer = String(error);
  }
  port.postMessage(answer);
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
});
`;

interface Policies {
  readonly port: MessagePort;
  readonly flag: Int32Array;
}

let policies: Policies | undefined;

/** Outside jest, because the simulator imports its data while it runs, which never ends inside; once, because that takes a second. */
function simulator(): Policies {
  if (policies !== undefined) return policies;
  const { port1, port2 } = new MessageChannel();
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(SCRIPT, { eval: true, workerData: { port: port2, flag }, transferList: [port2] });
  worker.unref();
  port1.unref();
  policies = { port: port1, flag };
  return policies;
}

/** Longer than the slowest of simulations takes on a busy machine. */
const LONGEST_MS = 600_000;

/** What IAM decides: `Allowed`, `ImplicitlyDenied`, `ExplicitlyDenied`, or the text of an error. */
export function decisions(simulations: readonly Simulation[]): string[] {
  const { port, flag } = simulator();
  Atomics.store(flag, 0, 0);
  port.postMessage(simulations);
  if (Atomics.wait(flag, 0, 0, LONGEST_MS) === 'timed-out') throw new Error('the policy simulator did not answer');
  const answer: unknown = receiveMessageOnPort(port)?.message;
  if (!Array.isArray(answer)) throw new Error(`the policy simulator failed: ${String(answer)}`);
  return answer as string[];
}
