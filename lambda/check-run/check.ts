import {
  GetCustomModelCommand,
  GetFoundationModelCommand,
  GetModelInvocationLoggingConfigurationCommand,
  ListCustomModelsCommand,
  type BedrockClient,
} from '@aws-sdk/client-bedrock';
import { GetObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { LEAST_BYTES_PER_TOKEN } from '../../lib/cost/run-bound.ts';
import { checkDataset } from '../../lib/dataset/check.ts';
import type { DatasetIssue, DatasetReport } from '../../lib/dataset/findings.ts';
import { CORPUS_RULES } from '../../lib/dataset/records.ts';
import { errorText } from '../../lib/errors/aws-error.ts';
import { isNotFound } from '../../lib/errors/not-found.ts';
import { PassingError } from '../../lib/errors/passing.ts';
import { RunError } from '../../lib/errors/run-error.ts';
import { findByName, listCreated, unseenError } from '../../lib/lifecycle/inventory.ts';
import type { Registry } from '../../lib/lifecycle/model-registry.ts';
import { WEIGHTS_PREFIXES, hostName, isWeightsFolder, namePrefix, runName } from '../../lib/lifecycle/names.ts';
import { API_COMMITMENTS, commitmentOf } from '../../lib/prices/commitment.ts';
import {
  ACTIONS,
  HOSTING_KINDS,
  MOST_HOSTING_HOURS,
  type HostingChoice,
  type TrainingData,
} from '../../lib/training/run-request.ts';
import type { RunState } from '../../lib/training/run-state.ts';
import type { BedrockRoute, SageMakerRoute, TrainingSettings } from '../../lib/training/settings.ts';
import { loggedCalls } from './logged-calls.ts';
import { checkQuotas } from './quotas.ts';
import { parseUri } from './s3-address.ts';
import { checkWeights } from './weights.ts';

export interface CheckClients {
  readonly bedrock: Pick<BedrockClient, 'send'>;
  readonly sagemaker: Pick<SageMakerClient, 'send'>;
  readonly s3: Pick<S3Client, 'send'>;
  readonly quotas: Pick<ServiceQuotasClient, 'send'>;
  readonly registry: Registry;
}

const RUN_ID = /^[0-9a-zA-Z](?:-?[0-9a-zA-Z]){7,40}$/;

/** Issues that are told one by one. */
const TOLD_ISSUES = 5;

/**
 * Looks at everything that can be looked at before money is spent.
 * @throws RunError with what is wrong and what to do
 */
export async function checkRun(run: RunState, settings: TrainingSettings, clients: CheckClients): Promise<RunState> {
  checkRequest(run, settings);
  const { customization } = settings;
  const warnings = await checkQuotas(run, settings, clients.quotas);
  await checkThroughput(run.hosting, settings, clients);
  if (run.action === 'host') return { ...run, warnings, customModelArn: await modelToHost(run, settings, clients) };
  if (customization.route === 'bedrock') await checkModels(settings, clients.bedrock);
  else warnings.push(...(await checkModelFiles(run, customization, settings, clients.s3)));
  const name = runName(settings.stackName, run.runId);
  const jobKind =
    run.action === 'import' ? 'import-job' : customization.route === 'bedrock' ? 'customization-job' : 'training-job';
  if ((await findByName(clients, jobKind, name)) !== null) {
    throw new RunError(`there is a job '${name}' already, and names of jobs are reserved for ever: start a new run`);
  }
  if (run.action === 'import') return { ...run, warnings };
  if (run.dataset === undefined) throw new RunError(`a run that trains needs a dataset, got none`);
  const checked = await checkData(run.dataset, settings, clients);
  return { ...run, data: checked.data, warnings: [...warnings, ...(checked.warnings ?? [])] };
}

/** What is imported in the end, be it as it is or trained on before. */
async function checkModelFiles(
  { action, weightsUri }: RunState,
  { baseModelUri, imports }: SageMakerRoute,
  { bucket, path }: TrainingSettings,
  s3: CheckClients['s3'],
): Promise<string[]> {
  if (imports === undefined) {
    throw new RunError(
      `the stack does not say which weights can be imported: deploy it again with 'npx cdk deploy ${path}'`,
    );
  }
  if (action === 'import') return checkWeights(weightsUri ?? '', 'import', imports, s3);
  return baseModelUri.startsWith(`s3://${bucket}/`)
    ? checkWeights(baseModelUri, 'train-on', imports, s3)
    : [`the base model in ${baseModelUri} is not looked at beforehand: only what is in the bucket of the stack is`];
}

function checkRequest(
  { action, runId, dataset, maxUsd, hosting, hyperParameters, weightsUri }: RunState,
  { path, customization, bucket }: TrainingSettings,
): void {
  // typed, and still whatever somebody has started the state machine with
  if (!ACTIONS.includes(action)) throw new RunError(`'action' must be ${ACTIONS.join(', ')}, got '${action}'`);
  if (!RUN_ID.test(runId)) {
    throw new RunError(`'runId' must be 8 to 41 letters, digits and single hyphens, got '${runId}'`);
  }
  if (!(typeof maxUsd === 'number' && maxUsd > 0 && Number.isFinite(maxUsd))) {
    throw new RunError(`'maxUsd' must be US dollars above 0, the most that the run may cost, got ${String(maxUsd)}`);
  }
  if (action === 'import' && customization.route !== 'sagemaker') {
    throw new RunError(
      `weights are imported by the path continued-pretraining with continuedPretraining.route 'sagemaker', not by ${path}`,
    );
  }
  if (action === 'import' && !isWeightsFolder(weightsUri ?? '', bucket)) {
    throw new RunError(
      `'weightsUri' must be a folder below ${WEIGHTS_PREFIXES.map((prefix) => `s3://${bucket}/${prefix}`).join(' or ')} and end in a slash, got '${weightsUri}'`,
    );
  }
  checkHosting(hosting, customization);
  if (action === 'train' && customization.route === 'bedrock') {
    if (dataset !== undefined && 'trainUri' in dataset) requireRecords(customization, path);
    checkHyperParameters(hyperParameters ?? {}, customization);
  }
}

/** The code of a stack is updated before its settings are, and those of an older version do not say it. */
function requireRecords({ records }: BedrockRoute, path: TrainingSettings['path']): void {
  if (records !== undefined) return;
  throw new RunError(
    `the stack does not say what its training files must be like: deploy it again with 'npx cdk deploy ${path}'`,
  );
}

/** What is priced by them must be what the job is given. */
function checkHyperParameters(
  ofRun: Readonly<Record<string, string>>,
  { type, hyperParameters, maxEpochs }: BedrockRoute,
): void {
  if (type === 'DISTILLATION' && Object.keys(ofRun).length > 0) {
    throw new RunError(`distillation takes no hyperparameters, got ${Object.keys(ofRun).join(', ')}: leave them out`);
  }
  for (const [name, value] of Object.entries({ ...hyperParameters, ...ofRun })) {
    if (typeof value !== 'string' || value.trim() === '' || !Number.isFinite(Number(value))) {
      throw new RunError(
        `'hyperParameters.${name}' must be a number as a string, such as "2", got ${JSON.stringify(value)}`,
      );
    }
    if (name !== 'epochCount') continue;
    const epochs = Number(value);
    if (!(Number.isInteger(epochs) && epochs >= 1 && epochs <= maxEpochs)) {
      throw new RunError(`'hyperParameters.epochCount' must be a whole number from 1 to ${maxEpochs}, got ${value}`);
    }
  }
}

function checkHosting(hosting: HostingChoice, customization: TrainingSettings['customization']): void {
  const imported = customization.route === 'sagemaker';
  if (!HOSTING_KINDS.includes(hosting.kind)) {
    throw new RunError(`'hosting.kind' must be ${HOSTING_KINDS.join(', ')}, got '${hosting.kind}'`);
  }
  if (imported !== (hosting.kind === 'imported') && hosting.kind !== 'none') {
    throw new RunError(
      imported
        ? `weights trained on SageMaker are hosted as an imported model: 'hosting' must be imported or none, got '${hosting.kind}'`
        : `a model customised on Bedrock is not imported: 'hosting' must be on-demand, provisioned or none, got 'imported'`,
    );
  }
  const ways = customization.route === 'bedrock' ? customization.hosting : undefined;
  if (customization.route === 'bedrock' && hosting.kind !== 'none' && ways?.includes(hosting.kind) === false) {
    throw new RunError(
      `a tuned ${customization.baseModelId} is not hosted '${hosting.kind}', so training it would be paid for nothing: 'hosting' must be ${['none', ...ways].join(' or ')}`,
    );
  }
  if (hosting.kind !== 'provisioned') return;
  const { modelUnits, maxHours, commitment, acceptCommitment } = hosting;
  if (!(Number.isInteger(modelUnits) && modelUnits >= 1)) {
    throw new RunError(`'hosting.modelUnits' must be a whole number from 1, got ${modelUnits}`);
  }
  if (commitment !== undefined && !API_COMMITMENTS.includes(commitment)) {
    throw new RunError(`'hosting.commitment' must be ${API_COMMITMENTS.join(' or ')}, or absent, got '${commitment}'`);
  }
  if (commitment === undefined && !(maxHours > 0 && maxHours <= MOST_HOSTING_HOURS)) {
    throw new RunError(
      `'hosting.maxHours' must be above 0 and at most ${MOST_HOSTING_HOURS}, got ${maxHours}: throughput bills by the hour until it is deleted`,
    );
  }
  if (commitment !== undefined && acceptCommitment !== true) {
    throw new RunError(
      `a commitment of ${commitmentOf(commitment)} bills to its end and cannot be deleted before: say so with 'hosting.acceptCommitment' as well, or leave 'hosting.commitment' out`,
    );
  }
}

/** What `host` is to serve: the model that was named, else the one that is published, else the one that was trained last. */
async function modelToHost(run: RunState, settings: TrainingSettings, clients: CheckClients): Promise<string> {
  const { registry, bedrock } = clients;
  const arn =
    run.customModelArn ?? (await registry.read()).hosted[0]?.customModelArn ?? (await trainedLast(settings, clients));
  if (arn === undefined) {
    throw new RunError(`there is no trained model to host: name it by 'customModelArn', or train one first`);
  }
  if (run.hosting.kind !== 'imported') {
    const found = await bedrock
      .send(new GetCustomModelCommand({ modelIdentifier: arn }))
      .catch(async (error: unknown) => {
        if (isNotFound(error)) await refuseAbsent(arn, error, bedrock);
        throw error;
      });
    if (found.modelStatus !== undefined && found.modelStatus !== 'Active') {
      throw new RunError(`the custom model ${arn} cannot be hosted: it is ${found.modelStatus}`);
    }
  }
  return arn;
}

/**
 * The list decides whether a model exists: the look-up by name says of a model that it does not show yet what it says of one that is
 * gone, and the next step after that costs money.
 */
async function refuseAbsent(arn: string, cause: unknown, bedrock: CheckClients['bedrock']): Promise<void> {
  let nextToken: string | undefined;
  let isListed = false;
  do {
    const page = await bedrock.send(
      new ListCustomModelsCommand({ maxResults: 1_000, ...(nextToken && { nextToken }) }),
    );
    isListed ||= (page.modelSummaries ?? []).some(({ modelArn }) => modelArn === arn);
    nextToken = page.nextToken;
  } while (nextToken !== undefined && nextToken !== '');
  if (isListed) {
    throw new PassingError(`AWS lists the custom model ${arn} and does not find it: ${errorText(cause)}`, { cause });
  }
  throw new RunError(`the custom model ${arn} does not exist: name another by 'customModelArn', or train one`, {
    cause,
  });
}

async function trainedLast(settings: TrainingSettings, clients: CheckClients): Promise<string | undefined> {
  const { owner, stackName, customization } = settings;
  const kind = customization.route === 'bedrock' ? 'custom-model' : 'imported-model';
  const { created, unseen } = await listCreated(clients, `${namePrefix(stackName)}-`, [kind]);
  if (unseen.length > 0) throw unseenError(unseen);
  // a name ends in the time of its run
  const own = created.filter((model) => model.owner === owner).sort((one, other) => (one.name < other.name ? 1 : -1));
  return own[0]?.arn;
}

/** A stack has one throughput: another model can be put behind it, but neither its size nor its commitment can be changed. */
async function checkThroughput(
  hosting: HostingChoice,
  settings: TrainingSettings,
  clients: CheckClients,
): Promise<void> {
  if (hosting.kind !== 'provisioned') return;
  const name = hostName(settings.stackName);
  const found = await findByName(clients, 'throughput', name);
  if (found === null) return refuseLegacyThroughput(settings, clients.bedrock);
  if (found.owner !== settings.owner) {
    throw new RunError(`there is a throughput '${name}' that this stack has not bought: rename it or delete it first`);
  }
  if (
    found.modelUnits !== hosting.modelUnits ||
    found.committedUntil !== undefined ||
    hosting.commitment !== undefined
  ) {
    throw new RunError(
      `the throughput '${name}' exists with ${found.modelUnits ?? 'unknown'} model units${found.committedUntil === undefined ? '' : ` and a commitment until ${found.committedUntil.toISOString()}`}, and AWS changes neither: end it with 'npx fmpaths unhost ${settings.path}', or host with the same`,
    );
  }
}

/** One that exists stays and may serve another model; a new one, AWS does not sell. */
async function refuseLegacyThroughput(
  { customization, path }: TrainingSettings,
  bedrock: CheckClients['bedrock'],
): Promise<void> {
  if (customization.route !== 'bedrock') return;
  const base = await foundationModel(bedrock, customization.tuningId);
  if (base?.modelLifecycle?.status !== 'LEGACY') return;
  throw new RunError(
    `${customization.baseModelId} is Legacy, and AWS sells no new Provisioned Throughput for a Legacy model: host on demand where 'npx fmpaths host ${path}' can, or choose an active model`,
  );
}

/** The catalogue was asked at deployment; AWS is asked now. */
async function checkModels({ customization }: TrainingSettings, bedrock: CheckClients['bedrock']): Promise<void> {
  if (customization.route !== 'bedrock') return;
  const { baseModelId, tuningId, type, teacher } = customization;
  // AWS lists what can be customised under the id that a job takes, not under the one that is called
  const base = await foundationModel(bedrock, tuningId);
  if (!(base?.customizationsSupported ?? []).includes(type)) {
    throw new RunError(
      `${baseModelId} does not take ${type} in this Region: AWS lists ${(base?.customizationsSupported ?? []).join(', ') || 'no customization'} for it`,
    );
  }
  if (base?.modelLifecycle?.status === 'LEGACY') {
    throw new RunError(
      `${baseModelId} is Legacy: AWS lets nobody begin new customizations of it. Choose an active model`,
    );
  }
  if (teacher !== undefined && (await foundationModel(bedrock, teacher.modelId)) === undefined) {
    throw new RunError(`the teacher ${teacher.modelId} is not offered in this Region`);
  }
}

async function foundationModel(bedrock: CheckClients['bedrock'], modelIdentifier: string) {
  try {
    return (await bedrock.send(new GetFoundationModelCommand({ modelIdentifier }))).modelDetails;
  } catch (error) {
    if (isNotFound(error) || (error instanceof Error && error.name === 'ValidationException')) {
      throw new RunError(`${modelIdentifier} is not offered in this Region (any more): ${String(error)}`);
    }
    throw error;
  }
}

async function checkData(
  dataset: TrainingData,
  settings: TrainingSettings,
  clients: CheckClients,
): Promise<Pick<RunState, 'data' | 'warnings'>> {
  if ('invocationLogsUri' in dataset) return checkLogs(dataset, settings, clients);
  const { customization } = settings;
  const report = await checkDataset(
    {
      customization: settings.path,
      ...(customization.route === 'bedrock'
        ? { family: customization.family, rules: customization.records }
        : { family: 'corpus', rules: CORPUS_RULES }),
    },
    await objectBytes(clients.s3, dataset.trainUri),
    dataset.validationUri === undefined ? undefined : await objectBytes(clients.s3, dataset.validationUri),
  );
  if (report.errorCount > 0) throw new RunError(datasetMessage(report));
  const { records, bytes, estimatedTokens } = report;
  return { data: { records, bytes, estimatedTokens } };
}

function datasetMessage({ errors, errorCount }: DatasetReport): string {
  const told = errors.slice(0, TOLD_ISSUES).map(issueText);
  const more = errorCount - told.length;
  return `the dataset cannot be trained on:\n${told.join('\n')}${more > 0 ? `\nand ${more} more: 'npx fmpaths dataset --help' says how to see them all` : ''}`;
}

const issueText = ({ file, line, message }: DatasetIssue): string =>
  line === 0 ? `  ${file}: ${message}` : `  ${file} line ${line}: ${message}`;

/** Prompts from the account's own invocation logs: the setting is read, never changed. */
async function checkLogs(
  { invocationLogsUri, reuseLoggedAnswers }: Extract<TrainingData, { invocationLogsUri: string }>,
  { path, customization }: TrainingSettings,
  { bedrock, s3 }: CheckClients,
): Promise<Pick<RunState, 'data' | 'warnings'>> {
  if (path !== 'distillation' || customization.route !== 'bedrock') {
    throw new RunError(`only distillation takes its prompts from invocation logs, not ${path}`);
  }
  const { loggingConfig } = await bedrock.send(new GetModelInvocationLoggingConfigurationCommand({}));
  if (loggingConfig?.s3Config === undefined || loggingConfig.textDataDeliveryEnabled === false) {
    throw new RunError(
      `this account does not log the text of model calls to S3, so there are no prompts to distil from: turn model invocation logging on (it writes every prompt of the account and Region), or give a dataset`,
    );
  }
  const { bucket } = parseUri(invocationLogsUri);
  if (loggingConfig.s3Config.bucketName !== bucket) {
    throw new RunError(
      `the invocation logs of this account are in s3://${loggingConfig.s3Config.bucketName ?? ''}/${loggingConfig.s3Config.keyPrefix ?? ''}, got '${invocationLogsUri}'`,
    );
  }
  const teacherId = reuseLoggedAnswers ? customization.teacher?.modelId : undefined;
  const { bytes, warnings } = await loggedCalls(invocationLogsUri, teacherId, s3);
  // logs are compressed about eight times, and each holds what is around the text as well: this is a bound
  const text = bytes * 8;
  return { data: { records: 0, bytes: text, estimatedTokens: Math.ceil(text / LEAST_BYTES_PER_TOKEN) }, warnings };
}

async function objectBytes(s3: CheckClients['s3'], uri: string): Promise<AsyncIterable<Uint8Array>> {
  const { bucket, key } = parseUri(uri);
  try {
    await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return Body as unknown as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (error instanceof Error && /NoSuchKey|NotFound|NoSuchBucket/.test(error.name)) {
      throw new RunError(
        `there is no dataset at '${uri}': upload it first; 'npx fmpaths train --help' says how a file of yours is uploaded`,
      );
    }
    throw error;
  }
}
