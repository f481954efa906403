/**
 * Writes the estimate of `countDistinct` as SQL over the list of a window's values. It follows the semantics (numbers to the bit) and
 * shares nothing with `aggregate/hyperloglog.ts`, so it is an independent witness of that code.
 *
 * Each step maps the previous list to a new list. Nested lambdas, or steps inlined where they are used, took engines three times as
 * long to plan and run.
 */
import { limits } from '../base/index.ts'
import type { ColumnType } from '../define/ir/index.ts'
import type { PointInTimeDialect } from './dialect.ts'

const WORD = 2 ** 32
/** Ranks are below this, so that register · 64 + rank is one number for both. */
const RANKS = 64
const SQUARES = 17

/** The estimate before rounding. */
export function estimatedSql(list: string, type: ColumnType, dialect: PointInTimeDialect): string {
  const { SKETCH_REGISTERS: m } = limits
  const words = wordsSql(dialect.arrayDistinct(list), type, dialect)
  const codes = dialect.arrayMap(words, pair => codeSql(dialect.pairItem(pair, 0), dialect.pairItem(pair, 1), dialect))
  return dialect.bind('registers', dialect.arrayMaxPerQuotient(codes, RANKS), registers => {
    const empty = dialect.divide(dialect.toDouble(`(${m} - ${dialect.arrayLength(registers)})`), dialect.doubleLiteral(m))
    const rankSum = dialect.arraySum(registers, code => dialect.powerOf2(dialect.toDouble(`(-(${code} % ${RANKS}))`)))
    const sum = dialect.bind(
      'powers',
      dialect.arrayIterate(empty, SQUARES, x => `${x} * ${x}`),
      powers =>
        Array.from(
          { length: SQUARES + 1 },
          (_, k) => (k === 0 ? '' : `${dialect.doubleLiteral(2 ** (k - 1))} * `) + dialect.arrayItem(powers, k),
        ).join(' + '),
    )
    return dialect.divide(dialect.doubleLiteral(12102203.161561485), `(${dialect.doubleLiteral(m)} * ${sum} + ${rankSum})`)
  })
}

/** The two words of each value, as pairs. */
function wordsSql(list: string, type: ColumnType, dialect: PointInTimeDialect): string {
  const mapPairs = (of: string, upper: (pair: string) => string, lower: (pair: string) => string): string =>
    dialect.arrayMap(of, item => dialect.pair(upper(item), lower(item)))
  if (type === 'string') {
    const bits = dialect.arrayMap(list, text => dialect.textHash(text))
    return mapPairs(
      bits,
      of => dialect.divideInteger(of, 2 ** 20),
      of => `((${of} % ${2 ** 20}) * ${2 ** 12})`,
    )
  }
  const upper = (pair: string): string => dialect.pairItem(pair, 0)
  const lower = (pair: string): string => dialect.pairItem(pair, 1)
  const mix = (more: number, word: string): string => dialect.divideInteger(`(${word} * ((${word} + ${more}) % ${2 ** 31}))`, 2 ** 16)
  const ontoLower = (of: string, more: number): string =>
    mapPairs(of, upper, pair => `((${lower(pair)} + ${mix(more, upper(pair))}) % ${WORD})`)
  const ontoUpper = (of: string, more: number): string =>
    mapPairs(of, pair => `((${upper(pair)} + ${mix(more, lower(pair))}) % ${WORD})`, lower)
  const halves = dialect.arrayMap(list, value => dialect.doubleBits(dialect.toDouble(value)))
  const mixedOnce = mapPairs(halves, upper, pair => `((${lower(pair)} + 320440878) % ${WORD})`)
  return ontoUpper(ontoLower(ontoUpper(ontoLower(mixedOnce, 0x243f6a89), 0x6c4e6c89), 0x452821e7), 0x38d01377)
}

/** Register and rank: the rank is 41 less the binary digits of the 40 bits after the register (0 has none). */
function codeSql(upper: string, lower: string, dialect: PointInTimeDialect): string {
  const behind = `((${upper} % ${2 ** 20}) * ${2 ** 20} + ${dialect.divideInteger(lower, 2 ** 12)})`
  return `(${dialect.divideInteger(upper, 2 ** 20)} * ${RANKS} + 42 - ${dialect.bitLength(`(${behind} * 2 + 1)`)})`
}
