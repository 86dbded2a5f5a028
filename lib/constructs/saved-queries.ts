import { TAG_KEYS } from '../deployment/tags.ts';

export interface SavedQuery {
  readonly name: string;
  readonly description: string;
  readonly sql: string;
}

/**
 * What a person asks the export first, ready in the Athena console: each for the current month and with its partition named, so
 * that it reads one month. Written so that DuckDB runs them too: a test compares them with `fmpaths bill` over the same file.
 */
export function savedQueries(table: string): SavedQuery[] {
  return [
    {
      name: 'Spend by path',
      description: 'Spend of this month by path, component, service and day; "no path" is the untagged and shared rest',
      sql: `SELECT ${DAY} AS day,
  COALESCE(${tag(TAG_KEYS.path)}, 'no path') AS path,
  COALESCE(${tag(TAG_KEYS.component)}, 'no component') AS component,
  ${SERVICE} AS service,
  ${USD} AS usd
FROM ${table}
WHERE ${THIS_MONTH}
  AND ${CHARGES}
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4`,
    },
    {
      name: 'Charges without a path',
      description: 'What this month has been billed without the tag of a path, by service and usage type',
      sql: `SELECT ${SERVICE} AS service,
  line_item_usage_type AS usage_type,
  ${USD} AS usd
FROM ${table}
WHERE ${THIS_MONTH}
  AND ${CHARGES}
  AND ${tag(TAG_KEYS.path)} IS NULL
GROUP BY 1, 2
ORDER BY usd DESC`,
    },
    {
      name: 'Spend by resource',
      description:
        'The same dollars by resource, which needs no active tag: a cross-check, never to be added to the paths',
      sql: `SELECT line_item_resource_id AS resource,
  ${tag(TAG_KEYS.path)} AS path,
  line_item_usage_type AS usage_type,
  ${USD} AS usd
FROM ${table}
WHERE ${THIS_MONTH}
  AND ${CHARGES}
  AND line_item_resource_id <> ''
GROUP BY 1, 2, 3
ORDER BY usd DESC`,
    },
    {
      name: 'Bedrock spend by caller',
      description:
        "The same dollars by calling principal and its role's tag: a cross-check, never to be added to the paths",
      sql: `SELECT line_item_iam_principal AS principal,
  element_at(tags, 'iamPrincipal/${TAG_KEYS.path}') AS path_of_principal,
  ${tag(TAG_KEYS.path)} AS path,
  ${USD} AS usd
FROM ${table}
WHERE ${THIS_MONTH}
  AND ${CHARGES}
  AND line_item_iam_principal <> ''
GROUP BY 1, 2, 3
ORDER BY usd DESC`,
    },
  ];
}

const DAY = 'CAST(CAST(line_item_usage_start_date AS date) AS varchar)';

// decimal: the sum does not depend on the order of the rows
const USD = 'CAST(SUM(CAST(line_item_unblended_cost AS decimal(38, 15))) AS double)';

/** AWS Marketplace bills third-party models under a code without meaning; the product's name says what it is. */
const SERVICE = `CASE WHEN bill_billing_entity = 'AWS Marketplace' THEN COALESCE(element_at(product, 'product_name'), line_item_product_code) ELSE line_item_product_code END`;

const THIS_MONTH = 'billing_period = SUBSTR(CAST(current_date AS varchar), 1, 7)';

const CHARGES = `line_item_line_item_type NOT IN ('Credit', 'Refund', 'Tax')`;

/**
 * A tag's value under either of its spellings; null where there is none.
 * https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2-tag-columns.html
 */
function tag(key: string): string {
  return `COALESCE(NULLIF(element_at(resource_tags, 'user_${key.replaceAll('-', '_')}'), ''), NULLIF(element_at(tags, 'resourceTags/${key}'), ''))`;
}
