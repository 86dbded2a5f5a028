/** What CloudFormation sends to the function of a custom resource. */
export interface ResourceEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  /** Where the answer goes. Signed: whoever has it may answer, so it is never logged. */
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
}

/** Id of the resource, where its work gives it one: another than before lets CloudFormation delete the old one afterwards. */
export type ResourceWork = (event: ResourceEvent) => Promise<string | undefined>;

/** Does the work of one event and answers CloudFormation, also when the work fails: unanswered, the stack would wait for an hour. */
export async function answerCloudFormation(
  event: ResourceEvent,
  work: ResourceWork,
  put: (url: string, body: string) => Promise<void> = putAnswer,
): Promise<void> {
  let body: string;
  try {
    body = resourceAnswer(event, { id: await work(event) });
  } catch (error) {
    body = resourceAnswer(event, {
      failed: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    });
  }
  await put(event.ResponseURL, body);
}

/** CloudFormation refuses an answer of more than 4,096 bytes. */
const LONGEST_REASON = 1_000;

/** The body of the answer that CloudFormation waits for; `failed` is shown to the user. */
export function resourceAnswer(
  {
    StackId,
    RequestId,
    LogicalResourceId,
    PhysicalResourceId,
  }: Omit<ResourceEvent, 'RequestType' | 'ResourceProperties'>,
  outcome: { readonly id?: string | undefined } | { readonly failed: string },
): string {
  const known = PhysicalResourceId ?? LogicalResourceId;
  const status =
    'failed' in outcome
      ? { Status: 'FAILED', PhysicalResourceId: known, Reason: outcome.failed.slice(0, LONGEST_REASON) }
      : { Status: 'SUCCESS', PhysicalResourceId: outcome.id ?? known };
  return JSON.stringify({ ...status, StackId, RequestId, LogicalResourceId });
}

/** A property that the construct must have set. */
export function requireProperty({ ResourceProperties, LogicalResourceId }: ResourceEvent, name: string): string {
  const value = ResourceProperties[name];
  // CloudFormation makes strings of numbers
  if (typeof value !== 'string' || value === '') throw new Error(`${LogicalResourceId} has no property ${name}`);
  return value;
}

/** Gives the answer to the address that CloudFormation has named. */
export async function putAnswer(url: string, body: string): Promise<void> {
  // an empty type, because the URL is signed without one
  const response = await fetch(url, { method: 'PUT', body, headers: { 'content-type': '' }, redirect: 'error' });
  if (!response.ok) throw new Error(`CloudFormation refused the answer with status ${response.status}`);
}
