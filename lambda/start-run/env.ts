export interface StartRunEnv {
  readonly TRAINING_BUCKET: string;
  readonly STATE_MACHINE_ARN: string;
}
