import type { SimulatorContext } from './context.ts';
import type { ConverseRequest } from './converse-request.ts';
import { invalid } from './service-error.ts';
import type { GuardrailPolicy, SimulatedGuardrail } from './simulator.ts';

/** Characters of one billed text unit (Bedrock pricing page, guardrails). */
const CHARACTERS_PER_UNIT = 1_000;

export interface GuardrailCheck {
  readonly guardrail: SimulatedGuardrail;
  readonly arn: string;
  readonly trace: boolean;
}

/** @throws ServiceError where the request names a guardrail that does not exist */
export function guardrailOf(
  { region, accountId }: SimulatorContext,
  guardrails: readonly SimulatedGuardrail[],
  asked: ConverseRequest['guardrail'],
): GuardrailCheck | undefined {
  if (asked === undefined) return undefined;
  const prefix = `arn:aws:bedrock:${region}:${accountId}:guardrail/`;
  const id = asked.identifier.replace(prefix, '');
  const guardrail = guardrails.find((known) => known.id === id && known.version === asked.version);
  if (guardrail === undefined) {
    throw invalid('The guardrail identifier or version provided in the request does not exist.');
  }
  return { guardrail, arn: `${prefix}${id}`, trace: asked.trace };
}

/** What a guardrail reads of a prompt: the marked parts, or where none is marked the whole conversation. */
export function guardedText({ turns, system }: ConverseRequest): string {
  const blocks = [...system, ...turns.flatMap(({ blocks: own }) => own)];
  const texts = blocks.flatMap((block) => (block.kind === 'text' ? [block] : []));
  const marked = texts.filter(({ guarded }) => guarded);
  if (marked.length > 0) return marked.map(({ text }) => text).join('\n');
  return turns
    .flatMap(({ blocks: own }) => own.flatMap((block) => (block.kind === 'text' ? [block.text] : [])))
    .join('\n');
}

export function isBlocked({ blocks }: SimulatedGuardrail, text: string): boolean {
  const lower = text.toLowerCase();
  return blocks.some((phrase) => lower.includes(phrase.toLowerCase()));
}

export function textUnits(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_UNIT);
}

const USAGE_MEMBERS: Record<GuardrailPolicy, string> = {
  content: 'contentPolicyUnits',
  topics: 'topicPolicyUnits',
  words: 'wordPolicyUnits',
  'sensitive-information': 'sensitiveInformationPolicyUnits',
};

/** One entry of the trace of a checked text. */
export function assessment({ policies }: SimulatedGuardrail, text: string): unknown {
  const units = textUnits(text);
  const counted = Object.entries(USAGE_MEMBERS).map(([policy, member]) => [
    member,
    (policies as readonly string[]).includes(policy) ? units : 0,
  ]);
  return {
    invocationMetrics: {
      guardrailProcessingLatency: 0,
      usage: {
        sensitiveInformationPolicyFreeUnits: 0,
        contextualGroundingPolicyUnits: 0,
        ...(Object.fromEntries(counted) as Record<string, number>),
      },
      guardrailCoverage: { textCharacters: { guarded: text.length, total: text.length } },
    },
  };
}
