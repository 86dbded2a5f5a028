/**
 * The function behind the custom resources of a rehearsal: hands what CloudFormation asks for on to the simulator, and its
 * answer back. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
 */
import { decodeLiterals } from '../literals.ts';
import type { ResourceRequest, ResourceResponse } from '../../simulator/resource-type.ts';

interface CustomResourceEvent {
  readonly RequestType: ResourceRequest['requestType'];
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: { readonly Type: string; readonly Properties: unknown };
}

type Outcome =
  | { readonly Status: 'SUCCESS'; readonly PhysicalResourceId: string; readonly Data: ResourceResponse['attributes'] }
  | { readonly Status: 'FAILED'; readonly PhysicalResourceId: string; readonly Reason: string };

/** CloudFormation also deletes what it failed to create: under this id there is nothing to delete. */
const NEVER_CREATED = 'never-created';

export async function handler(event: CustomResourceEvent): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event;
  const response = await fetch(event.ResponseURL, {
    method: 'PUT',
    redirect: 'error',
    body: JSON.stringify({ ...(await outcomeOf(event)), StackId, RequestId, LogicalResourceId }),
  });
  if (!response.ok) throw new Error(`CloudFormation refused the answer of the bridge with status ${response.status}`);
}

async function outcomeOf(event: CustomResourceEvent): Promise<Outcome> {
  const physicalId = event.PhysicalResourceId ?? NEVER_CREATED;
  if (event.RequestType === 'Delete' && physicalId === NEVER_CREATED) {
    return { Status: 'SUCCESS', PhysicalResourceId: physicalId, Data: {} };
  }
  try {
    const { physicalResourceId, attributes } = await askSimulator(event);
    return { Status: 'SUCCESS', PhysicalResourceId: physicalResourceId, Data: attributes };
  } catch (error) {
    return { Status: 'FAILED', PhysicalResourceId: physicalId, Reason: String(error) };
  }
}

async function askSimulator(event: CustomResourceEvent): Promise<ResourceResponse> {
  const { RequestType, PhysicalResourceId, ResourceProperties } = event;
  const simulator = process.env['AWS_ENDPOINT_URL_BEDROCK'];
  if (simulator === undefined) throw new Error('AWS_ENDPOINT_URL_BEDROCK is not set');
  const response = await fetch(`${simulator.replace(/\/$/, '')}/_fmpaths/resources`, {
    method: 'POST',
    redirect: 'error',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      requestType: RequestType,
      type: ResourceProperties.Type,
      properties: decodeLiterals(ResourceProperties.Properties) as ResourceRequest['properties'],
      physicalResourceId: PhysicalResourceId,
    } satisfies ResourceRequest),
  });
  if (response.ok) return (await response.json()) as ResourceResponse;
  const { error } = (await response.json()) as { readonly error: { readonly type: string; readonly message: string } };
  throw new Error(`${error.type}: ${error.message}`);
}
