/** What an answering function tells its caller: the codes stay the same between versions. */
export type ErrorCode =
  | 'invalid_request'
  | 'method_not_allowed'
  | 'throttled'
  | 'daily_quota_exceeded'
  | 'deadline_exceeded'
  | 'model_unavailable'
  | 'model_access_denied'
  | 'model_rejected_request'
  | 'model_answer_unusable'
  | 'no_hosted_model'
  | 'documents_unavailable'
  | 'internal_error';
