import { DuckDBListValue, type DuckDBResultReader, type DuckDBValue } from '@duckdb/node-api'
import type { ErrorCode } from '../../base/errors.ts'
import type { ModelIR, Value } from '../../define/ir.ts'
import type { SqlAnswer } from '../asks.ts'
import type { VectorQuery } from '../decisions.ts'
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

/** What a decision that was made was given, by another way. */
export interface SqlVector {
  /** The inputs of the model, in order. */
  readonly vector: readonly SqlAnswer['value'][]
  /** By how much the same computed otherwise may differ: 0 is to the bit. */
  readonly bounds: readonly number[]
  /** A feature that the model reads has no honest value. */
  readonly refused?: ErrorCode
}

/** The rows of a query of vectors of decisions that were made, in order. */
export function readVectors(reader: DuckDBResultReader, { inputs }: ModelIR, { scored, bounded }: VectorQuery): SqlVector[] {
  const behind = inputs.length + (scored ? 1 : 0)
  const places = bounded.map((has, i) => (has ? behind + bounded.slice(0, i).filter(Boolean).length : undefined))
  return reader.getRows().map(([, , refused, ...cells]) => ({
    vector: inputs.map((_, i) => valueOf(cells[i])),
    bounds: places.map(place => (place === undefined ? 0 : boundOf(cells[place]))),
    ...(refused !== null && { refused: refused as ErrorCode }),
  }))
}

/** Of nothing there is no bound; where doubles overflow on the way, any answer is right. */
function boundOf(cell: DuckDBValue): number {
  const bound = (cell ?? 0) as number
  return bound < Number.MAX_VALUE ? bound : Infinity
}

/** What a decision missed of one feature: the greatest event time of each kind, UTC ms (`sinceQuery`). */
export interface SqlMissed {
  readonly stale: number | undefined
  readonly revised: number | undefined
  readonly late: number | undefined
}

/** The rows of `sinceQuery`, by decision: what it missed of each feature of the group, in order. */
export function readMissed(reader: DuckDBResultReader): Map<number, SqlMissed[]> {
  const time = (cell: DuckDBValue): number | undefined => (cell === null ? undefined : Number(cell))
  return new Map(
    reader.getRows().map(([ask, ...times]) => {
      const features = Array.from({ length: times.length / 3 }, (_, i): SqlMissed => {
        const [stale, revised, late] = times.slice(3 * i, 3 * i + 3).map(time)
        return { stale, revised, late }
      })
      return [Number(ask), features]
    }),
  )
}
