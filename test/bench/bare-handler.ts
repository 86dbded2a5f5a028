import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';

const bedrock = new BedrockRuntimeClient({});

/** The least that can ask a model and stream from it: the floor for size and start of the real handler. */
export const handler = async ({ modelId, text, stream }: { modelId: string; text: string; stream: boolean }) => {
  const request = { modelId, messages: [{ role: 'user' as const, content: [{ text }] }] };
  return stream ? bedrock.send(new ConverseStreamCommand(request)) : bedrock.send(new ConverseCommand(request));
};
