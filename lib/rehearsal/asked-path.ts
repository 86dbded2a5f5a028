import { setTimeout as sleep } from 'node:timers/promises';
import { AskTally, askLambda, outcomeOf, askDataset, type AskSummary } from '../aws/ask-dataset.ts';
import type { PathId } from '../paths.ts';
import { formatUsd } from '../report/money.ts';
import type { MeasuredProfile } from '../simulator/usage.ts';
import type { EmulatorClients } from './deployed-path.ts';
import { callFunctionUrl } from './function-url.ts';
import { meteredSums, readLogGroup, type LogUsage, type MeteredSums } from './metric-lines.ts';
import { said, type PathRehearsal, type PathStage, type Problem } from './path-rehearsal.ts';
import { PATH_REHEARSALS } from './registry.ts';
import type { Session } from './session.ts';
import { streamInProcess } from './streaming.ts';

/** A path that has answered its questions, with everything that a month of it is made from. */
export interface AskedPath extends Pick<PathStage, 'path' | 'deployed'> {
  readonly rehearsal: PathRehearsal;
  readonly summary: AskSummary;
  /** What the function itself counted. */
  readonly metered: MeteredSums;
  /** What the simulator counted. */
  readonly profile: MeasuredProfile;
  readonly logBytesPerRequest: number;
}

/** Prepares one deployed path, sends it the questions and reads what they used. `assembly` is the one that goes to AWS. */
export async function askPath(stage: PathStage, session: Session, assembly: string): Promise<AskedPath> {
  const { path, deployed, questions, clients, simulator, observer, problems } = stage;
  const rehearsal = PATH_REHEARSALS[path](stage);
  await rehearsal.prepare?.();
  const skip = simulator.control.calls().length;

  const summary = await observer.step(`${questions.length} questions to the deployed ${path}`, async ({ count }) => {
    let done = 0;
    const tally = new AskTally();
    await askDataset(questions, askLambda(clients.lambda, deployed.functionName), {
      concurrency: stage.concurrency,
      onOutcome: (outcome) => {
        tally.add(outcome);
        count(++done, questions.length);
      },
    });
    const result = tally.summary();
    if (result.answered === 0) throw new Error(`${path} answered no question: ${failureText(result)}`);
    if (result.failed > 0) {
      problems.push({
        spoils: [path],
        what: `${result.failed} of ${questions.length} questions to ${path} failed: ${failureText(result)}`,
        advice: `The deployed function gave up with these errors. ${stage.faults.length > 0 ? "'--inject' asks for errors: leave it out" : 'Run it again'}; 'npx fmpaths rehearse --paths ${path}' repeats this path alone.`,
      });
    }
    return said(result, ...runLines(result));
  });

  const measured = await observer.step(`Metered by ${path}`, async () => {
    const log = await wholeLog(clients.logs, deployed.logGroup, summary.answered);
    const metered = meteredSums(log.records);
    problems.push(...meterDisagreements(metered, summary, path));
    const profile = simulator.control.measured({ path, requests: summary.answered, skip });
    return said(
      { metered, profile, logBytesPerRequest: log.billedBytes / summary.answered },
      `${metered.requests} answers in the metric lines of the function's log: ${metered.inputTokens} tokens in, ${metered.outputTokens} out, ${formatUsd(metered.usd)}`,
      ...retrievalLines(metered),
    );
  });
  await rehearsal.examine?.(summary);

  await observer.step(`Function URL and streaming of ${path}`, async () =>
    said(undefined, ...(await urlLines(stage, session, assembly))),
  );
  return { path, deployed, rehearsal, summary, ...measured };
}

/** The emulator writes the log of an answer before it hands the answer on: nothing is waited for but what is missing. */
const LOGGED_WITHIN_MS = 60_000;

async function wholeLog(client: EmulatorClients['logs'], logGroup: string, answers: number): Promise<LogUsage> {
  const giveUpMs = Date.now() + LOGGED_WITHIN_MS;
  for (;;) {
    const log = await readLogGroup(client, logGroup);
    if (meteredSums(log.records).requests >= answers || Date.now() > giveUpMs) return log;
    await sleep(100);
  }
}

function runLines(summary: AskSummary): string[] {
  const { answered, failed, retries, latencyMs } = summary;
  const calls = `${answered} answered, ${failed} failed, ${retries} calls repeated`;
  return [
    latencyMs === null
      ? calls
      : `${calls}; on this machine ${latencyMs.median} ms in the median, ${latencyMs.p95} ms at the 95th percentile`,
  ];
}

const retrievalLines = ({ retrieval }: MeteredSums): string[] =>
  retrieval === null
    ? []
    : [
        `and ${retrieval.embeddingTokens} tokens of questions embedded, as reckoned from their text: ${formatUsd(retrieval.usd)}`,
      ];

const failureText = ({ failures }: AskSummary): string =>
  Object.entries(failures)
    .map(([code, count]) => `${code} ${count} times`)
    .join(', ');

function meterDisagreements(metered: MeteredSums, summary: AskSummary, path: PathId): Problem[] {
  const missing = summary.answered - metered.requests;
  if (missing !== 0) {
    return [
      {
        spoils: [path],
        what: `${path}: ${summary.answered} questions were answered, the log has metric lines of ${metered.requests}`,
        advice:
          missing > 0
            ? `The emulator lost ${missing} of them, or had not written them after ${LOGGED_WITHIN_MS / 1000} s on a machine that is very busy. Run it again: 'npx fmpaths rehearse --paths ${path}' is quicker.`
            : 'Calls were repeated whose first answer was metered and then lost on the way. Run it again.',
      },
    ];
  }
  return (['inputTokens', 'outputTokens', 'cacheReadInputTokens', 'cacheWriteInputTokens'] as const)
    .filter((meter) => metered[meter] !== summary[meter])
    .map((meter) => ({
      spoils: [path],
      what: `${path}: ${meter}: the log says ${metered[meter]}, the answers say ${summary[meter]}`,
      advice:
        'The function meters other tokens than it answers with: a fault of fmpaths (lambda/shared). Running again changes nothing.',
    }));
}

async function urlLines(stage: PathStage, session: Session, assembly: string): Promise<string[]> {
  const { path, deployed, emulatorUrl } = stage;
  const question = stage.questions[0]?.question ?? '';
  const { region } = stage.config;
  const call = { emulatorUrl, region, functionUrl: deployed.functionUrl, question };
  const unsigned = await callFunctionUrl({ ...call, accept: 'application/json', signed: false });
  if (unsigned.status !== 403)
    throw new Error(`the Function URL of ${path} answered an unsigned request with status ${unsigned.status}`);
  const whole = await callFunctionUrl({ ...call, accept: 'application/json' });
  const answer = outcomeOf('url', whole.body);
  if (whole.status !== 200 || answer.status !== 'answered')
    throw new Error(`the Function URL of ${path} answered ${whole.status}: ${whole.body}`);
  const events = await callFunctionUrl({ ...call, accept: 'text/event-stream' });
  const parts = events.body.split('\n\n').filter((event) => event.startsWith('event: text')).length;
  if (events.status !== 200 || !events.body.includes('event: answer')) {
    throw new Error(`the Function URL of ${path} streamed ${events.status}: ${events.body}`);
  }
  const streamed = await streamInProcess({
    session,
    parentEnv: stage.env,
    region,
    simulatorUrl: stage.simulator.url,
    emulatorUrl,
    deployed,
    assembly,
    stackId: path,
    question,
  });
  return [
    `unsigned request refused with 403 (the emulator checks that a signature is there, not whose); asked as JSON: 200, ${answer.usage.outputTokens} tokens out`,
    `asked for a stream: ${parts} parts, but the emulator hands them on all at once: it cannot show progressive streaming`,
    `the same bundle run in a process here: ${streamed.parts} parts, the first after ${streamed.firstMs} ms, the last after ${streamed.lastMs} ms`,
  ];
}
