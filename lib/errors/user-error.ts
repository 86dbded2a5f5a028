/**
 * Something the user wrote cannot be acted on; the command line ends with status 2 and prints only the message.
 * The message says what is wrong, what was got, what is allowed and what to do next.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
}
