/**
 * Encodings of string inputs for trainers, which take numbers.
 *
 * A string input becomes the most frequent categories of the training rows, one for all other texts, and one for NULL. Regressions get a
 * column for each (one-hot); trees get one number for each, its mean label, so that one split parts any categories of high means from the
 * others (Micci-Barreca 2001; Hastie, Tibshirani and Friedman 2009, §9.2.4). The score of the fit holds the categories as texts, since
 * ids of texts differ between processes.
 */
import { limits } from '../base/index.ts'
import type { Strings } from '../columns/index.ts'
import type { LevelsIR, TermIR, TrainIR } from '../define/ir/index.ts'
import { numericOptions } from './input/numeric-options.ts'
import type { FittedScore } from './predict.ts'
import { type InputRows, meanLabel, trainingTable, type TrainingRows, untrainable } from './input/training-table.ts'

/** Least training rows of a category of its own: the mean label of fewer is mostly chance. */
const CATEGORY_ROWS_MIN = 20

/** Default of the option `categories`. */
const CATEGORIES = 32

const bounds = { categories: { is: CATEGORIES, from: 1, to: limits.TRAINING_CATEGORIES_MAX, whole: true } } as const

/** The categories of one string input. */
interface Categories {
  readonly input: string
  /** The most frequent first, equally frequent ones in the order of their texts. */
  readonly levels: readonly string[]
  /** By row: the index of its level, or `others`, or `nulls`. */
  readonly places: Uint16Array
  readonly others: number
  readonly nulls: number
  readonly note: string | undefined
}

/** Training rows as numbers, and the way back from the fit to the inputs. */
export interface Encoding<Score extends FittedScore = FittedScore> {
  readonly rows: TrainingRows
  /** The same score over the inputs themselves. */
  readonly scoreOf: (score: Score) => Score
  /** Of the inputs whose columns are all constant. */
  readonly constantOf: (columns: readonly string[]) => readonly string[]
  /** Remarks for people. */
  readonly notes: readonly string[]
}

type Weighted = Extract<FittedScore, { kind: 'logistic' | 'linear' }>
type Trees = Extract<FittedScore, { kind: 'trees' }>

/**
 * Encodes string inputs one-hot: a column for each category, whose raw weight the ridge shrinks, so that a rare category keeps near the
 * mean. The columns of an input sum to 1, so that only a ridge determines their weights. Throws `SPILL_TRAINING` without one, and for a
 * number of categories out of its bounds.
 */
export function encodeOneHot(rows: InputRows, { categories, ridge }: TrainIR['options']): Encoding<Weighted> {
  const all = allCategories(rows, categories)
  for (const input of ridge === 0 ? all.keys() : [])
    untrainable(`input '${input}' is a string, whose categories need a ridge; leave ridge out, or give a number above 0`)
  const names = new Map([...all].map(([input, encoded]) => [input, columnNames(encoded)]))
  const columns = Object.entries(rows.columns).flatMap(([input, values]) => {
    const encoded = all.get(input)
    return encoded ? indicators(encoded).map((column, place) => [names.get(input)![place], column] as const) : [[input, values] as const]
  })
  const inputs = Object.keys(rows.columns)
  return {
    rows: { ...rows, columns: Object.fromEntries(columns), indicators: new Set([...names.values()].flat()) },
    scoreOf(score) {
      const termBy = new Map(score.terms.map(term => [term.input, term]))
      const termOf = (input: string): TermIR => {
        const encoded = all.get(input)
        if (!encoded) return termBy.get(input)!
        const weights = names.get(input)!.map(name => termBy.get(name)!.weight!)
        return { input, ...levelsOf(encoded, weights), ifNull: weights[encoded.nulls] }
      }
      return { ...score, terms: inputs.map(termOf) }
    },
    constantOf: constant => inputs.filter(input => (names.get(input) ?? [input]).every(name => constant.includes(name))),
    notes: notesOf(all),
  }
}

/**
 * Encodes each string input as one column: the mean label of its category, as if CATEGORY_ROWS_MIN more rows had the mean of all. NULL stays
 * NULL. Throws `SPILL_TRAINING` for a number of categories out of its bounds.
 */
export function encodeByMeanLabel(rows: InputRows, { categories }: TrainIR['options']): Encoding<Trees> {
  const all = allCategories(rows, categories)
  const means = new Map([...all].map(([input, encoded]) => [input, categoryMeans(rows, encoded)]))
  const columnOf = (input: string, values: Float64Array): Float64Array => {
    const [encoded, own] = [all.get(input), means.get(input)]
    return encoded && own ? Float64Array.from(encoded.places, place => (place === encoded.nulls ? NaN : own[place])) : values
  }
  const levels = Object.fromEntries([...all].map(([input, encoded]) => [input, levelsOf(encoded, means.get(input)!)]))
  return {
    rows: { ...rows, columns: Object.fromEntries(Object.entries(rows.columns).map(([input, values]) => [input, columnOf(input, values)])) },
    scoreOf: score => (all.size > 0 ? { ...score, levels } : score),
    constantOf: constant => constant,
    notes: notesOf(all),
  }
}

function allCategories(rows: InputRows, categories: number | boolean | undefined): ReadonlyMap<string, Categories> {
  const most = numericOptions('train', { categories }, bounds).categories
  return new Map(rows.texts?.names.map(input => [input, categoriesOf(input, rows.columns[input], rows.texts!.strings, most)]))
}

function categoriesOf(input: string, ids: Float64Array, strings: Strings, most: number): Categories {
  const counts = new Map<number, number>()
  for (const id of ids) if (!Number.isNaN(id)) counts.set(id, (counts.get(id) ?? 0) + 1)
  const frequent = [...counts]
    .filter(([, rows]) => rows >= CATEGORY_ROWS_MIN)
    .toSorted(([a, rowsA], [b, rowsB]) => rowsB - rowsA || strings.compare(a, b))
    .slice(0, most)
  const [others, nulls] = [frequent.length, frequent.length + 1]
  const placeOf = new Map(frequent.map(([id], place) => [id, place]))
  return {
    input,
    levels: frequent.map(([id]) => strings.textOf(id)),
    places: Uint16Array.from(ids, id => (Number.isNaN(id) ? nulls : (placeOf.get(id) ?? others))),
    others,
    nulls,
    note: counts.size > frequent.length ? `rare texts of input '${input}' count as one category` : undefined,
  }
}

const notesOf = (all: ReadonlyMap<string, Categories>): string[] => [...all.values()].flatMap(({ note }) => note ?? [])

/** Names of the one-hot columns, by place, for messages. */
const columnNames = ({ input, levels }: Categories): string[] => [
  ...levels.map(level => `${input} = ${JSON.stringify(level)}`),
  `${input} is another text`,
  `${input} is NULL`,
]

/** The one-hot columns, by place. */
function indicators({ places, nulls }: Categories): Float64Array[] {
  const columns = Array.from({ length: nulls + 1 }, () => new Float64Array(places.length))
  places.forEach((place, row) => (columns[place][row] = 1))
  return columns
}

const levelsOf = ({ levels, others }: Categories, numbers: ArrayLike<number>): LevelsIR => ({
  levels: Object.fromEntries(levels.map((level, place) => [level, numbers[place]])),
  otherwise: numbers[others],
})

/** Mean labels by place. */
function categoryMeans(rows: TrainingRows, { places, nulls }: Categories): Float64Array {
  const { labels, weights } = rows
  const mean = meanLabel(trainingTable({ ...rows, columns: {} }))
  const sums = new Float64Array(nulls + 1).fill(CATEGORY_ROWS_MIN * mean)
  const totals = new Float64Array(nulls + 1).fill(CATEGORY_ROWS_MIN)
  for (let row = 0; row < places.length; row++) {
    const weight = weights?.[row] ?? 1
    sums[places[row]] += weight * labels[row]
    totals[places[row]] += weight
  }
  return sums.map((sum, place) => sum / totals[place])
}
