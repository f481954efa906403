import type { ExprIR, InputIR, LevelsIR, ScoreIR, TermIR, TreeIR } from '../define/ir/index.ts'
import type { PointInTimeDialect } from './dialect.ts'

/** Writes references to inputs, and expressions over the trigger's fields, features and inputs. */
export interface ScoreTerms {
  readonly input: (name: string) => string
  readonly expression: (expr: ExprIR) => string
}

/**
 * Writes a score as SQL over delivered inputs. Operations are in the order of `TermIR`, so a score has the same bits on every IEEE
 * engine, except for the last bit of `exp`. Undefined for the user's own function or runtime, and for ONNX.
 */
export function scoreSql(score: ScoreIR, inputs: readonly InputIR[], terms: ScoreTerms, dialect: PointInTimeDialect): string | undefined {
  switch (score.kind) {
    case 'function':
    case 'onnx':
    case 'runtime':
      return undefined
    case 'none':
      return `CAST(NULL AS ${dialect.types.double})`
    case 'rules': {
      const rules = score.rules.map(({ when, score }) => `WHEN ${terms.expression(when)} THEN ${dialect.doubleLiteral(score)}`)
      return rules.length === 0
        ? dialect.doubleLiteral(score.otherwise)
        : `CASE ${rules.join(' ')} ELSE ${dialect.doubleLiteral(score.otherwise)} END`
    }
    case 'trees': {
      const numbers = score.inputs.map(name => treeInputSql(name, score.levels?.[name], inputs, terms, dialect))
      const z = sumSql([dialect.doubleLiteral(score.base), ...score.trees.map(tree => nodeSql(tree, 0, numbers, dialect))], dialect)
      return score.link === 'identity' ? `(${z})` : logisticSql(z)
    }
    case 'linear':
    case 'logistic': {
      const z = sumSql([dialect.doubleLiteral(score.intercept), ...score.terms.map(term => termSql(term, inputs, terms, dialect))], dialect)
      return score.kind === 'linear' ? `(${z})` : logisticSql(z)
    }
  }
}

const logisticSql = (z: string): string => `(1e0 / (1e0 + exp(-(${z}))))`

/** Parts that are added in one expression, which is as deep as the number of parts. */
const DEEPEST = 100

/**
 * Adds doubles from the first to the last. Engines reject an expression that is a thousand levels deep, and are slow from some
 * hundred on.
 */
const sumSql = (parts: readonly string[], dialect: PointInTimeDialect): string =>
  parts.length <= DEEPEST ? parts.join(' + ') : dialect.arraySumInOrder(dialect.array(parts.map(part => `(${part})`)))

function termSql(term: TermIR, inputs: readonly InputIR[], terms: ScoreTerms, dialect: PointInTimeDialect): string {
  const { weight = 0, mean = 0, scale = 1, ifNull, levels } = term
  if (levels) return levelsSql(terms.input(term.input), exprOf(term.input, inputs), { ...term, levels }, dialect)
  const number = numberSql(term.input, inputs, terms)
  const x = ifNull === undefined ? `(${number})` : `coalesce(${number}, ${dialect.doubleLiteral(ifNull)})`
  return `(${dialect.doubleLiteral(weight)} * (${x} - ${dialect.doubleLiteral(mean)})) / ${dialect.doubleLiteral(scale)}`
}

const exprOf = (input: string, inputs: readonly InputIR[]): ExprIR => inputs.find(({ name }) => name === input)!.expr

/** A number or bool input as a double. */
function numberSql(name: string, inputs: readonly InputIR[], terms: ScoreTerms): string {
  const input = terms.input(name)
  return exprOf(name, inputs).type === 'bool' ? `CASE WHEN ${input} THEN 1e0 WHEN NOT ${input} THEN 0e0 END` : input
}

/** An input of trees as a double. A string without a text is NULL. */
function treeInputSql(
  name: string,
  levels: LevelsIR | undefined,
  inputs: readonly InputIR[],
  terms: ScoreTerms,
  dialect: PointInTimeDialect,
): string {
  if (!levels) return numberSql(name, inputs, terms)
  const input = terms.input(name)
  return `CASE WHEN ${input} IS NOT NULL THEN ${levelsSql(input, exprOf(name, inputs), levels, dialect)} END`
}

/** The result of a tree from a node on. */
function nodeSql(tree: TreeIR, node: number, numbers: readonly string[], dialect: PointInTimeDialect): string {
  const { input, value, right, nullsLeft } = tree
  const double = dialect.doubleLiteral(value[node])
  if (input[node] < 0) return double
  const x = `(${numbers[input[node]]})`
  const goesLeft = nullsLeft[node] ? `${x} IS NULL OR ${x} <= ${double}` : `${x} <= ${double}`
  const [below, above] = [node + 1, right[node]].map(child => nodeSql(tree, child, numbers, dialect))
  return `CASE WHEN ${goesLeft} THEN ${below} ELSE ${above} END`
}

/** The weight of a value written as text; a text that no value of the type writes never matches. */
function levelsSql(
  input: string,
  { type }: ExprIR,
  { levels, otherwise, ifNull }: Pick<TermIR, 'otherwise' | 'ifNull'> & Pick<LevelsIR, 'levels'>,
  dialect: PointInTimeDialect,
): string {
  const valueOf = (level: string): string | undefined => {
    if (type === 'string') return dialect.textLiteral(level)
    if (type === 'bool') return level === 'true' || level === 'false' ? level : undefined
    return String(Number(level)) === level && Number.isFinite(Number(level)) ? dialect.doubleLiteral(Number(level)) : undefined
  }
  const nullCase = ifNull === undefined ? [] : [`WHEN ${input} IS NULL THEN ${dialect.doubleLiteral(ifNull)}`]
  const levelCases = Object.entries(levels).flatMap(([level, weight]) => {
    const value = valueOf(level)
    return value === undefined ? [] : [`WHEN ${input} = ${value} THEN ${dialect.doubleLiteral(weight)}`]
  })
  const cases = [...nullCase, ...levelCases]
  const rest = otherwise === undefined ? 'NULL' : dialect.doubleLiteral(otherwise)
  return cases.length === 0 ? `CAST(${rest} AS ${dialect.types.double})` : `CASE ${cases.join(' ')} ELSE ${rest} END`
}
