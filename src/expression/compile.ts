/**
 * Compiles expressions over columns: once per expression, then evaluated block by block, one tight loop per node.
 *
 * Semantics: `ExprIR` in `define/ir/value-ir.ts`. Cost: a pass over the block per node, and one more for a decimal that meets a
 * double; nothing is allocated per element. Exact arithmetic needs no BigInt; `arithmetic.ts` proves it.
 */
import { unreachable } from '../base/index.ts'
import type { Strings } from '../columns/index.ts'
import type { ExprIR } from '../define/ir/index.ts'
import { compileArithmetic } from './arithmetic.ts'
import { compileComparison } from './comparison.ts'
import { type Evaluate, Scratch } from './evaluate.ts'
import { compileConnective, compileIsNull, compileNot } from './logic.ts'

/**
 * Compiles an expression. String literals are interned in `strings`, whose ids the string columns must hold. Throws
 * `SPILL_ASSERT` for an expression without the types that `ExprIR` states.
 */
export function compile(expr: ExprIR, context: { readonly strings: Pick<Strings, 'idOf' | 'compare'> }): Evaluate {
  switch (expr.op) {
    case 'column':
    case 'trigger':
    case 'feature':
      return leaf => leaf(expr)
    case 'literal':
      return constant(typeof expr.value === 'string' ? context.strings.idOf(expr.value) : Number(expr.value) + 0)
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
      return compileArithmetic(expr, compile(expr.left, context), compile(expr.right, context))
    case 'eq':
    case 'ne':
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return compileComparison(expr, compile(expr.left, context), compile(expr.right, context), context.strings)
    case 'and':
    case 'or':
      return compileConnective(expr.op, compile(expr.left, context), compile(expr.right, context))
    case 'not':
      return compileNot(compile(expr.of, context))
    case 'isNull':
      return compileIsNull(compile(expr.of, context))
    default:
      return unreachable(expr)
  }
}

/** A column of one value, filled again only for a greater length. */
function constant(value: number): Evaluate {
  const scratch = new Scratch()
  let values = scratch.values(0)
  return (_leaf, length) => {
    if (values.length < length) values = scratch.values(length).fill(value)
    return { values }
  }
}
