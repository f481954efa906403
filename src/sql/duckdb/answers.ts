import { DuckDBListValue, type DuckDBResultReader, type DuckDBValue } from '@duckdb/node-api'
import type { ErrorCode } from '../../base/errors.ts'
import type { ModelIR, Value } from '../../define/ir.ts'
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

export interface SqlDecision {
  /** Index of the triggering event in the log. */
  readonly event?: number
  /** The key of a tick. */
  readonly key?: Value
  readonly t: number
  readonly vector: Readonly<Record<string, SqlAnswer['value']>>
  /** Absent where the score is the user's own function. */
  readonly score?: number | null
  /** A feature that the model reads has no honest value, so neither has the vector. */
  readonly refused?: ErrorCode
}

/** The rows of a query of vectors. */
export function readDecisions(reader: DuckDBResultReader, { inputs, decide }: ModelIR, scored: boolean): SqlDecision[] {
  return reader.getRows().map(([about, t, refused, ...cells]) => ({
    ...(decide.kind === 'on' ? { event: Number(about) } : { key: typeof about === 'bigint' ? Number(about) : (about as Value) }),
    t: Number(t),
    vector: Object.fromEntries(inputs.map(({ name }, i) => [name, valueOf(cells[i])])),
    ...(scored && { score: cells[inputs.length] as number | null }),
    ...(refused !== null && { refused: refused as ErrorCode }),
  }))
}
