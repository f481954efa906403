import { DuckDBListValue, type DuckDBResultReader, type DuckDBValue } from '@duckdb/node-api'
import type { ErrorCode } from '../../base/errors.ts'
import type { GroupIR, Value } from '../../define/ir.ts'
import type { SqlAnswer } from '../asks.ts'

/** The rows of a query of values: three columns a feature, after `ask`. */
export function readAnswers(reader: DuckDBResultReader, group: GroupIR): SqlAnswer[][] {
  return reader.getRows().map(row =>
    group.features.map((_, i) => {
      const [value, exact, refused] = row.slice(1 + 3 * i, 4 + 3 * i) as [DuckDBValue, bigint | null, ErrorCode | null]
      return {
        value: value instanceof DuckDBListValue ? (value.items as Value[]) : (value as Value),
        ...(exact === null ? {} : { exact }),
        ...(refused === null ? {} : { refused }),
      }
    }),
  )
}
