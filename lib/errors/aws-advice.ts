import { saidBy } from './aws-error.ts';
import { UserError } from './user-error.ts';

/** What to do where AWS takes no credentials, or finds none; undefined for any other error. The SDK tells them apart by name. */
export function credentialsAdvice(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const said = saidBy(error);
  if (/CredentialsProviderError|CredentialsError|TokenProviderError/.test(error.name)) {
    return `no AWS credentials: ${said}. Sign in with 'aws sso login' or 'aws configure'; AWS_PROFILE names the profile where it is not the default one`;
  }
  if (/ExpiredToken|UnrecognizedClient|InvalidClientTokenId|InvalidSignature|IncompleteSignature/.test(error.name)) {
    return `AWS does not accept the credentials: ${said}. Sign in again with 'aws sso login'`;
  }
  return undefined;
}

/** What to do where AWS knows who asks and still does not answer; undefined for any other error. */
export function refusalAdvice(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const said = saidBy(error);
  if (/Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/.test(error.name)) {
    return `AWS still refuses after several retries: ${said}. Wait a minute and repeat the command; what runs in your account goes on meanwhile`;
  }
  if (/AccessDenied|UnauthorizedOperation|NotAuthorized/.test(error.name)) {
    return `not allowed: ${said}. Allow your user or role the action that AWS names, or set AWS_PROFILE to one that may`;
  }
  if ('code' in error && (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')) {
    return `no such endpoint: ${said}. Is 'region' in config/environment.json a Region that offers the service, and is this machine online?`;
  }
  return undefined;
}

/** What was asked, so that the message can say what to allow. */
export interface AskedAction {
  /** `ce:GetCostAndUsage` */
  readonly action: string;
  /** A managed policy that holds it, or the statement that allows it. */
  readonly policyArn: string;
}

/** Turns what AWS answers to an account that is not set up into what the user can do about it. Others pass as they are. */
export function explainAwsError(error: unknown, { action, policyArn }: AskedAction): unknown {
  if (!(error instanceof Error)) return error;
  const advice = credentialsAdvice(error);
  if (advice !== undefined) return new UserError(advice);
  const said = saidBy(error);
  if (/not enabled for cost explorer|DataUnavailable/i.test(`${error.name} ${said}`)) {
    return new UserError(
      `Cost Explorer has no data for this account: ${said}. Open https://console.aws.amazon.com/costmanagement/ once, which enables it; the first data come within 24 hours`,
    );
  }
  if (/AccessDenied|UnauthorizedOperation|NotAuthorized/.test(error.name)) {
    return new UserError(
      `not allowed to call ${action}: ${said}. Allow it with 'aws iam attach-role-policy --role-name YOUR_ROLE --policy-arn ${policyArn}'${action.startsWith('ce:') ? '; in a member account the payer must also let linked accounts see Cost Explorer' : ''}`,
    );
  }
  if (/LimitExceeded|Throttl|TooManyRequests/.test(error.name)) {
    return new UserError(
      `AWS still refuses ${action} after several retries: ${said}. Wait a minute and repeat the command`,
    );
  }
  if (/ValidationException|BillExpiration/.test(error.name)) return new UserError(`AWS refuses the question: ${said}`);
  return error;
}

/** AWS managed, reads billing and nothing else: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBillingReadOnlyAccess.html */
export const BILLING_READ_POLICY = 'arn:aws:iam::aws:policy/AWSBillingReadOnlyAccess';
