/**
 * Scores `logistic` and `linear` models. Terms are added to the intercept in order, one pass per term, so a score has the same bits
 * wherever it is computed this way; only `exp` may differ between engines, in its last bit.
 */
import { assert } from '../base/index.ts'
import type { ScoreIR, ColumnType, TermIR } from '../define/ir/index.ts'
import type { ModelRuntime, RuntimeColumn, RuntimeStrings } from '../define/model/index.ts'
import type { ColumnData } from '../columns/index.ts'
import { isListColumn } from './vector.ts'

/** The IR of a weighted score. */
type WeightedScoreIR = Extract<ScoreIR, { kind: 'logistic' | 'linear' }>

/** Runs weighted scores. */
export const weightedRuntime: ModelRuntime<WeightedScoreIR> = {
  name: 'weighted',
  version: '1',
  load({ definition: { kind, intercept, terms }, inputs, strings }) {
    const compiled = terms.map(term => {
      const slot = inputs.findIndex(({ name }) => name === term.input)
      assert(slot >= 0, `'${term.input}', which has a weight, is an input`)
      return { input: term.input, slot, add: compileTerm(term, inputs[slot].type, strings) }
    })
    return {
      score({ columns, length }, z) {
        z.fill(intercept + 0, 0, length)
        for (const { slot, add } of compiled) add(columns[slot], z, length)
        if (kind === 'logistic') logisticInPlace(z, length)
      },
      explain: (columns, row) => compiled.map(({ input, slot, add }) => ({ input, adds: contributionOf(add, columns[slot], row) })),
    }
  },
}

/**
 * The link function 1 / (1 + e^−z), in place. Below −709, where e^−z overflows, it is 0; above that it is as accurate for very negative
 * z as the form with e^z.
 */
export function logisticInPlace(z: Float64Array, length: number): void {
  for (let i = 0; i < length; i++) z[i] = 1 / (1 + Math.exp(-z[i]))
}

function contributionOf(add: AddTerm, { values, nulls }: RuntimeColumn, row: number): number | null {
  const z = new Float64Array(1)
  add({ values: values.subarray(row, row + 1), nulls: nulls?.subarray(row, row + 1) }, z, 1)
  return Number.isNaN(z[0]) ? null : z[0]
}

/** Adds the term of each of the first `length` rows to `z`. NaN represents NULL until the sum is complete. */
type AddTerm = (input: RuntimeColumn, z: Float64Array, length: number) => void

/** Compiles a term over an input of this type. */
function compileTerm(term: TermIR, type: ColumnType, strings: RuntimeStrings): AddTerm {
  assert(term.levels !== undefined || type !== 'string', `the term of '${term.input}', a string, has levels`)
  const add = term.levels ? leveled(term, levelWeights(term.levels, type, strings)) : weighted(term)
  return (input, z, length) => {
    assert(!isListColumn(input), `the term of '${term.input}' is over one value`)
    add(input, z, length)
  }
}

/** weight · (x − mean) / scale, rounded in this order. */
function weighted({ weight = 0, mean = 0, scale = 1, ifNull = NaN }: TermIR): AddTerm {
  const isPlain = mean === 0 && scale === 1
  return ({ values, nulls }: ColumnData, z, length) => {
    // The same to the bit: subtracting 0 and dividing by 1 change nothing.
    if (isPlain && !nulls) for (let i = 0; i < length; i++) z[i] += weight * values[i]
    else if (isPlain) addEither(z, { values, nulls: nulls! }, [weight, weight * ifNull], length)
    else if (!nulls) for (let i = 0; i < length; i++) z[i] += (weight * (values[i] - mean)) / scale
    else for (let i = 0; i < length; i++) z[i] += (weight * ((nulls[i] ? ifNull : values[i]) - mean)) / scale
  }
}

/** Scratch for `addEither`: the weighted value of a row, and the replacement for NULL. */
const either = new Float64Array(2)

/**
 * Adds weight · x, or `instead` where x is NULL. It selects by lookup and not by branch: where a tenth of the rows is NULL at
 * unpredictable places, mispredicted branches take longer than everything else.
 */
function addEither(
  z: Float64Array,
  { values, nulls }: Pick<ColumnData, 'values'> & { readonly nulls: Uint8Array },
  [weight, instead]: readonly [number, number],
  length: number,
): void {
  either[1] = instead
  for (let i = 0; i < length; i++) {
    either[0] = weight * values[i]
    z[i] += either[nulls[i]]
  }
}

/** Levels that are whole numbers below this use an array. */
const PLACES = 256

function leveled({ otherwise = NaN, ifNull = otherwise }: TermIR, levels: ReadonlyMap<number, number>): AddTerm {
  if (levels.size > 0 && [...levels.keys()].every(value => Number.isInteger(value) && value >= 0 && value < PLACES)) {
    // Behind the levels are the weights of every other value and of NULL. The index is selected, not the weight: a selected weight
    // would be a heap number per row.
    const places = new Float64Array(PLACES + 2).fill(otherwise)
    places[PLACES + 1] = ifNull
    for (const [value, weight] of levels) places[value] = weight
    return ({ values, nulls }: ColumnData, z, length) => {
      for (let i = 0; i < length; i++) {
        const place = values[i] | 0
        z[i] += places[nulls?.[i] ? PLACES + 1 : place === values[i] && place >= 0 && place < PLACES ? place : PLACES]
      }
    }
  }
  return ({ values, nulls }: ColumnData, z, length) => {
    for (let i = 0; i < length; i++) z[i] += nulls?.[i] ? ifNull : (levels.get(values[i]) ?? otherwise)
  }
}

/** Weights by value as the column holds it. A level that no value of the type writes never matches. */
export function levelWeights(
  levels: Readonly<Record<string, number>>,
  type: ColumnType,
  strings: RuntimeStrings,
): ReadonlyMap<number, number> {
  const byValue = new Map<number, number>()
  for (const [text, weight] of Object.entries(levels)) {
    if (type === 'string') byValue.set(strings.idOf(text), weight)
    else if (type === 'bool') {
      if (text === 'true' || text === 'false') byValue.set(Number(text === 'true'), weight)
    } else if (String(Number(text)) === text) byValue.set(Number(text), weight)
  }
  return byValue
}
