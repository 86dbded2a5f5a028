import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context } from 'aws-lambda';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerCloudFormation, type ResourceEvent } from '../shared/custom-resource.ts';
import { setUpDatabase } from './set-up.ts';

const clients = { data: new RDSDataClient(), secrets: new SecretsManagerClient() };

export const handler = async (event: ResourceEvent, context: Context): Promise<void> => {
  await answerCloudFormation(event, async (asked) =>
    setUpDatabase(asked, clients, { now: Date.now, sleep, random: Math.random }, context.getRemainingTimeInMillis()),
  );
};
