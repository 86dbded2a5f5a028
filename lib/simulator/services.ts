export interface ServiceEndpoint {
  /** Environment variable that points the AWS SDK's client of the service somewhere else. */
  readonly endpointVariable: string;
  /** What the SDK signs requests to it for. */
  readonly signingName: string;
  /** The Region of a service that has one endpoint for all of them. @default the simulated Region */
  readonly region?: string;
}

/** Every AWS service that the simulator stands in for: the one place that knows how clients are led to it. */
export const SIMULATED_SERVICES = {
  bedrock: { endpointVariable: 'AWS_ENDPOINT_URL_BEDROCK', signingName: 'bedrock' },
  'bedrock-runtime': { endpointVariable: 'AWS_ENDPOINT_URL_BEDROCK_RUNTIME', signingName: 'bedrock' },
  'bedrock-agent': { endpointVariable: 'AWS_ENDPOINT_URL_BEDROCK_AGENT', signingName: 'bedrock' },
  'bedrock-agent-runtime': { endpointVariable: 'AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME', signingName: 'bedrock' },
  'rds-data': { endpointVariable: 'AWS_ENDPOINT_URL_RDS_DATA', signingName: 'rds-data' },
  'service-quotas': { endpointVariable: 'AWS_ENDPOINT_URL_SERVICE_QUOTAS', signingName: 'servicequotas' },
  'cost-explorer': { endpointVariable: 'AWS_ENDPOINT_URL_COST_EXPLORER', signingName: 'ce', region: 'us-east-1' },
  'pricing-calculator': {
    endpointVariable: 'AWS_ENDPOINT_URL_BCM_PRICING_CALCULATOR',
    signingName: 'bcm-pricing-calculator',
    region: 'us-east-1',
  },
  sagemaker: { endpointVariable: 'AWS_ENDPOINT_URL_SAGEMAKER', signingName: 'sagemaker' },
} as const satisfies Record<string, ServiceEndpoint>;

export type SimulatedServiceName = keyof typeof SIMULATED_SERVICES;

/** The environment in which the SDK's clients of the simulated services call the simulator at `url`. */
export function simulatorEndpoints(url: string): Record<string, string> {
  return Object.fromEntries(Object.values(SIMULATED_SERVICES).map(({ endpointVariable }) => [endpointVariable, url]));
}
