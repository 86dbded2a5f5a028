/** Whether AWS says that there is no such thing. */
export function isNotFound(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // SageMaker says so in a validation error
  return (
    error.name === 'ResourceNotFoundException' ||
    error.name === 'ResourceNotFound' ||
    (error.name === 'ValidationException' && /requested resource not found|could not find/i.test(error.message))
  );
}
