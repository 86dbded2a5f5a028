import type { ModelCatalogue } from '../catalogue/models.ts';
import { tokenFactor } from '../catalogue/token-factor.ts';
import { cellsOf, isOfPath, type Cell, type Comparison, type PricedCell } from '../cost/comparison.ts';
import { DEFAULTS } from '../cost/defaults.ts';
import type { KnowledgeUpdate } from '../cost/knowledge-update.ts';
import type { Obstacle } from '../cost/like-for-like.ts';
import { partsInCents, peopleUsd, SPLIT_PARTS, type Split } from '../cost/split.ts';
import type { PeakDemand } from '../cost/traffic.ts';
import type { TuningTarget } from '../cost/tuning-target.ts';
import { isVariation } from '../cost/variations.ts';
import type { Workload } from '../cost/workload.ts';
import { TOKEN_CLASSES, type TokenClass, type TokenFlow } from '../cost/token-flow.ts';
import { isTrainingPath, PATH_SECTIONS, RETRIEVAL_PATHS, type PathId } from '../paths.ts';
import { sumUsd } from '../sums.ts';
import type { Block } from './document.ts';
import { displayWidth, left, right, type Grid } from './grid.ts';
import { formatQuantity, formatUsd } from './money.ts';
import { signedUsd } from './split-text.ts';
import { COMPARISON_MESSAGES, type ComparisonMessages, type NoFigure } from './words/comparison.ts';
import { fill, type Language } from './words/languages.ts';

/** The paths with one model and one text, with everything that the comparison rests on. */
export interface ComparisonReport {
  readonly comparison: Comparison;
  readonly catalogue: ModelCatalogue;
  /** The Region asked for; a path may be priced in another. */
  readonly region: string;
  /** `YYYY-MM-DD` */
  readonly today: string;
  readonly requestsPerMonth: number | null;
  /** Of tuned models; absent where there is no untuned one to hold them against. */
  readonly targets: ReadonlyMap<Cell, TuningTarget>;
  readonly updates: ReadonlyMap<Cell, KnowledgeUpdate>;
  /** The quota that a demand counts against; undefined: not known. */
  readonly quotas?: (demand: PeakDemand) => Quota | undefined;
}

interface Quota {
  readonly tokensPerMinute: number;
  /** `default`: published by AWS, the account may have less. */
  readonly from: 'account' | 'default';
}

/** A cell with its figures. */
type Figures = Cell & { readonly priced: PricedCell };

const hasFigures = (cell: Cell): cell is Figures => cell.priced !== undefined;

/** False where nobody hosts the model: it costs little because it answers nothing. */
const answers = ({ priced }: Figures): boolean => !priced.estimate.notes.includes('no-hosting');

/**
 * True if a model of the cell takes more at the peak than the account may send. A published default is no such limit: the
 * account may have more or less, and the table of peaks says so.
 */
const exceedsQuota = (cell: Cell, { quotas }: Pick<ComparisonReport, 'quotas'>): boolean =>
  needsOf(cell, quotas).some((need) => need.quota?.from === 'account' && fits(need) === false);

const nameOf = ({ models }: ModelCatalogue, id: string): string =>
  Object.hasOwn(models, id) ? (models[id]?.name ?? id) : id;

/** What every block needs. */
interface Telling extends ComparisonReport {
  readonly words: ComparisonMessages;
  readonly language: Language;
}

/** The comparison for a person: the answer first, then what it rests on. */
export function comparisonBlocks(report: ComparisonReport, language: Language): Block[] {
  const telling: Telling = { ...report, words: COMPARISON_MESSAGES[language], language };
  return [
    { items: answerSentences(telling) },
    ...rowBlocks(telling),
    ...differenceBlocks(telling),
    ...matrixBlocks(telling),
    ...listUnder(telling.words.headings.targets, targetSentences(telling)),
    ...listUnder(telling.words.headings.updates, updateSentences(telling)),
    ...peakBlocks(telling),
    ...listUnder(telling.words.headings.assumptions, assumptionSentences(telling)),
  ];
}

const listUnder = (heading: string, items: readonly string[]): Block[] =>
  items.length === 0 ? [] : [{ heading, items }];

/** A cell in words: path and model, and what is different where it varies another. */
function rowName(cell: Cell, { catalogue, words }: Pick<Telling, 'catalogue' | 'words'>): string {
  const { path, modelId, withExamples } = cell;
  if (modelId === null) return path;
  const values = { path, model: nameOf(catalogue, modelId) };
  const row = fill(withExamples ? words.row : words.rowWithoutExamples, values);
  const how = howVaried(cell, words);
  return how === undefined ? row : fill(words.rowVaried, { row, how });
}

/** What a variation does; undefined of any other cell. */
export function howVaried({ basis, priced }: Cell, words: ComparisonMessages): string | undefined {
  return isVariation(basis) ? fill(words.varied[basis], { store: storeOf(priced) ?? words.unknown }) : undefined;
}

const storeOf = (priced: PricedCell | undefined): string | undefined => priced?.workload.rag?.vectorStore?.kind;

const pricedIn = (name: string, region: string, { words }: Pick<Telling, 'words'>): string =>
  fill(words.rowPricedIn, { row: name, region });

/** A row as a sentence names it: with its Region, where that is not the one asked for. */
function rowWithRegion(row: Figures, telling: Telling): string {
  const { region } = row.priced.estimate;
  const name = rowName(row, telling);
  return region === telling.region ? name : pricedIn(name, region, telling);
}

/** True if the work needs what weights cannot give: quoting and forgetting documents. */
const isUnmet = ({ path, basis, priced: { workload } }: Figures): boolean =>
  workload.needs?.privateDocuments === true &&
  basis !== 'text-in-prompt' &&
  // a prompt that carries the text has seen it
  (isTrainingPath(path) || (path === 'prompt-only' && workload.request?.context === undefined));

/** Rows of one model and one text, as far as each path can take them, that answer as they must. */
function likeForLike(report: ComparisonReport): Figures[] {
  return candidates(report).filter(
    ({ basis, withExamples }) => (basis === 'reference' || basis === 'nearest') && withExamples,
  );
}

/** Rows that answer, as the work needs it, within the quotas of the account. */
const candidates = (report: ComparisonReport): Figures[] =>
  report.comparison.rows
    .filter(hasFigures)
    .filter((row) => answers(row) && !isUnmet(row) && !exceedsQuota(row, report));

/** Tokens of a month over those that the counter makes of the same text; `null`: not known. */
function countedTokens(
  { modelId, priced }: Figures,
  of: TokenClass,
  catalogue: ModelCatalogue,
  reference: string,
): number | null {
  const flows = priced.estimate.flows.filter(({ tokenClass }) => tokenClass === of);
  if (flows.some(({ millionTokens }) => millionTokens === null)) return null;
  return sumUsd(
    flows.map(({ millionTokens, seller }) => {
      const id = seller === null || seller.modelId === '' ? (modelId ?? reference) : seller.modelId;
      return (millionTokens ?? 0) / tokenFactor(catalogue, id);
    }),
  );
}

/** True if the workload gives the path tokens of its own: its text is not that of prompt-only. */
function hasOwnText(row: Figures, { comparison, catalogue }: ComparisonReport): boolean {
  const { rows, referenceModelId } = comparison;
  const base = rows.filter(hasFigures).find(({ path, basis }) => path === 'prompt-only' && basis === 'reference');
  if (base === undefined || !row.withExamples || !answers(row) || isVariation(row.basis)) return false;
  // what is retrieved comes on top of the same prompt
  const classes = RETRIEVAL_PATHS.includes(row.path) ? (['answer'] as const) : TOKEN_CLASSES;
  return classes.some((tokenClass) => {
    const [one, other] = [base, row].map((each) => countedTokens(each, tokenClass, catalogue, referenceModelId ?? ''));
    return one != null && other != null && Math.abs(one - other) > SAME_TEXT * one;
  });
}

/** A difference in the last digits is no other text. */
const SAME_TEXT = 1e-6;

interface Costing {
  readonly cell: Figures;
  readonly usd: number;
}

/** The first of the cheapest whose figure is known. */
function cheapestOf(cells: readonly Figures[]): Costing | undefined {
  let best: Costing | undefined;
  for (const cell of cells) {
    const usd = cell.priced.overLifeUsd;
    if (usd !== null && (best === undefined || usd < best.usd)) best = { cell, usd };
  }
  return best;
}

/** What is known of the figure over the life: the whole costs no less. */
const knownOverLifeUsd = (priced: PricedCell): number =>
  priced.estimate.monthly.knownUsd + priced.estimate.oneTime.knownUsd / priced.lifeMonths + peopleUsd(priced);

function answerSentences(telling: Telling): string[] {
  const { comparison, words, requestsPerMonth, catalogue } = telling;
  const { referenceModelId, rows } = comparison;
  const reference = referenceModelId === null ? words.unknown : nameOf(catalogue, referenceModelId);
  const best = cheapestOf(likeForLike(telling));
  const others = candidates(telling);
  const sentences: string[] = [];
  const otherModels = others.filter(
    ({ basis, withExamples }) =>
      withExamples && (basis === 'configured' || basis === 'untuned' || basis === 'own-weights'),
  );
  if (best === undefined) {
    sentences.push(fill(words.cheapestUnknown, { reference }));
    const other = cheapestOf(otherModels);
    if (other !== undefined) {
      const values = { row: rowWithRegion(other.cell, telling), usd: formatUsd(other.usd) };
      sentences.push(fill(words.otherModelComplete, values));
    }
  } else {
    const { estimate, lifeMonths } = best.cell.priced;
    sentences.push(
      fill(words.cheapest, {
        requests: formatQuantity(requestsPerMonth, words.unknown),
        row: rowWithRegion(best.cell, telling),
        usd: formatUsd(best.usd),
      }),
    );
    if (estimate.oneTime.usd !== 0) {
      sentences.push(fill(words.oneTimeSpread, { months: formatQuantity(lifeMonths) }));
    }
    if (best.cell.basis === 'nearest') sentences.push(fill(words.nearestIsCheapest, { reference }));
    const cheaper = (cells: readonly Figures[], sentence: string): void => {
      const other = cheapestOf(cells);
      if (other === undefined || other.usd >= best.usd) return;
      sentences.push(fill(sentence, { row: rowWithRegion(other.cell, telling), usd: formatUsd(other.usd) }));
    };
    cheaper(otherModels, words.otherModelCheaper);
    cheaper(
      others.filter(({ basis, withExamples }) => !withExamples && (basis === 'reference' || basis === 'nearest')),
      words.shorterPromptCheaper,
    );
    cheaper(
      others.filter(({ basis }) => basis === 'text-in-prompt' || basis === 'cheaper-store'),
      words.shorterPromptCheaper,
    );
    cheaper(
      others.filter(({ basis }) => basis === 'cached-prefix'),
      words.sameAnswersCheaper,
    );
  }
  // whichever model answers: nobody may take the cheapest known for the cheapest
  const unknown = others.filter(
    ({ priced }) => priced.overLifeUsd === null && (best === undefined || knownOverLifeUsd(priced) < best.usd),
  );
  if (unknown.length > 0) {
    const list = unknown.map((row) => {
      const known = knownOverLifeUsd(row.priced);
      const name = rowWithRegion(row, telling);
      return known === 0 ? name : fill(words.atLeast, { row: name, usd: formatUsd(known) });
    });
    sentences.push(fill(words.couldBeCheaper, { rows: list.join(words.comma) }));
  }
  const own = new Set(rows.filter(hasFigures).flatMap((row) => (hasOwnText(row, telling) ? [row.path] : [])));
  return [
    ...sentences,
    fill(words.heldEqual, { reference }),
    ...(own.size === 0 ? [] : [fill(words.ownText, { paths: [...own].join(words.comma) })]),
    words.notHeldEqual,
  ];
}

/** Marks of cells, each with its text once. */
function marks() {
  const texts: string[] = [];
  return {
    /** The letter of a text. */
    of: (text: string): string => {
      if (!texts.includes(text)) texts.push(text);
      return letter(texts.indexOf(text));
    },
    legend: (): string[] => texts.map((text, index) => `${letter(index)}  ${text}`),
  };
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

const letter = (index: number): string => LETTERS[index] ?? String(index + 1);

const CHEAPEST = '<';

function rowBlocks(telling: Telling): Block[] {
  const { comparison, catalogue, words, region } = telling;
  const { rows } = comparison;
  const best = cheapestOf(likeForLike(telling))?.cell;
  const lives = [
    ...new Set(
      rows.flatMap(({ priced }) =>
        priced === undefined || priced.estimate.oneTime.usd === 0 ? [] : [priced.lifeMonths],
      ),
    ),
  ];
  const [life] = lives;
  const { of: mark, legend } = marks();
  const grid: Grid = {
    title: fill(
      lives.length > 1 ? words.rowsTitleLives : life === undefined ? words.rowsTitleNoLife : words.rowsTitle,
      {
        region,
        months: formatQuantity(life ?? null),
      },
    ),
    columns: [
      left(words.columns.path),
      left(words.columns.model),
      right(words.columns.monthly),
      right(words.columns.oneTime),
      right(words.columns.overLife),
      right(words.columns.per1k),
      left(''),
    ],
    rows: rows.map((row) => {
      const { path, modelId, priced } = row;
      const noted = rowNotes(row, telling, lives.length > 1)
        .map(mark)
        .join(' ');
      const model = modelId === null ? words.obstacles['own-weights'].short : nameOf(catalogue, modelId);
      if (priced === undefined) return [path, model, '-', '-', '-', '-', noted];
      const { monthly, oneTime, usdPer1kRequests } = priced.estimate;
      return [
        path,
        `${model}, ${isTrainingPath(path) ? words.tuned : (priced.profileScope ?? words.unknown)}`,
        formatUsd(monthly.usd, words.unknown),
        formatUsd(oneTime.usd, words.unknown),
        formatUsd(priced.overLifeUsd, words.unknown),
        usdPer1kRequests === null && monthly.usd !== null ? '-' : formatUsd(usdPer1kRequests, words.unknown),
        [...(row === best ? [CHEAPEST] : []), ...(noted === '' ? [] : [noted])].join(' '),
      ];
    }),
  };
  const withPeople = rows.some(({ priced }) => priced !== undefined && peopleUsd(priced) > 0);
  return [
    grid,
    {
      items: [
        ...(best === undefined ? [] : [`${CHEAPEST}  ${words.cheapestMark}`]),
        ...legend(),
        ...(withPeople ? [words.peopleInLife] : []),
      ],
    },
  ];
}

/** What a figure of a row does not say itself. */
function rowNotes(row: Cell, telling: Telling, lifeDiffers: boolean): string[] {
  const { comparison, catalogue, words, region } = telling;
  const { basis, obstacle, tooLong, priced, withExamples, modelId } = row;
  const model = modelId === null ? words.unknown : nameOf(catalogue, modelId);
  const why =
    tooLong !== undefined
      ? fill(words.longerThanWindow, {
          tokens: formatQuantity(upTo(tooLong.tokens, 0)),
          window: formatQuantity(tooLong.windowTokens),
        })
      : obstacle === undefined
        ? ''
        : words.obstacles[obstacle].long;
  if (priced === undefined) {
    return [...(isVariation(basis) ? [words.basis[basis]] : []), fill(words.cannotBe, { model, why })];
  }
  const { referenceModelId } = comparison;
  const reference = referenceModelId === null ? words.unknown : nameOf(catalogue, referenceModelId);
  const { estimate, overLifeUsd, lifeMonths } = priced;
  const store = storeOf(priced) ?? words.unknown;
  const configured = storeOf(comparison.rows.find(({ path }) => path === row.path)?.priced) ?? words.unknown;
  return [
    ...(basis === 'reference' || basis === 'asked'
      ? []
      : [fill(words.basis[basis], { reference, why, store, configured })]),
    ...(withExamples ? [] : [words.withoutExamples]),
    ...(hasFigures(row) && hasOwnText(row, telling) ? [words.ownTextMark] : []),
    ...(hasFigures(row) && !answers(row) ? [words.noFigure['no-hosting'].long] : []),
    ...(hasFigures(row) && isUnmet(row) ? [words.unmet] : []),
    ...(exceedsQuota(row, telling) ? [words.noFigure['over-quota'].long] : []),
    ...(overLifeUsd === null ? [unknownNote(priced, words)] : []),
    ...(estimate.region === region ? [] : [fill(words.elsewhere, { region: estimate.region })]),
    ...(lifeDiffers && estimate.oneTime.usd !== 0
      ? [fill(words.spreadOver, { months: formatQuantity(lifeMonths) })]
      : []),
  ];
}

/** Names in a note; the facts of the estimate name all. */
const MOST_LACKING = 2;

function unknownNote(priced: PricedCell, words: ComparisonMessages): string {
  const { unknownPriceIds, missing } = priced.estimate;
  const lacking = [...unknownPriceIds, ...missing];
  const names = lacking.slice(0, MOST_LACKING).join(', ');
  const count = lacking.length - MOST_LACKING;
  return fill(words.unknownInPart, {
    usd: formatUsd(knownOverLifeUsd(priced)),
    lacking: count > 0 ? fill(words.andMore, { names, count }) : names,
  });
}

function differenceBlocks(telling: Telling): Block[] {
  const { comparison, catalogue, words } = telling;
  const { referenceModelId, rows, against } = comparison;
  const items = rows.flatMap((row) => {
    const difference = against.get(row);
    return difference === undefined || !hasFigures(row) || !answers(row)
      ? []
      : [differenceSentence(row, difference, telling)];
  });
  const reference = referenceModelId === null ? words.unknown : nameOf(catalogue, referenceModelId);
  return listUnder(fill(words.headings.differences, { reference }), items);
}

function differenceSentence(row: Figures, difference: Split, telling: Telling): string {
  const { words, comparison } = telling;
  const name = rowName(row, telling);
  const cents = partsInCents(difference);
  const months = formatQuantity(row.priced.lifeMonths);
  const partName = (part: (typeof SPLIT_PARTS)[number]): string => fill(words.parts[part], { months });
  const shown = SPLIT_PARTS.filter((part) => cents[part] !== null && cents[part] !== 0).map(
    (part) => `${partName(part)} ${signedUsd(cents[part] ?? 0)}`,
  );
  const unknown = SPLIT_PARTS.filter((part) => difference.parts[part] === null).map(partName);
  const known = shown.join(words.comma);
  const unsaid = unsaidFields(row, difference, telling);
  if (unsaid.length > 0) {
    return fill(shown.length === 0 ? words.differenceUnsaid : words.differenceUnsaidInPart, {
      row: name,
      fields: unsaid.join(', '),
      parts: known,
    });
  }
  if (difference.usd === null) {
    return fill(shown.length === 0 ? words.differenceUnknown : words.differenceInPart, {
      row: name,
      unknown: unknown.join(words.comma),
      parts: known,
    });
  }
  if (shown.length === 0) {
    const same = SPLIT_PARTS.every((part) => difference.parts[part] === 0);
    return fill(same ? words.noDifference : words.underACent, { row: name });
  }
  const usd = signedUsd(Math.round(difference.usd * 100) / 100);
  return fill(words.difference, { row: name, usd, parts: known }) + shareOfPrice(row, difference, comparison, words);
}

/** Fields without which tokens, or the model that is paid for them, are not known: no price is to blame then. */
function unsaidFields(row: Figures, difference: Split, { comparison }: Telling): string[] {
  if (difference.usd !== null) return [];
  const base = comparison.rows
    .filter(hasFigures)
    .find(({ path, basis }) => path === 'prompt-only' && basis === 'reference');
  const sides = [row, ...(base === undefined ? [] : [base])].map(({ priced: { estimate } }) => estimate);
  const isUnsaid = ({ millionTokens, seller, sold }: TokenFlow): boolean =>
    millionTokens === null || (seller?.modelId === '' && sold.length > 0);
  return [...new Set(sides.filter(({ flows }) => flows.some(isUnsaid)).flatMap(({ missing }) => missing))];
}

/** How much of a difference is the price of the model, where nothing else makes as much. */
function shareOfPrice(
  { modelId }: Cell,
  { usd, parts }: Split,
  { referenceModelId }: Comparison,
  words: ComparisonMessages,
): string {
  const price = parts.unitPrice ?? 0;
  const largest = Math.max(...SPLIT_PARTS.map((part) => Math.abs(parts[part] ?? 0)));
  if (usd === null || price === 0 || Math.abs(price) < largest) return '';
  const isModel = modelId !== referenceModelId;
  // what the other parts more than make up for is no share of the whole
  if (Math.sign(price) !== Math.sign(usd)) return '';
  if (Math.abs(price) > Math.abs(usd)) {
    const signed = (value: number): string => signedUsd(Math.round(value * 100) / 100);
    const values = { price: signed(price), rest: signed(Math.round(usd * 100) / 100 - Math.round(price * 100) / 100) };
    return fill(isModel ? words.modelAndRest : words.priceAndRest, values);
  }
  const share = formatQuantity(Math.round((price / usd) * 100));
  return fill(isModel ? words.ofItModel : words.ofItPrice, { share });
}

/** A terminal of usual width holds a table that is no wider. */
const MOST_COLUMNS = 100;

function matrixBlocks(telling: Telling): Block[] {
  const { comparison, catalogue, words, region } = telling;
  const { columns, matrix } = comparison;
  if (columns.length === 0) return [];
  const texts = matrix.map(({ path, cells }) => {
    const best = cheapestOf(cells.filter(hasFigures).filter((cell) => noFigure(cell, telling) === undefined))?.cell;
    return {
      path,
      cells: cells.map((cell) => `${cellText(cell, telling)}${cell === best ? ` ${CHEAPEST}` : '  '}`),
    };
  });
  const names = columns.map((id) => nameOf(catalogue, id));
  const widths = names.map((name, index) =>
    Math.max(displayWidth(`${name}  `), ...texts.map(({ cells }) => displayWidth(cells[index] ?? ''))),
  );
  const first = Math.max(displayWidth(words.columns.path), ...matrix.map(({ path }) => displayWidth(path)));
  const grids = groupsWithin(widths, MOST_COLUMNS - first).map((group, index) => ({
    title: fill(index === 0 ? words.matrixTitle : words.matrixContinued, { region }),
    columns: [left(words.columns.path), ...group.map((column) => right(`${names[column] ?? ''}  `))],
    rows: texts.map(({ path, cells }) => [path, ...group.map((column) => cells[column] ?? '')]),
  }));
  return [...grids, { items: [`${CHEAPEST}  ${words.cheapestOfRow}`, ...matrixLegend(telling)] }];
}

/** Indexes of columns, in groups that are together no wider than a terminal has room for. */
function groupsWithin(widths: readonly number[], room: number): number[][] {
  const groups: number[][] = [];
  let left = 0;
  widths.forEach((width, index) => {
    const group = groups.at(-1);
    if (group === undefined || width + GAP > left) {
      groups.push([index]);
      left = room - width - GAP;
    } else {
      group.push(index);
      left -= width + GAP;
    }
  });
  return groups;
}

/** Between two columns of a table. */
const GAP = 2;

/** Why a cell has no figure; undefined where it has one. */
function noFigure(cell: Cell, telling: Telling): Obstacle | NoFigure | undefined {
  if (!hasFigures(cell)) return cell.obstacle ?? 'unknown';
  if (!answers(cell)) return 'no-hosting';
  if (exceedsQuota(cell, telling)) return 'over-quota';
  if (cell.priced.overLifeUsd !== null) return undefined;
  return cell.priced.estimate.unknownPriceIds.length > 0 ? 'no-price' : 'unknown';
}

const isObstacle = (why: Obstacle | NoFigure, words: ComparisonMessages): why is Obstacle =>
  Object.hasOwn(words.obstacles, why);

const reasonText = (why: Obstacle | NoFigure, words: ComparisonMessages) =>
  isObstacle(why, words) ? words.obstacles[why] : words.noFigure[why];

function cellText(cell: Cell, telling: Telling): string {
  const why = noFigure(cell, telling);
  return why === undefined ? formatUsd(cell.priced?.overLifeUsd ?? null) : reasonText(why, telling.words).short;
}

/** The ids behind the names, the reasons in words, and what the figures of other Regions are. */
function matrixLegend(telling: Telling): string[] {
  const { comparison, catalogue, words, region, today } = telling;
  const { columns, matrix } = comparison;
  const cells = matrix.flatMap((row) => row.cells);
  const models = columns.map((modelId) => {
    const scopes = new Set(
      cells.flatMap((cell) => (cell.modelId === modelId ? (cell.priced?.profileScope ?? []) : [])),
    );
    const values = { model: nameOf(catalogue, modelId), id: modelId, profiles: [...scopes].join(', ') };
    const text = fill(scopes.size === 0 ? words.modelWithoutProfile : words.modelWithProfile, values);
    const end = Object.hasOwn(catalogue.models, modelId) ? catalogue.models[modelId]?.lifecycle.endOfLife : undefined;
    return end != null && end > today ? text + fill(words.modelEnds, { date: end }) : text;
  });
  const why = [...new Set(cells.flatMap((cell) => noFigure(cell, telling) ?? []))].map((reason) => {
    const { short, long } = reasonText(reason, words);
    return fill(words.reason, { short, long });
  });
  const elsewhere = new Map<string, string[]>();
  const lacking = new Set<string>();
  for (const { path, modelId, priced } of cells) {
    if (priced === undefined) continue;
    const { estimate, overLifeUsd } = priced;
    if (overLifeUsd === null) for (const field of estimate.missing) lacking.add(field);
    if (estimate.region === region || modelId === null) continue;
    const name = fill(words.row, { path, model: nameOf(catalogue, modelId) });
    elsewhere.set(estimate.region, [...(elsewhere.get(estimate.region) ?? []), name]);
  }
  return [
    ...models,
    ...why,
    ...(lacking.size === 0 ? [] : [fill(words.fieldsMissing, { fields: [...lacking].join(', ') })]),
    ...[...elsewhere].map(([other, names]) =>
      fill(words.pricedElsewhere, { region: other, rows: names.join(words.comma) }),
    ),
  ];
}

function targetSentences(telling: Telling): string[] {
  const { comparison, targets } = telling;
  return comparison.rows.flatMap((row) => {
    const target = targets.get(row);
    return target === undefined || !hasFigures(row) || !answers(row) ? [] : [targetSentence(row, target, telling)];
  });
}

/** Rounds up to a decimal place: less would not be enough. */
function upTo(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.ceil(Number((value * scale).toPrecision(12))) / scale;
}

function targetSentence(row: Figures, target: TuningTarget, telling: Telling): string {
  const { words, comparison } = telling;
  const { moreUsdPerMonth: more, promptTokensPerRequest, retryShare, acceptanceRatio, paybackMonths } = target;
  const { region } = row.priced.estimate;
  const untunedRegion = cellsOf(comparison).find(
    ({ path, modelId }) => path === 'prompt-only' && modelId === row.modelId,
  )?.priced?.estimate.region;
  const isElsewhere = untunedRegion !== undefined && untunedRegion !== region;
  const name = isElsewhere ? pricedIn(rowName(row, telling), region, telling) : rowName(row, telling);
  const untuned = isElsewhere ? pricedIn(words.target.untuned, untunedRegion, telling) : words.target.untuned;
  if (more === null) return fill(words.target.unknown, { row: name });
  const months = paybackMonths === null ? null : upTo(paybackMonths, 0);
  if (more <= 0) {
    const back = months === null || months === 0 ? '' : paidBack(months, words);
    return fill(words.target.pays, { row: name, untuned, usd: formatUsd(-more) }) + back;
  }
  const ways = [
    ...(promptTokensPerRequest === null
      ? []
      : [fill(words.target.tokens, { tokens: formatQuantity(upTo(promptTokensPerRequest, 0)) })]),
    ...(retryShare === null ? [] : [retriesText(retryShare, words)]),
    ...(acceptanceRatio === null
      ? []
      : [fill(words.target.acceptance, { ratio: formatQuantity(upTo(acceptanceRatio, 2)) })]),
  ];
  return [
    fill(words.target.must, { row: name, untuned, usd: formatUsd(more), ways: ways.join(words.target.or) }),
    ...(promptTokensPerRequest === null ? [words.target.noShorterPrompt] : []),
    months === null
      ? words.target.never
      : fill(words.target.tooLate, {
          months: formatQuantity(months),
          life: formatQuantity(row.priced.lifeMonths),
        }),
  ].join('');
}

const retriesText = (share: number, { target }: ComparisonMessages): string =>
  share > 1
    ? fill(target.repeats, { times: formatQuantity(upTo(share, 1)) })
    : fill(target.retries, { share: formatQuantity(upTo(share * 100, 1)) });

const paidBack = (months: number, { target }: ComparisonMessages): string =>
  months <= 1 ? target.paidBackSoon : fill(target.paidBack, { months: formatQuantity(months) });

function updateSentences(telling: Telling): string[] {
  const { comparison, updates, words } = telling;
  const sentences = comparison.rows.flatMap((row) => {
    const update = updates.get(row);
    // examples change no update, and what is not set up is updated as its path
    if (update === undefined || !row.withExamples || !isOfPath(row.basis)) return [];
    return [updateSentence(row, update, telling)];
  });
  const isPrivate = comparison.rows.some(({ priced }) => priced?.workload.needs?.privateDocuments === true);
  const isTuned = comparison.rows.some(({ path }) => isTrainingPath(path));
  return [...new Set(sentences), ...(isPrivate && isTuned ? [words.update.privateDocuments] : [])];
}

function updateSentence(row: Cell, { by, usd, hours }: KnowledgeUpdate, telling: Telling): string {
  const { words } = telling;
  const { path } = row;
  if (by === 'prompt') return fill(words.update.prompt, { path });
  const time = hours === null ? words.update.noTime : fill(words.update.hours, { hours: formatQuantity(hours) });
  const values = { row: rowName(row, telling), path, usd: formatUsd(usd, words.unknown), time };
  return fill(by === 'documents' ? words.update.documents : words.update.training, values);
}

interface PeakNeed extends PeakDemand {
  readonly path: PathId;
  readonly cell: Cell;
  readonly quota: Quota | undefined;
}

/** The demand of a cell with its quotas; which quota a tuned model draws on is not known. */
function needsOf(cell: Cell, quotas: ComparisonReport['quotas']): PeakNeed[] {
  const { path, priced } = cell;
  return (priced?.peak ?? []).map((demand) => ({
    ...demand,
    path,
    cell,
    quota: isTrainingPath(path) ? undefined : quotas?.(demand),
  }));
}

/** `null`: not known, because the quota is not, or because the demand is only a lower bound. */
function fits({ quota, tokensPerMinute, outputBurndown }: PeakNeed): boolean | null {
  if (quota === undefined) return null;
  if (tokensPerMinute > quota.tokensPerMinute) return false;
  return outputBurndown === null ? null : true;
}

function peakBlocks(telling: Telling): Block[] {
  const { comparison, catalogue, words, quotas } = telling;
  const needs = comparison.rows.filter(({ withExamples }) => withExamples).flatMap((row) => needsOf(row, quotas));
  if (needs.length === 0) return [];
  const verdict = (need: PeakNeed): string => {
    const fit = fits(need);
    return fit === null ? words.peak.ask : fit ? words.peak.enough : words.peak.exceeds;
  };
  const grid: Grid = {
    title: words.peak.title,
    columns: [
      left(words.columns.path),
      left(words.columns.model),
      right(words.peak.needed),
      right(words.peak.burndown),
      right(words.peak.quota),
      left(words.peak.verdict),
    ],
    rows: needs.map((need) => {
      const model = nameOf(catalogue, need.modelId);
      const how = howVaried(need.cell, words);
      return [
        how === undefined ? need.path : fill(words.rowVaried, { row: need.path, how }),
        `${model}, ${need.meters === 'custom' ? words.tuned : (need.profileScope ?? words.unknown)}`,
        formatQuantity(upTo(need.tokensPerMinute, 0)),
        need.outputBurndown === null ? words.unknown : formatQuantity(need.outputBurndown),
        need.quota === undefined
          ? words.unknown
          : `${formatQuantity(need.quota.tokensPerMinute)}${need.quota.from === 'default' ? ' *' : ''}`,
        verdict(need),
      ];
    }),
  };
  const items = [
    ...(needs.some(({ quota }) => quota?.from === 'default') ? [`*  ${words.peak.default}`] : []),
    ...(needs.some(({ outputBurndown }) => outputBurndown === null) ? [words.peak.lowerBound] : []),
    ...(needs.some(({ path }) => isTrainingPath(path)) ? [words.peak.tunedQuota] : []),
    ...(needs.some((need) => fits(need) === null) ? [words.peak.askMeaning] : []),
  ];
  return [grid, ...(items.length === 0 ? [] : [{ items }])];
}

/** Fields that stand in the peak where the workload does not say when requests come. */
const TRAFFIC_DEFAULTS = ['hoursPerDay', 'daysPerMonth', 'peakOverAverage'] as const;

function assumptionSentences(telling: Telling): string[] {
  const { comparison, catalogue, words } = telling;
  const assumed = new Map<string, Set<string>>();
  const assume = (field: string, value: number | string): void => {
    const text = typeof value === 'number' ? formatQuantity(value) : value;
    assumed.set(field, (assumed.get(field) ?? new Set()).add(text));
  };
  const priced = cellsOf(comparison).flatMap((cell) => cell.priced ?? []);
  for (const { assumptions, workload, peak } of priced) {
    for (const { field, value } of assumptions) assume(field, value);
    if (peak.length === 0) continue;
    for (const field of TRAFFIC_DEFAULTS) {
      if (workload.traffic?.[field] === undefined) assume(`traffic.${field}`, DEFAULTS[field]);
    }
  }
  return [
    ...[...assumed].map(([field, values]) => fill(words.assumed, { field, value: [...values].join(' / ') })),
    ...thinkingSentences(telling),
    ...hitSentences(telling),
    ...counterSentences(
      priced.some(({ workload }) => workload.request !== undefined),
      catalogue,
      words,
    ),
    ...factorSentences(telling),
    ...notCountedSentences(telling),
  ];
}

/** Models of which no thinking is counted, because nobody says that there is any. */
function thinkingSentences({ comparison, catalogue, words }: Telling): string[] {
  const cells = cellsOf(comparison).filter(hasFigures);
  return (['thinking-on-request', 'thinking-unknown'] as const).flatMap((note) => {
    const ids = cells.flatMap(({ modelId, priced }) => (priced.estimate.notes.includes(note) ? (modelId ?? []) : []));
    const names = [...new Set(ids)].map((id) => nameOf(catalogue, id));
    return names.length === 0 ? [] : [fill(words.thinking[note], { models: names.join(words.comma) })];
  });
}

/** Shares of cache hits that follow from the traffic, each with its sum. */
function hitSentences(telling: Telling): string[] {
  return telling.comparison.rows.flatMap((row) => {
    const hits = row.priced?.cacheHits;
    if (hits === undefined) return [];
    return fill(telling.words.hits, {
      row: rowName(row, telling),
      share: formatQuantity(Math.round(hits.share * 1_000) / 10),
      perMinute: formatQuantity(Number(hits.callsPerMinute.toPrecision(3))),
      minutes: hits.lifetimeMinutes,
    });
  });
}

/** How tokens were counted, and how far that is off. */
function counterSentences(isText: boolean, { tokenCount }: ModelCatalogue, words: ComparisonMessages): string[] {
  if (!isText) return [words.tokensAsGiven];
  if (tokenCount === undefined) return [words.counterErrorUnknown];
  const { charactersPerToken, error, errorAfterFactor } = tokenCount;
  const values = {
    characters: formatQuantity(charactersPerToken),
    low: formatQuantity(error.low),
    high: formatQuantity(error.high),
    lowAfter: formatQuantity(errorAfterFactor.low),
    highAfter: formatQuantity(errorAfterFactor.high),
  };
  return [fill(words.counter, values)];
}

/** Models whose figures are shown, in the order in which they are met. */
function shownModels(comparison: Comparison): string[] {
  const cells = cellsOf(comparison).filter(hasFigures);
  return [...new Set(cells.flatMap(({ modelId }) => modelId ?? []))];
}

function factorSentences({ comparison, catalogue, words }: Telling): string[] {
  const factors = shownModels(comparison).map((id) => {
    const grade = gradeOf(catalogue, id);
    return `${nameOf(catalogue, id)} ${formatQuantity(tokenFactor(catalogue, id))} (${grade ?? words.assumedMark})`;
  });
  return factors.length === 0 ? [] : [fill(words.factors, { factors: factors.join(words.comma) })];
}

/** What was read of the factor of a model; `null`: nothing, it is assumed. */
function gradeOf({ models }: ModelCatalogue, id: string): string | null {
  return (Object.hasOwn(models, id) ? models[id]?.tokensPerCounted?.confidence : undefined) ?? null;
}

/** What a tuned model costs besides, where the workload does not say it. */
function notCountedSentences(telling: Telling): string[] {
  const { comparison, words } = telling;
  const tuned = comparison.rows.filter(hasFigures).filter(({ path }) => isTrainingPath(path));
  const lacks = (isSaid: (cell: Figures) => boolean): boolean => tuned.some((cell) => !isSaid(cell));
  const missing = [
    ...(lacks(({ priced: { workload } }) => workload.evaluation !== undefined) ? [words.notCounted.evaluation] : []),
    ...(lacks(
      ({ path, priced: { workload } }) =>
        workload.retrainingsPerYear !== undefined ||
        (isTrainingPath(path) && workload[PATH_SECTIONS[path]]?.retrainingRunsPerYear !== undefined),
    )
      ? [words.notCounted.retraining]
      : []),
    ...(lacks(({ priced: { workload } }) => workload.labels !== undefined) ? [words.notCounted.labels] : []),
    ...(lacks(({ priced: { workload } }) => hasHours(workload)) ? [words.notCounted.people] : []),
  ];
  return [
    ...(missing.length === 0 ? [] : [fill(words.notCounted.sentence, { what: missing.join(words.comma) })]),
    ...savingSentences(telling),
  ];
}

const hasHours = ({ people }: Workload): boolean =>
  people?.setUpHours !== undefined || people?.hoursPerMonth !== undefined;

/** How much work the saving of a tuned model pays for, where the workload does not say how much there is. */
function savingSentences({ comparison, targets, words, catalogue }: Telling): string[] {
  return comparison.rows.filter(hasFigures).flatMap((row) => {
    const more = targets.get(row)?.moreUsdPerMonth ?? null;
    const { workload } = row.priced;
    if (more === null || more >= 0 || hasHours(workload) || !answers(row)) return [];
    const usdPerHour = workload.people?.usdPerHour;
    const values = { row: rowName(row, { catalogue, words }), usd: formatUsd(-more) };
    if (usdPerHour === undefined) return [fill(words.notCounted.savingAtAnyRate, values)];
    // nobody who is paid nothing can be paid from a saving
    if (usdPerHour === 0) return [];
    // rounded down: more hours would cost more than is saved
    const hours = formatQuantity(Math.floor((-more / usdPerHour) * 100) / 100);
    return [fill(words.notCounted.saving, { ...values, hours, rate: formatUsd(usdPerHour) })];
  });
}

/** The contract of the key `comparison` of `fmpaths estimate --format json`: `null` is unknown, nothing is rounded. */
export function comparisonJson(report: ComparisonReport): object {
  const { comparison, catalogue, region } = report;
  const cheapest = cheapestOf(likeForLike(report));
  const { tokenCount } = catalogue;
  return {
    comparison: {
      referenceModelId: comparison.referenceModelId,
      region,
      cheapest:
        cheapest === undefined
          ? null
          : { path: cheapest.cell.path, modelId: cheapest.cell.modelId, overLifeUsd: cheapest.usd },
      rows: comparison.rows.map((row) => cellJson(row, report)),
      models: comparison.columns.map((modelId) => ({ modelId, modelName: nameOf(catalogue, modelId) })),
      matrix: comparison.matrix.map(({ path, cells }) => ({
        path,
        cells: cells.map((cell) => cellJson(cell, report)),
      })),
      tokenCount:
        tokenCount === undefined
          ? null
          : {
              charactersPerToken: tokenCount.charactersPerToken,
              error: tokenCount.error,
              errorAfterFactor: tokenCount.errorAfterFactor,
            },
      tokenFactors: shownModels(comparison).map((modelId) => ({
        modelId,
        factor: tokenFactor(catalogue, modelId),
        grade: gradeOf(catalogue, modelId),
      })),
    },
  };
}

function cellJson(cell: Cell, report: ComparisonReport): object {
  const { comparison, catalogue, targets, updates, quotas } = report;
  const { path, modelId, basis, withExamples, obstacle = null, priced } = cell;
  const estimate = priced?.estimate;
  return {
    path,
    modelId,
    modelName: modelId === null ? null : nameOf(catalogue, modelId),
    basis,
    withExamples,
    obstacle,
    tooLong: cell.tooLong ?? null,
    vectorStore: path === 'rag' ? (storeOf(priced) ?? null) : null,
    profileScope: priced?.profileScope ?? null,
    region: estimate?.region ?? null,
    answers: hasFigures(cell) && answers(cell),
    exceedsQuota: exceedsQuota(cell, report),
    monthlyUsd: estimate?.monthly.usd ?? null,
    oneTimeUsd: estimate?.oneTime.usd ?? null,
    knownMonthlyUsd: estimate?.monthly.knownUsd ?? null,
    knownOneTimeUsd: estimate?.oneTime.knownUsd ?? null,
    lifeMonths: priced?.lifeMonths ?? null,
    overLifeUsd: priced?.overLifeUsd ?? null,
    usdPer1kRequests: estimate?.usdPer1kRequests ?? null,
    cacheHits: priced?.cacheHits ?? null,
    unknown: estimate?.unknownPriceIds ?? [],
    missing: estimate?.missing ?? [],
    split: comparison.against.get(cell) ?? null,
    target: targets.get(cell) ?? null,
    update: updates.get(cell) ?? null,
    peak: needsOf(cell, quotas).map((need) => ({
      modelId: need.modelId,
      meters: need.meters,
      scope: need.scope,
      profileScope: need.meters === 'custom' ? null : (need.profileScope ?? null),
      tokensPerMinute: need.tokensPerMinute,
      outputBurndown: need.outputBurndown,
      quota: need.quota?.tokensPerMinute ?? null,
      quotaFrom: need.quota?.from ?? null,
      fits: fits(need),
    })),
    assumptions: priced?.assumptions ?? [],
  };
}
