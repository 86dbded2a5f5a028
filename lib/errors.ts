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
