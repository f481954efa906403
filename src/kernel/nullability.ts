import type { ExprIR } from '../define/ir/ir.ts'

/** Can an expression be NULL, given the names of the columns that can? Arithmetic can, by overflow or division. */
export function mayBeNull(expr: ExprIR, nullable: ReadonlySet<string>): boolean {
  switch (expr.op) {
    case 'column':
      return nullable.has(expr.name)
    case 'literal':
    case 'isNull':
      return false
    case 'eq':
    case 'ne':
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
    case 'and':
    case 'or':
      return mayBeNull(expr.left, nullable) || mayBeNull(expr.right, nullable)
    case 'not':
      return mayBeNull(expr.of, nullable)
    default:
      return true
  }
}
