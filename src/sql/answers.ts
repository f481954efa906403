import type { ErrorCode } from '../base/index.ts'
import type { ModelIR, Value } from '../define/ir/index.ts'
import type { SqlCell, SqlRow } from './engine.ts'
import { missedKinds, type MissedCount, type MissedKind } from './missed-events.ts'
import type { VectorQuery } from './vector-query.ts'

/** A value as delivered; a list if the feature is one. */
export type SqlFeatureValue = Value | readonly Value[]

/** The vector of a recorded decision, recomputed in SQL. */
export interface SqlVector {
  /** The inputs of the model, in order. */
  readonly vector: readonly SqlFeatureValue[]
  /** Error bounds of the inputs; 0 means equal to the bit. */
  readonly bounds: readonly number[]
  /** Absent where the score is the user's own function. */
  readonly score?: number | null
  /** A feature that the model reads is rejected. */
  readonly rejected?: ErrorCode
}

/** Reads the rows of a query for vectors of recorded decisions, in order. */
export function readVectors(all: readonly SqlRow[], { inputs }: ModelIR, { hasScore, hasBound }: VectorQuery): SqlVector[] {
  return all.map(([, , rejected, ...cells]) => {
    const bounds = cells.slice(inputs.length + (hasScore ? 1 : 0)).values()
    return {
      vector: inputs.map((_, i) => cells[i] as SqlFeatureValue),
      bounds: hasBound.map(has => (has ? boundOf(bounds.next().value ?? null) : 0)),
      // A rejected vector has no score.
      ...(hasScore && { score: rejected === null ? (cells[inputs.length] as number | null) : null }),
      ...(rejected !== null && { rejected: rejected as ErrorCode }),
    }
  })
}

/** No value has no bound. If doubles overflow in the bound, any answer is right. */
function boundOf(cell: SqlCell): number {
  const bound = (cell ?? 0) as number
  return bound < Number.MAX_VALUE ? bound : Infinity
}

/** The missed events of one feature for one decision, by kind; kinds without any are absent. */
export type SqlMissedCounts = ReadonlyMap<MissedKind, MissedCount>

/** Reads the rows of `missedQuery`, by decision: the missed events of each feature of the group, in order. */
export function readMissedCounts(all: readonly SqlRow[]): Map<number, SqlMissedCounts[]> {
  const width = 2 * missedKinds.length
  return new Map(
    all.map(([decision, ...cells]) => {
      const features = Array.from({ length: cells.length / width }, (_, i): SqlMissedCounts => {
        const countOf = (kind: number): MissedCount => ({
          events: Number(cells[width * i + 2 * kind]),
          newest: Number(cells[width * i + 2 * kind + 1]),
        })
        return new Map(missedKinds.map((kind, at) => [kind, countOf(at)] as const).filter(([, { events }]) => events > 0))
      })
      return [Number(decision), features]
    }),
  )
}

/** The position of an event. */
export interface SqlPosition {
  readonly source: string
  readonly partition: number
  readonly offset: number
  /** UTC ms. */
  readonly time: number
  readonly arrival: number
}

/** Reads positions of events, by number. */
export const readSqlPositions = (all: readonly SqlRow[], source: string): Map<number, SqlPosition> =>
  new Map(
    all.map(row => {
      const [number, partition, offset, time, arrival] = row.map(Number)
      return [number, { source, partition, offset, time, arrival }]
    }),
  )
