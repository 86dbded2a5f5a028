import { withField } from './field.ts';
import { workloadSchema, type Workload } from './workload.ts';

/** Whether the workload would still be one with this value in this field. */
function isValid(workload: Workload, field: string, value: number): boolean {
  return workloadSchema.safeParse(withField(workload, field, value)).success;
}

/** Whether the field counts whole things: `valid` is a value that it may have. */
export function isWhole(workload: Workload, field: string, valid: number): boolean {
  const allows = (value: number) => isValid(workload, field, value);
  const halves = allows(valid + 0.5) || allows(valid - 0.5);
  return Number.isInteger(valid) && !halves && (allows(valid + 1) || allows(valid - 1));
}

/** How near to a limit that may not be reached itself a value is taken, as a part of the way from it to a valid one. */
const NEAR_A_LIMIT = 1 / 1000;

/**
 * The value nearest to `wanted` that the workload may have in this field: `wanted` itself, a limit that may be reached, or
 * a value just short of one that may not (a chunk must be longer than its overlap).
 * @param valid a value that the field may have
 */
export function nearestValid(workload: Workload, field: string, valid: number, wanted: number): number {
  if (isValid(workload, field, wanted)) return wanted;
  const whole = isWhole(workload, field, valid);
  let [inside, outside] = [valid, wanted];
  const near = (one: number, other: number) =>
    Math.abs(one - other) <= 1e-12 * Math.max(Math.abs(one), Math.abs(other), Math.abs(valid));
  while (!near(inside, outside)) {
    const middle = inside + (outside - inside) / 2;
    if (isValid(workload, field, whole ? Math.round(middle) : middle)) inside = middle;
    else outside = middle;
  }
  if (whole) return Math.round(inside);
  const limit = near(outside, 0) ? 0 : Number(outside.toPrecision(9));
  return isValid(workload, field, limit) ? limit : limit + (valid - limit) * NEAR_A_LIMIT;
}
