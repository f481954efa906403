import { DuckDBListValue, type DuckDBResultReader, type DuckDBValue } from '@duckdb/node-api'
import type { ErrorCode } from '../../base/errors.ts'
import type { Value } from '../../define/ir.ts'
import type { SqlAnswer } from '../asks.ts'
import type { ResultColumn } from '../values.ts'

/** The rows of a query of values: for each ask, its features in order. */
export function readAnswers(reader: DuckDBResultReader, columns: readonly ResultColumn[]): SqlAnswer[][] {
  return reader.getRows().map(([, ...cells]) => {
    const answers: Mutable<SqlAnswer>[] = []
    columns.forEach(({ part }, i) => {
      const cell = cells[i]
      if (part === 'value') answers.push({ value: valueOf(cell) })
      else if (cell !== null) Object.assign(answers.at(-1)!, { [part]: cell as bigint | ErrorCode })
    })
    return answers
  })
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

const valueOf = (cell: DuckDBValue): SqlAnswer['value'] =>
  cell instanceof DuckDBListValue ? (cell.items as readonly Value[]) : (cell as Value)
