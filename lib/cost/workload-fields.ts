import { z } from 'zod';
import { PROFILE_SCOPES } from '../catalogue/models.ts';

/** Beyond this, products of a few such numbers would leave what a double can hold. */
const MOST = 1e15;

export const atLeastZero = z.number().min(0).max(MOST);
export const positive = z.number().gt(0).max(MOST);
export const atLeastOne = z.number().min(1).max(MOST);
export const wholeAtLeastZero = z.int().min(0).max(MOST);
export const wholePositive = z.int().min(1).max(MOST);
export const share = z.number().min(0).max(1);
export const modelId = z
  .string()
  .regex(new RegExp(`^(?!(?:${PROFILE_SCOPES.join('|')})\\.)[a-z0-9][a-z0-9.:-]*$`), {
    error: 'must be a base model id, as in config/models.json, without a profile prefix: that goes into profileScope',
  })
  .describe('base model id, as in config/models.json');
export const profileScope = z
  .string()
  .regex(new RegExp(`^(?:${PROFILE_SCOPES.join('|')})$`), { error: `must be one of ${PROFILE_SCOPES.join(', ')}` })
  .describe('in-region, a geography such as us, eu, jp, or global: global profiles of newer models are cheaper');
