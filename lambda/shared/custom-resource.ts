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
  put: (url: string, body: string) => Promise<void> = putBody,
): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event;
  const known = event.PhysicalResourceId ?? LogicalResourceId;
  const answer = (outcome: object): Promise<void> =>
    put(event.ResponseURL, JSON.stringify({ ...outcome, StackId, RequestId, LogicalResourceId }));
  try {
    const id = await work(event);
    await answer({ Status: 'SUCCESS', PhysicalResourceId: id ?? known });
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    await answer({ Status: 'FAILED', PhysicalResourceId: known, Reason: reason.slice(0, 1_000) });
  }
}

/** A property that the construct must have set. */
export function requireProperty({ ResourceProperties, LogicalResourceId }: ResourceEvent, name: string): string {
  const value = ResourceProperties[name];
  // CloudFormation makes strings of numbers
  if (typeof value !== 'string' || value === '') throw new Error(`${LogicalResourceId} has no property ${name}`);
  return value;
}

async function putBody(url: string, body: string): Promise<void> {
  // an empty type, because the URL is signed without one
  const response = await fetch(url, { method: 'PUT', body, headers: { 'content-type': '' }, redirect: 'error' });
  if (!response.ok) throw new Error(`CloudFormation refused the answer with status ${response.status}`);
}
