import type { ColumnType, ExprIR } from '../../../src/define/ir/ir.ts'
import { limits } from '../../../src/base/limits.ts'
import type { Axes } from './axes.ts'
import { typeOf, type ColumnPlan } from './columns.ts'
import type { Draw } from './draw.ts'

const isNumber = (type: ColumnType): boolean => type === 'int' || type === 'decimal' || type === 'double'

/** An expression with the largest possible magnitude of its physical value; 0 unless exact. */
interface Operand {
  readonly expr: ExprIR
  readonly reach: number
}

/** Typed expressions over the columns of one source. */
export class Expressions {
  readonly #draw: Draw
  readonly #plans: readonly ColumnPlan[]

  constructor(draw: Draw, plans: readonly ColumnPlan[]) {
    this.#draw = draw
    this.#plans = plans
  }

  /** An input of a type for an aggregate, of magnitude up to `most`: a column, or arithmetic. There is a column of every requested type. */
  input(type: ColumnType, axes: Axes, most: number): ExprIR {
    const fit = this.#columns(type).filter(plan => plan.reach <= most)
    if (type === 'bool' && (fit.length === 0 || this.#draw.chance(0.7))) return this.condition(2)
    const arithmetic = axes.arithmetic && this.#draw.chance(0.5) ? this.#arithmetic(type) : undefined
    return arithmetic && arithmetic.reach <= most ? arithmetic.expr : column(this.#draw.pick(fit))
  }

  /** A condition of at most this depth. Operands are drawn from the columns' own values, so that both sides of an edge occur. */
  condition(depth: number): ExprIR {
    const draw = this.#draw
    const bools = this.#columns('bool')
    const below = () => this.condition(depth - 1)
    return draw.weighted<() => ExprIR>([
      [5, () => this.#comparison()],
      [bools.length > 0 ? 1 : 0, () => column(draw.pick(bools))],
      [1, () => ({ op: 'isNull', of: column(draw.pick(this.#plans)), type: 'bool' })],
      [depth > 0 ? 1 : 0, () => ({ op: 'not', of: below(), type: 'bool' })],
      [depth > 0 ? 2 : 0, () => ({ op: draw.pick(['and', 'or'] as const), left: below(), right: below(), type: 'bool' })],
    ])()
  }

  /** Bounds for a histogram: values of the column, or of another of its type, so that events lie on them. */
  bounds(of: ExprIR): number[] {
    const draw = this.#draw
    const own = this.#plans.find(({ ir }) => of.op === 'column' && ir.name === of.name)
    const plan = own ?? draw.pick(this.#columns(of.type))
    const drawn = Array.from({ length: draw.magnitude(12) }, () => plan.value(draw) as number)
    return [...new Set(drawn)].sort((a, b) => a - b)
  }

  #columns(...types: ColumnType[]): ColumnPlan[] {
    return this.#plans.filter(plan => types.includes(plan.ir.type))
  }

  #comparison(): ExprIR {
    const draw = this.#draw
    const plan = draw.pick(this.#plans)
    const { type } = plan.ir
    const op = draw.pick(type === 'bool' ? (['eq', 'ne'] as const) : (['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'lt', 'gte'] as const))
    const comparable = isNumber(type) ? this.#columns('int', 'decimal', 'double') : this.#columns(type)
    const computed = draw.chance(0.15) ? this.#arithmetic(type)?.expr : undefined
    return {
      op,
      left: computed ?? column(plan),
      right: draw.chance(0.7) ? literal(draw, plan) : column(draw.pick(comparable)),
      type: 'bool',
    }
  }

  /** Arithmetic of a type with one operation; undefined for types without arithmetic, and without suitable operands. */
  #arithmetic(type: ColumnType): Operand | undefined {
    const draw = this.#draw
    const op = draw.pick(['add', 'sub', 'mul'] as const)
    switch (type) {
      case 'int':
        return exact(op, this.#operand('int'), this.#operand('int'), type)
      case 'decimal': {
        const [left, right] = draw.shuffled([this.#operand('decimal'), this.#operand('int', 'decimal')])
        return exact(op, left, right, type)
      }
      case 'duration':
        if (op === 'mul') return exact(op, this.#operand('duration'), this.#operand('int'), type)
        return op === 'sub' && draw.chance(0.3)
          ? exact(op, this.#operand('timestamp'), this.#operand('timestamp'), type)
          : exact(op, this.#operand('duration'), this.#operand('duration'), type)
      case 'timestamp':
        return op === 'mul' ? undefined : exact(op, this.#operand('timestamp'), this.#operand('duration'), type)
      case 'double':
        return double(draw.chance(0.3) ? 'div' : op, this.#operand('int', 'decimal', 'double'), this.#operand('int', 'decimal', 'double'))
      default:
        return undefined
    }
  }

  #operand(...types: ColumnType[]): Operand | undefined {
    const plans = this.#columns(...types)
    if (plans.length === 0) return undefined
    const plan = this.#draw.pick(plans)
    return { expr: this.#draw.chance(0.3) ? literal(this.#draw, plan) : column(plan), reach: plan.reach }
  }
}

/** The larger scale for sums, the sum of scales for products; undefined beyond a decimal's greatest. */
function exact(op: 'add' | 'sub' | 'mul', left: Operand | undefined, right: Operand | undefined, type: ColumnType): Operand | undefined {
  if (!left || !right) return undefined
  const [a, b] = [scaleOf(left.expr), scaleOf(right.expr)]
  const scale = op === 'mul' ? a + b : Math.max(a, b)
  if (scale > limits.DECIMAL_SCALE_MAX) return undefined
  const expr: ExprIR = { op, left: left.expr, right: right.expr, ...(type === 'decimal' ? { type, scale } : { type }) }
  const reach = op === 'mul' ? left.reach * right.reach : left.reach * 10 ** (scale - a) + right.reach * 10 ** (scale - b)
  return { expr, reach }
}

function double(op: 'add' | 'sub' | 'mul' | 'div', left: Operand | undefined, right: Operand | undefined): Operand | undefined {
  if (!left || !right) return undefined
  const bothExact = left.expr.type !== 'double' && right.expr.type !== 'double'
  return { expr: { op: bothExact ? 'div' : op, left: left.expr, right: right.expr, type: 'double' }, reach: 0 }
}

const scaleOf = (node: ExprIR): number => ('scale' in node ? (node.scale ?? 0) : 0)

export function column({ ir }: ColumnPlan): ExprIR {
  return { op: 'column', name: ir.name, ...typeOf(ir) }
}

function literal(draw: Draw, plan: ColumnPlan): ExprIR {
  return { op: 'literal', value: plan.value(draw), ...typeOf(plan.ir) }
}
