import { printableLine } from '../printable.ts';

/** True for errors of every realm: those of the network come from Node.js itself, which a test runs beside. */
export const isErrorLike = (value: unknown): value is Error =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  'message' in value &&
  typeof value.message === 'string';

/** Causes that are looked into: as many as the SDK follows. */
const MOST_CAUSES = 10;

/** Returns an error and what caused it, the outermost first. */
export function causeChain(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  for (let cause = error; isErrorLike(cause) && chain.length <= MOST_CAUSES; cause = cause.cause) chain.push(cause);
  return chain;
}

/** HTTP status that AWS answered with; undefined where no answer came. */
export function httpStatus(error: unknown): number | undefined {
  const status = metadataOf(error)['httpStatusCode'];
  return typeof status === 'number' ? status : undefined;
}

function metadataOf(error: unknown): Readonly<Record<string, unknown>> {
  const metadata: unknown = typeof error === 'object' && error !== null && '$metadata' in error && error.$metadata;
  return typeof metadata === 'object' && metadata !== null ? (metadata as Record<string, unknown>) : {};
}

/** Names an error by what AWS Support can find it by, without its text, which may quote a prompt. */
export function errorLabel(error: unknown): string {
  if (!isErrorLike(error)) return 'unknown error';
  const { requestId } = metadataOf(error);
  const status = httpStatus(error);
  return [
    codeOf(error),
    ...(status === undefined ? [] : [`HTTP ${status}`]),
    ...(typeof requestId === 'string' ? [`request ID ${requestId}`] : []),
  ].join(', ');
}

/** DNS and socket errors are all called `Error`: their code tells them apart. */
function codeOf(error: Error): string {
  return error.name === 'Error' && 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** Longest part of a message that is kept: a gateway answers with a page of HTML. */
const MOST_CHARACTERS = 300;

/** Returns name and message in one line, to be part of a sentence about a run, which has no prompts. */
export function errorText(error: unknown): string {
  if (!isErrorLike(error)) return oneLine(String(error));
  const message = oneLine(error.message);
  const name = codeOf(error);
  return message === '' || message === name ? name : `${name}: ${message}`;
}

const oneLine = (text: string): string => clause(printableLine(text)).slice(0, MOST_CHARACTERS);

/** Returns the message in one line without its full stop, to be part of a sentence that says what to do. */
export const saidBy = (error: Error): string => clause(error.message);

const clause = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
