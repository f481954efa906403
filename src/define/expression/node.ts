/**
 * An expression at run time: its IR, its type, and the methods of `words.ts`, which build larger expressions.
 *
 * Invariant: a node over a row has the types that `ExprIR` states. Among a model's inputs every numeric operand is a delivered
 * double, whatever its type was; `type` keeps its meaning, so that a duration can be compared with '5m'.
 */
import { arithmeticType, isNumber, isNumeric, typeText, type Operation } from './arithmetic.ts'
import { decimalPlaces, show } from '../../base/index.ts'
import type { Scope } from './kinds.ts'
import type { ExprIR } from '../ir/ir.ts'
import { literal, type TypeInfo } from './literal.ts'
import { mistake } from '../mistake/mistake.ts'

/**
 * The realm of an expression: the rows of one source, or the trigger and features of one model. Expressions of two realms do
 * not mix.
 */
export interface Realm {
  readonly scope: Scope
  /** Name for messages: `source 'payments'`. */
  readonly name: string
  readonly make: (ir: ExprIR, type: TypeInfo) => Node
  /** Among inputs: the feature groups that were read. */
  readonly reads?: Set<object>
  /** The model, in the realm of its score. */
  readonly model?: { readonly name: string }
}

type Comparison = 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte'

/** An expression; every method returns a larger one or throws `SPILL_DEFINITION`. */
export class Node {
  readonly realm: Realm
  readonly ir: ExprIR
  readonly type: TypeInfo

  constructor(realm: Realm, ir: ExprIR, type: TypeInfo) {
    this.realm = realm
    this.ir = Object.freeze(ir)
    this.type = type
  }

  isNull(): Node {
    this.#needs('isNull', !this.type.list, 'a single value')
    return this.realm.make({ op: 'isNull', of: this.operand(), type: 'bool' }, { type: 'bool' })
  }

  eq(other: unknown): Node {
    return this.#compare('eq', other)
  }
  ne(other: unknown): Node {
    return this.#compare('ne', other)
  }
  gt(other: unknown): Node {
    return this.#compare('gt', other)
  }
  gte(other: unknown): Node {
    return this.#compare('gte', other)
  }
  lt(other: unknown): Node {
    return this.#compare('lt', other)
  }
  lte(other: unknown): Node {
    return this.#compare('lte', other)
  }

  between(low: unknown, high: unknown): Node {
    return this.#compare('gte', low, 'between').and(this.#compare('lte', high, 'between'))
  }

  oneOf(values: unknown): Node {
    if (!Array.isArray(values) || values.length === 0) mistake(`'oneOf' needs a list of values, got ${show(values)}`)
    return anyOf(values.map(value => this.#compare('eq', value, 'oneOf')))
  }

  plus(other: unknown): Node {
    return this.#calculate('plus', 'add', other)
  }
  minus(other: unknown): Node {
    return this.#calculate('minus', 'sub', other)
  }
  times(other: unknown): Node {
    return this.#calculate('times', 'mul', other)
  }
  dividedBy(other: unknown): Node {
    if (other === 0) mistake("'dividedBy' 0 is always NULL; divide by something else")
    return this.#calculate('dividedBy', 'div', other)
  }

  and(other: unknown): Node {
    return this.#connect('and', other)
  }
  or(other: unknown): Node {
    return this.#connect('or', other)
  }
  not(): Node {
    this.#needs('not', this.type.type === 'bool', 'a condition')
    return this.realm.make({ op: 'not', of: this.ir, type: 'bool' }, { type: 'bool' })
  }

  /** IR of this node inside a larger expression: among inputs, numbers of every type are delivered doubles. */
  operand(): ExprIR {
    if (this.realm.scope === 'row' || !isNumeric(this.ir.type)) return this.ir
    const { scale: _, ...ir } = this.ir as ExprIR & { scale?: number }
    return { ...ir, type: 'double' } as ExprIR
  }

  #compare(op: Comparison, other: unknown, word: string = op): Node {
    this.#needs(word, !this.type.list, 'a single value')
    if (op !== 'eq' && op !== 'ne') this.#needs(word, this.type.type !== 'bool', 'a number, a time or a string')
    const right = this.#resolve(word, other, this.type)
    if (!comparable(this.type, right.type)) mistake(`'${word}' compares ${typeText(this.type)} with ${typeText(right.type)}`)
    return this.realm.make({ op, left: this.operand(), right: right.operand(), type: 'bool' }, { type: 'bool' })
  }

  #calculate(word: string, op: Operation, other: unknown): Node {
    this.#needs(word, !this.type.list && isNumeric(this.type.type), 'a number, a time or a duration')
    const literalType = this.#literalType(op, other)
    // Among inputs, too, the factor of a duration is a whole number.
    if (this.type.type === 'duration' && op === 'mul' && typeof other === 'number') literal(word, other, literalType, false)
    const right = this.#resolve(word, other, literalType)
    const type = arithmeticType(op, this.#asCalculated(this.type), this.#asCalculated(right.type))
    if (!type) mistake(`'${word}' does not work on ${typeText(this.type)} and ${typeText(right.type)}${scaleAdvice(this.type, right.type)}`)
    const typed = this.realm.scope === 'row' ? type : ({ type: 'double' } as const)
    return this.realm.make({ op, left: this.operand(), right: right.operand(), ...typed }, type)
  }

  /** Among inputs a number of any type is already a double; the factor of a duration keeps its type. */
  #asCalculated(type: TypeInfo): TypeInfo {
    return this.realm.scope === 'input' && isNumber(this.type.type) && isNumber(type.type) ? { type: 'double' } : type
  }

  /** Type of a literal in arithmetic: this node's type, but a factor keeps its own digits and a divisor is a double. */
  #literalType(op: Operation, other: unknown): TypeInfo {
    if (isNumber(this.type.type)) {
      if (op === 'div' || this.type.type === 'double') return { type: 'double' }
      if (op !== 'mul' || typeof other !== 'number') return this.type
      const scale = decimalPlaces(other)
      return scale === 0 ? { type: 'int' } : { type: 'decimal', scale }
    }
    return op === 'mul' ? { type: 'int' } : { type: 'duration' }
  }

  #connect(op: 'and' | 'or', other: unknown): Node {
    this.#needs(op, this.type.type === 'bool', 'a condition')
    if (!isCondition(other)) mistake(`'${op}' needs a condition, got ${describe(other)}`)
    const right = this.#sameRealm(op, other)
    return this.realm.make({ op, left: this.ir, right: right.ir, type: 'bool' }, { type: 'bool' })
  }

  #resolve(word: string, other: unknown, type: TypeInfo): Node {
    if (other instanceof Node) {
      if (other.type.list) mistake(`'${word}' needs a single value, got ${describe(other)}`)
      return this.#sameRealm(word, other)
    }
    return this.realm.make(literal(word, other, type, this.realm.scope === 'input'), type)
  }

  #sameRealm(word: string, other: Node): Node {
    if (other.realm !== this.realm) mistake(`'${word}' mixes ${this.realm.name} with ${other.realm.name}; an expression has one of them`)
    return other
  }

  #needs(word: string, isValid: boolean, expected: string): void {
    if (!isValid) mistake(`'${word}' needs ${expected}, got ${describe(this)}`)
  }
}

/** A realm over the inputs of a model, or the rows of a report. */
export function inputRealm(name: string, more: Pick<Realm, 'reads' | 'model'> = {}): Realm {
  const realm: Realm = { scope: 'input', name, make: (ir, type) => new Node(realm, ir, type), ...more }
  return realm
}

/** The column `score` of a realm. */
export const scoreColumn = (realm: Realm): Node => realm.make({ op: 'column', name: 'score', type: 'double' }, { type: 'double' })

/** True for a condition: an expression that is one bool. */
export const isCondition = (value: unknown): value is Node => value instanceof Node && value.type.type === 'bool' && !value.type.list

/** A value as a message shows it: `string`, `decimal(2)`, `a list`, or the literal. */
export const describe = (value: unknown): string =>
  value instanceof Node ? (value.type.list ? 'a list' : typeText(value.type)) : show(value)

/** A balanced tree: for a list of thousands its depth is the logarithm. */
function anyOf(conditions: readonly Node[]): Node {
  if (conditions.length === 1) return conditions[0]
  const half = conditions.length >> 1
  return anyOf(conditions.slice(0, half)).or(anyOf(conditions.slice(half)))
}

const comparable = (left: TypeInfo, right: TypeInfo): boolean => left.type === right.type || (isNumber(left.type) && isNumber(right.type))

const scaleAdvice = (left: TypeInfo, right: TypeInfo): string =>
  left.type === 'decimal' && right.type === 'decimal'
    ? '; the result would have too many digits after the point, write dividedBy() instead'
    : ''
