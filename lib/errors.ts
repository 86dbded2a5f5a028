/**
 * Something the user wrote cannot be acted on; the command line ends with status 2 and prints only the message.
 * The message says what is wrong, what was got, what is allowed and what to do next.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
}

/** What to do where AWS takes no credentials, or finds none; undefined for any other error. The SDK tells them apart by name. */
export function credentialsAdvice(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const said = error.message.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
  if (/CredentialsProviderError|CredentialsError|TokenProviderError/.test(error.name)) {
    return `no AWS credentials: ${said}. Sign in with 'aws sso login --profile NAME' or 'aws configure', then set AWS_PROFILE=NAME`;
  }
  if (/ExpiredToken|UnrecognizedClient|InvalidClientTokenId|InvalidSignature|IncompleteSignature/.test(error.name)) {
    return `AWS does not accept the credentials: ${said}. Sign in again with 'aws sso login --profile NAME'`;
  }
  return undefined;
}

/** What to do where AWS knows who asks and still does not answer; undefined for any other error. */
export function refusalAdvice(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const said = error.message.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
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

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder, not a file',
  EACCES: 'you may not read it',
};

/** True if there is no file where one was looked for. */
export const isMissingFile = (error: unknown): boolean => codeOf(error) === 'ENOENT';

/** Returns why a file could not be read, in the words of a person. */
export const unreadable = (error: unknown): string => UNREADABLE[codeOf(error)] ?? String(error);

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
