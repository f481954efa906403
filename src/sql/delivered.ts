import type { TypeIR } from '../define/ir.ts'
import { asDouble } from './expression.ts'
import type { Dialect } from './dialect.ts'

/** A physical value as it is delivered: a number of any type as fl(physical / 10^s), a string or bool as it is. */
export const deliveredSql = (physical: string, type: TypeIR, dialect: Dialect): string =>
  type.type === 'string' || type.type === 'bool' ? physical : asDouble(physical, type, dialect)
