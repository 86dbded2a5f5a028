/** A fault that the user is told about as it is: the run ends, and everything of it is removed. */
export class RunError extends Error {
  override readonly name = 'RunError';
}
