import type { ErrorCode } from './answer-error-code.ts';
import { causeChain, httpStatus } from './aws-error.ts';
import { isNotFound } from './not-found.ts';

/** One way in which Bedrock refuses a call, told in words of our own: AWS's text may quote the question. */
export interface Refusal {
  /** Names that the refusal was seen under. */
  readonly names: readonly string[];
  /** HTTP status with which any name will do. @default the names decide */
  readonly status?: number;
  /** A phrase of AWS's message, in lower case and with straight apostrophes. */
  readonly says: RegExp;
  /** How the caller is told. */
  readonly code: ErrorCode;
  /** The cause and the next step. None of them may cost money: the refusal proves no more than its cause. */
  readonly means: string;
  /** True if the refusal was seen to pass by itself within minutes. */
  readonly passes?: true;
  /** True if it is a fault of the model itself, which will never answer. */
  readonly condemnsModel?: true;
  /** Public reports and documents that quote the phrase. */
  readonly source: string;
}

const DENIED = ['AccessDeniedException'];

/** Known refusals, the more specific phrase first. */
const REFUSALS: readonly Refusal[] = [
  {
    names: [
      'ThrottlingException',
      'TooManyRequestsException',
      'ServiceQuotaExceededException',
      'LimitExceededException',
      'ServiceUnavailableException',
    ],
    status: 429,
    // a text that names a shorter period is about that one
    says: /^(?!.*(?:\bper[ -]|\/ ?)(?:minute|second)\b).*(?:(?:\bper[ -]|\/ ?)day\b|\bdaily\b|\bfor the day\b|\b24[ -]hours?\b)/s,
    code: 'daily_quota_exceeded',
    means:
      "the account has used up its quota of tokens per day for this model, so it was asked once and not again. Look at 'tokens per day' of Amazon Bedrock in the console of Service Quotas: wait for the next day, or ask AWS for more",
    source: 'minorun365/agent-book#29; Ivy-Interactive/Ivy-Tendril#1756',
  },
  {
    names: ['ResourceNotFoundException'],
    says: /marked by provider as legacy/,
    code: 'model_rejected_request',
    means:
      'the model is legacy and this account has not used it lately, so AWS closed it to the account: choose an active model in the configuration',
    source: 'browser-use/browser-use#5448; gsd-build/gsd-2#5425; awslabs/llmeter#35',
  },
  {
    names: ['ResourceNotFoundException'],
    says: /end of its life/,
    code: 'model_rejected_request',
    means: 'the model version has reached its end of life: choose an active model in the configuration',
    source: 'awslabs/llmeter#35; AWS documentation, Bedrock user guide, model-lifecycle',
  },
  {
    names: ['ResourceNotFoundException', ...DENIED],
    says: /use case details have not been submitted/,
    code: 'model_access_denied',
    means:
      'the account has not sent the use case form of the model provider: send it in the model catalogue of the Bedrock console, and ask again 15 minutes later',
    passes: true,
    source: 'AWS documentation, Bedrock user guide, troubleshooting-api-error-codes (FTUFormNotFilled)',
  },
  {
    names: DENIED,
    says: /explicit deny in a service control policy/,
    code: 'model_access_denied',
    means:
      "a service control policy of the organisation denies the call, perhaps in one Region of the profile only: the owner of the policy must allow it, or 'profileScope' must leave that Region out",
    source: 'tinovyatkin/amazon-bedrock-copilot-chat#396; aws-samples/sample-badgers#33',
  },
  {
    names: DENIED,
    says: /bedrock:applyguardrail/,
    code: 'model_access_denied',
    means:
      'the function may not use a guardrail: that of the configuration, its guardrail profile in another Region, or one that the organisation enforces. The log names it',
    source: 'AWS documentation, Bedrock user guide, guardrail-profiles-permissions; psd401/aistudio#1137',
  },
  {
    names: ['ValidationException', 'ResourceNotFoundException'],
    says: /guardrail identifier (?:or version provided in the request does not exist|is invalid)/,
    code: 'model_rejected_request',
    means:
      "the guardrail of the configuration does not exist in this Region: check 'guardrail.id' and 'guardrail.version' in config/environment.json",
    source: 'quoted in 5 public repositories, seen with Converse and InvokeModel',
  },
  {
    names: DENIED,
    says: /aws-marketplace:|marketplace subscription for this model|payment instrument/,
    code: 'model_access_denied',
    means:
      'the account is not subscribed to the model in AWS Marketplace, or its payment method was refused: a user who may subscribe has to open it once in the model catalogue of the Bedrock console; ask again 15 minutes later. The function itself should not be allowed to',
    passes: true,
    source: 'anthropics/claude-code#9681; aws-samples/anthropic-on-aws#252; LibreChat-AI/librechat.ai#597',
  },
  {
    names: DENIED,
    says: /don't have access to the model/,
    code: 'model_access_denied',
    means:
      'the account has no access to the model in a Region of the profile: see the model catalogue of the Bedrock console in each of them',
    source: 'aws-samples/sample-agentic-frameworks-on-aws#44',
  },
  {
    names: [...DENIED, 'ValidationException'],
    says: /account is not authorized to invoke this api operation|^operation not allowed/,
    code: 'model_access_denied',
    means:
      'AWS has not opened the model, or Bedrock in this Region, to the account: AWS Support can say why, and what it needs',
    source: 'aws/aws-cli#8717; BerriAI/litellm#28704; aws-samples/amazon-bedrock-workshop#100',
  },
  {
    names: DENIED,
    says: /no identity-based policy allows/,
    code: 'model_access_denied',
    means:
      'no policy of the function allows the call. A policy just deployed takes a minute; after that, the log names the action and the resource',
    passes: true,
    source: 'aws/agent-toolkit-for-aws, skills/core-skills/amazon-bedrock/SKILL.md',
  },
  {
    names: ['ValidationException'],
    says: /on-demand throughput isn't supported|doesn't support on-demand throughput/,
    code: 'model_rejected_request',
    means:
      "the model answers only through an inference profile: choose a 'profileScope' that has one for it in config/environment.json, and deploy again",
    source: 'aws/agent-toolkit-for-aws, model-invocation.md; strands-agents/sdk-python, models/bedrock.py',
  },
  {
    names: ['ValidationException'],
    says: /`?(?:temperature|top_p)`? is deprecated for this model|doesn't support the (?:temperature|topp) field|`temperature` and `top_p` cannot both/,
    code: 'model_rejected_request',
    means:
      "the model does not take the 'temperature' or 'topP' of config/environment.json: take it out there, and deploy again",
    source: 'promptfoo/promptfoo#10307; aws-samples/sample-kolya-br-proxy#104; BoltAI/BoltAI#399',
  },
  {
    names: ['ValidationException'],
    says: /action doesn't support the model|doesn't support the converse operation/,
    code: 'model_rejected_request',
    means: 'Converse cannot ask this model, as it cannot ask some imported architectures',
    condemnsModel: true,
    source: 'quoted in 3 public repositories, 2026-09, of imported models of two architectures',
  },
];

/** Returns the known refusal that an error is or was caused by; undefined for any other, which proves nothing but its name. */
export function refusalOf(error: unknown): Refusal | undefined {
  for (const cause of causeChain(error)) {
    const refusal = knownRefusal(cause);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function knownRefusal(error: Error): Refusal | undefined {
  // AWS writes both apostrophes
  const text = error.message.toLowerCase().replaceAll(/[\u2018\u2019]/g, "'");
  const status = httpStatus(error);
  return REFUSALS.find(
    (refusal) =>
      (refusal.names.includes(error.name) || (status !== undefined && status === refusal.status)) &&
      refusal.says.test(text),
  );
}

/**
 * True if AWS may mean that the model is not there. That proves nothing: it says the same of models that are legacy, not open to the
 * account or not visible yet. Where it is known to mean something else, it does not mean that.
 */
export function mayMeanAbsent(error: unknown): boolean {
  if (refusalOf(error) !== undefined) return false;
  if (isNotFound(error)) return true;
  return error instanceof Error && error.name === 'ValidationException' && /identifier|not found/i.test(error.message);
}
