import type { ConverseCommandInput, Message, SystemContentBlock } from '@aws-sdk/client-bedrock-runtime';

/** How the model is asked: the part of the configuration that reaches the model. */
export interface InferenceSettings {
  /** Left to the model's own default where absent; the same holds for `topP`. */
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  /** Always sent: without it Bedrock reserves quota for the longest answer of the model, and may bill for it. */
  readonly maxTokens: number;
  readonly stopSequences: readonly string[];
  readonly serviceTier: 'standard' | 'flex' | 'priority';
  readonly promptCaching: boolean;
  readonly guardrail?: { readonly id: string; readonly version: string } | undefined;
}

/** One version of a prompt, as it lies in `config/prompts/<name>/<version>/`. */
export interface Prompt {
  /** `<name>/<version>`. */
  readonly id: string;
  readonly system: string;
  /** Few-shot examples: put before the question as a conversation that already happened. */
  readonly examples: readonly { readonly question: string; readonly answer: string }[];
  /** JSON schema that the answer must satisfy. */
  readonly outputSchema?: { readonly name: string; readonly schema: object } | undefined;
}

const CACHE_POINT = { cachePoint: { type: 'default' } } as const;

/** The input of Converse and of ConverseStream: both take the same. */
export function converseRequest(
  question: string,
  modelArn: string,
  inference: InferenceSettings,
  prompt: Prompt,
): ConverseCommandInput {
  const { temperature, topP, maxTokens, stopSequences, serviceTier, promptCaching, guardrail } = inference;
  const system: SystemContentBlock[] = [{ text: prompt.system }];
  const messages: Message[] = prompt.examples.flatMap((example): Message[] => [
    { role: 'user', content: [{ text: example.question }] },
    { role: 'assistant', content: [{ text: example.answer }] },
  ]);
  if (promptCaching) {
    // behind everything that is the same in every call, so that one cache entry serves all
    (messages.at(-1)?.content ?? system).push(CACHE_POINT);
  }
  messages.push({
    role: 'user',
    // marked, the guardrail reads (and bills) the question alone, not the prompt that is the same in every call
    content: [guardrail === undefined ? { text: question } : { guardContent: { text: { text: question } } }],
  });
  return {
    modelId: modelArn,
    system,
    messages,
    inferenceConfig: {
      maxTokens,
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { topP }),
      ...(stopSequences.length === 0 ? {} : { stopSequences: [...stopSequences] }),
    },
    ...(serviceTier === 'standard' ? {} : { serviceTier: { type: serviceTier } }),
    ...(guardrail === undefined
      ? {}
      : { guardrailConfig: { guardrailIdentifier: guardrail.id, guardrailVersion: guardrail.version } }),
    ...(prompt.outputSchema === undefined
      ? {}
      : {
          outputConfig: {
            textFormat: {
              type: 'json_schema',
              structure: {
                jsonSchema: { name: prompt.outputSchema.name, schema: JSON.stringify(prompt.outputSchema.schema) },
              },
            },
          },
        }),
  };
}
