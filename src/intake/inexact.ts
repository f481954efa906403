import type { ColumnIR } from '../define/ir/index.ts'
import { Fault } from './rejection.ts'

/**
 * Rejects numbers with more digits than a double holds, except in double columns, which take the nearest. `inexact`: their text by field.
 */
export function inexactFault(columns: readonly ColumnIR[], inexact: ReadonlyMap<string, string>): Fault | undefined {
  for (const { name, type } of columns) {
    const text = inexact.get(name)
    if (text !== undefined && type !== 'double')
      return new Fault(`'${name}' is ${text}, which has more digits than a JSON number holds; write it as text`)
  }
  return undefined
}
