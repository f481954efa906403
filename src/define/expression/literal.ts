/**
 * Literals in expressions: a value as written becomes the exact physical value of its type, or is rejected.
 *
 * Beside a row's column a literal takes the column's type (5 beside a decimal(2) is 500; 5.005 is a mistake). Among a model's
 * inputs every number is already a double, so any finite number is allowed.
 */
import { typeText } from './arithmetic.ts'
import { scaledInteger, spanMs, timestampMs, didYouMean, show } from '../../base/index.ts'
import type { ExprIR, TypeIR } from '../ir/ir.ts'
import { mistake } from '../mistake/mistake.ts'

/** A type with what else is known of its values: declared bounds, the strings of an enum, the entity, whether it is a list. */
export interface TypeInfo extends TypeIR {
  readonly min?: number
  readonly max?: number
  readonly values?: readonly string[]
  readonly entity?: string
  readonly list?: true
}

type LiteralIR = Extract<ExprIR, { op: 'literal' }>

/**
 * IR of a literal beside a value of `type`; `delivered` among a model's inputs. Throws `SPILL_DEFINITION`; `word` is the
 * method, for messages.
 */
export function literal(word: string, value: unknown, type: TypeInfo, delivered: boolean): LiteralIR {
  switch (type.type) {
    case 'string':
      if (typeof value !== 'string') mistake(`'${word}' needs a string, got ${show(value)}`)
      if (type.values && !type.values.includes(value))
        mistake(`'${word}': ${show(value)} is not among the values of this column${didYouMean(value, type.values)}`)
      return { op: 'literal', value, type: 'string' }
    case 'bool':
      if (typeof value !== 'boolean') mistake(`'${word}' needs true or false, got ${show(value)}`)
      return { op: 'literal', value, type: 'bool' }
    case 'timestamp':
      return milliseconds(
        timestampMs(value) ?? mistake(`'${word}' needs a time (ISO 8601 with its offset, a Date or UTC ms), got ${show(value)}`),
        type,
        delivered,
      )
    case 'duration':
      return milliseconds(spanMs(value) ?? mistake(`'${word}' needs a duration such as '5m', got ${show(value)}`), type, delivered)
    default:
      return number(word, value, type, delivered)
  }
}

const milliseconds = (value: number, type: TypeInfo, delivered: boolean): LiteralIR => ({
  op: 'literal',
  value,
  type: delivered ? 'double' : type.type,
})

function number(word: string, value: unknown, type: TypeInfo, delivered: boolean): LiteralIR {
  if (typeof value !== 'number' || !Number.isFinite(value)) mistake(`'${word}' needs a finite number, got ${show(value)}`)
  if (delivered || type.type === 'double') return { op: 'literal', value: value + 0, type: 'double' }
  const scale = type.scale ?? 0
  const physical = scaledInteger(value, scale)
  if (physical === undefined)
    mistake(
      `'${word}': ${value} is not exact as ${typeText(type)}; ` +
        `write it with ${scale === 0 ? 'no digits' : `at most ${scale} digits`} after the point`,
    )
  return type.type === 'int' ? { op: 'literal', value: physical, type: 'int' } : { op: 'literal', value: physical, type: 'decimal', scale }
}
