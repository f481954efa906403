/**
 * Computes error bounds: the largest difference between two correct computations of one value (semantics, numbers to the bit). The bound is
 * 2^−40 of the sum of the absolute values of its terms if they are doubles, and zero otherwise. A larger difference needs a cause.
 */
import { aggregateOf, decimalUnit, timeUnit, type SqlWindow } from '../aggregate/index.ts'
import type { ExprIR, FeatureIR } from '../define/ir/index.ts'

/** The error of doubles that underflow. */
const UNDERFLOW = 2 ** -960
const SHARE = 2 ** -40

/** The error bound of a feature's value, NULL for no events; `undefined` where values are equal to the bit. */
export function errorBoundSql(feature: FeatureIR, window: SqlWindow): string | undefined {
  if (aggregateOf(feature).exactness === 'exact') return undefined
  if (feature.agg !== 'stddev') return toleranceOf(termsSql(feature, window), window)
  // |√a − √b|, where |a − b| <= d, is at most √d and at most d / √a.
  const d = toleranceOf(varianceTerms(window), window)
  return `least(sqrt(${d}), ${d} / ${aggregateOf(feature).valueSql(window).value})`
}

const toleranceOf = (terms: string, window: SqlWindow): string =>
  `((${terms}) * ${window.doubleLiteral(SHARE)} + ${window.doubleLiteral(UNDERFLOW)})`

/** The sum of the absolute values of the terms of each formula. */
function termsSql(feature: FeatureIR, window: SqlWindow): string {
  const { input: x, time } = window
  const n = window.toDouble(window.count())
  const per = window.doubleLiteral(timeUnit(feature))
  const ends = (): string => `abs(${window.first(x)}) + abs(${window.last(x)})`
  switch (feature.agg) {
    case 'sum':
      return window.sumOfDoubles(`abs(${x})`)
    case 'mean':
      return `${window.sumOfDoubles(`abs(${x})`)} / ${n}`
    case 'change':
      return ends()
    case 'rate':
      return `(${ends()}) * ${per} / ${window.toDouble(`(${window.last(time)} - ${window.first(time)})`)}`
    case 'variance':
      return varianceTerms(window)
    case 'slope': {
      const tau = window.toDouble(`(${time} - ${window.asOf})`)
      const terms = `${n} * ${window.sumOfDoubles(`abs(${tau} * ${x})`)} + ${window.sumOfDoubles(`abs(${tau})`)} * ${window.sumOfDoubles(`abs(${x})`)}`
      return `(${terms}) * ${per} / (${n} * ${window.trend().spread})`
    }
    case 'decayedSum': {
      const age = `(${window.toDouble(`(${time} - ${window.asOf})`)} / ${window.doubleLiteral(feature.halfLife!)})`
      const value = feature.input!.type === 'double' ? x : window.toDouble(x)
      return `${window.sumOfDoubles(`abs(${value}) * ${window.powerOf2(age)}`)} / ${window.doubleLiteral(decimalUnit(feature.input))}`
    }
    default:
      // The terms of other aggregates are unknown, so any difference is reported.
      return window.doubleLiteral(0)
  }
}

const varianceTerms = (window: SqlWindow): string =>
  `${window.sumOfDoubles(`${window.input} * ${window.input}`)} / ${window.toDouble(`(${window.count()} - 1)`)}`

/** Larger than any difference: the value of a condition that may be true or false. */
const OPEN = `${Number.MAX_VALUE}`

/** The error bound of an expression over features, to first order and above; `undefined` if no part of it is inexact. */
export function expressionErrorBound(
  expr: ExprIR,
  boundOf: (feature: Extract<ExprIR, { op: 'feature' }>) => string | undefined,
  write: (expr: ExprIR) => string,
): string | undefined {
  const boundOfPart = (part: ExprIR): string | undefined => expressionErrorBound(part, boundOf, write)
  if (expr.op === 'feature') return boundOf(expr)
  if (expr.op === 'not') return boundOfPart(expr.of)
  if (!('left' in expr)) return undefined
  const [left, right] = [boundOfPart(expr.left), boundOfPart(expr.right)]
  if (left === undefined && right === undefined) return undefined
  const [a, b] = [left ?? '0e0', right ?? '0e0']
  const [l, r] = [write(expr.left), write(expr.right)]
  switch (expr.op) {
    case 'and':
    case 'or':
      return `greatest(${a}, ${b})`
    case 'add':
    case 'sub':
      return `(${a} + ${b} + ${SHARE} * (abs(${l}) + abs(${r})))`
    case 'mul':
      return `(abs(${l}) * ${b} + abs(${r}) * ${a} + ${a} * ${b} + ${SHARE} * abs(${l} * ${r}))`
    case 'div': {
      const inputs = `(abs(${l}) * ${b} + abs(${r}) * ${a}) / (abs(${r}) * (abs(${r}) - ${b}))`
      return `CASE WHEN abs(${r}) > ${b} THEN ${inputs} + ${SHARE} * abs(${l} / ${r}) ELSE ${OPEN} END`
    }
    default:
      return `CASE WHEN abs(${l} - ${r}) <= ${a} + ${b} THEN ${OPEN} ELSE 0e0 END`
  }
}
