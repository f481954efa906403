/** The leaves of an expression: the columns, fields and features that it refers to. */
import type { ExprIR } from '../define/ir/index.ts'
import type { LeafIR } from './evaluate.ts'

/** The fields of a trigger or source, and the features, that an expression refers to. */
export function expressionLeaves(expr: ExprIR): LeafIR[] {
  switch (expr.op) {
    case 'column':
    case 'trigger':
    case 'feature':
      return [expr]
    case 'literal':
      return []
    case 'not':
    case 'isNull':
      return expressionLeaves(expr.of)
    default:
      return [...expressionLeaves(expr.left), ...expressionLeaves(expr.right)]
  }
}
