/** HTTP status of every error that the simulated operations may answer with (service models of the AWS SDK). */
const STATUS = {
  AccessDeniedException: 403,
  BadRequestException: 400,
  ConflictException: 400,
  DataUnavailableException: 400,
  DatabaseErrorException: 400,
  DatabaseResumingException: 400,
  InternalFailure: 500,
  InternalServerException: 500,
  InvalidSignatureException: 403,
  MissingAuthenticationTokenException: 403,
  ModelErrorException: 424,
  ModelNotReadyException: 429,
  ModelTimeoutException: 408,
  NoSuchResourceException: 400,
  ResourceInUse: 400,
  ResourceLimitExceeded: 400,
  ResourceNotFound: 400,
  ResourceNotFoundException: 404,
  SerializationException: 400,
  ServiceQuotaExceededException: 400,
  ServiceUnavailable: 503,
  ServiceUnavailableException: 503,
  ThrottlingException: 429,
  TooManyTagsException: 400,
  UnknownOperationException: 404,
  ValidationException: 400,
} as const;

export type ServiceErrorType = keyof typeof STATUS;

/** An error that the caller of a simulated service gets, worded as the service words it. */
export class ServiceError extends Error {
  readonly type: ServiceErrorType;
  readonly status: number;

  /** @param status where the service numbers the error in its own way */
  constructor(type: ServiceErrorType, message: string, status: number = STATUS[type]) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

export const invalid = (message: string): ServiceError => new ServiceError('ValidationException', message);
