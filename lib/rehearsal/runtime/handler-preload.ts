/**
 * Loaded first in every handler's process, because the emulator has no `awslambda`. It collects the parts of a streamed
 * response and returns them whole: the emulator hands on one answer, so nobody can see it grow. It shortens what handlers
 * sleep: they wait for what takes minutes on AWS and, on the virtual clock, no time. It begins the stack of an error with the name
 * that it has when it is thrown, by which Lambda tells of it: the emulator reads it there. And it marks the end of the log of
 * each answer, because the emulator cannot know it otherwise and loses lines that come late.
 */
import type { Context } from 'aws-lambda';
import { syncBuiltinESMExports } from 'node:module';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import timers from 'node:timers/promises';

/** Set by the emulator's environment: a sleep of a minute is so much of a minute. */
const SCALE = Number(process.env['FMPATHS_WAIT_SCALE'] ?? 1);

/** A shorter sleep paces calls, and is left alone. */
const LONG_MS = 1_000;

const sleep = timers.setTimeout;
const shortened: typeof sleep = async (ms = 0, value, options) =>
  await sleep(ms > LONG_MS ? Math.max(LONG_MS * SCALE, ms * SCALE) : ms, value, options);
timers.setTimeout = shortened;
// what modules import by name
syncBuiltinESMExports();

/** When the emulator began: from then on the time of the functions below goes as much faster as their sleeps are shorter. */
const CLOCK_START_MS = Number(process.env['FMPATHS_CLOCK_START'] ?? NaN);

const RealDate = Date;

/** Functions of a training run count the minutes that they wait for. Others measure how long an answer takes, and keep their clock. */
function nowMs(): number {
  const isPaced = process.env['TRAINING'] !== undefined && !Number.isNaN(CLOCK_START_MS);
  return isPaced ? CLOCK_START_MS + (RealDate.now() - CLOCK_START_MS) / SCALE : RealDate.now();
}

class PacedDate extends RealDate {
  constructor(...parts: readonly unknown[]) {
    if (parts.length === 0) super(nowMs());
    else super(...(parts as [number]));
  }

  static override now(): number {
    return nowMs();
  }
}
globalThis.Date = PacedDate as DateConstructor;

/** Written to standard error before each answer goes to the emulator on standard output. */
const END_OF_LOG = process.env['FMPATHS_END_OF_LOG'];

// before the emulator's own script keeps this function to answer with
if (END_OF_LOG !== undefined) {
  const answer = process.stdout.write.bind(process.stdout) as (...parts: unknown[]) => boolean;
  process.stdout.write = (...parts: unknown[]) => {
    process.stderr.write(`${END_OF_LOG}\n`);
    return answer(...parts);
  };
}

Error.prepareStackTrace = ({ name, message }, calls) =>
  [
    `${name}: ${message}`,
    ...calls.map((call) => `    at ${call.getFunctionName()} (${call.getFileName()}:${call.getLineNumber()})`),
  ].join('\n');

type Work = (event: unknown, stream: Writable, context: Context) => Promise<void>;

/** Between the status line, as JSON, and the body: what Lambda's own HttpResponseStream writes. */
const PRELUDE_END = '\0'.repeat(8);

class CollectedResponse extends Writable {
  readonly parts: Buffer[] = [];
  prelude = '';

  override _write(part: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.parts.push(part);
    done();
  }
}

function streamifyResponse(work: Work): (event: unknown, context: Context) => Promise<unknown> {
  return async (event, context) => {
    const stream = new CollectedResponse();
    await work(event, stream, context);
    if (!stream.writableEnded) throw new Error('the handler returned without ending its response stream');
    await finished(stream);
    const body = Buffer.concat(stream.parts).toString();
    return stream.prelude === '' ? valueOf(body) : stream.prelude + body;
  };
}

/** Lambda hands the bytes of a streamed response on as they are; the emulator writes what a handler returns as JSON. */
function valueOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

const HttpResponseStream = {
  from: (stream: CollectedResponse, metadata: object): Writable => {
    stream.prelude = JSON.stringify(metadata) + PRELUDE_END;
    return stream;
  },
};

Object.assign(globalThis, { awslambda: { streamifyResponse, HttpResponseStream } });
