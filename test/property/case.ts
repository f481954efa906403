import type { ErrorCode } from '../../src/base/errors.ts'
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { GroupIR, PipelineIR, PlacementIR, SourceIR, Value } from '../../src/define/ir/ir.ts'

/**
 * One read: the features of a group at a key, through a placement of `(P, t)`.
 *
 * `P` is the first `prefix` events of the log. With `stream` any as-of time is possible, also below the arrivals of `P`: this expresses
 * frozen prefixes. `trigger` is the index in the log of the event of the decision, for `before`.
 */
export interface Ask {
  readonly group: string
  readonly key: readonly Value[]
  readonly prefix: number
  readonly t: number
  readonly place: PlacementIR
  readonly trigger?: number
}

/** A pipeline, a history and reads: plain JSON, so that a failing case can be stored and replayed. */
export interface Case {
  readonly seed: number
  readonly ir: PipelineIR
  readonly log: readonly LoggedEvent[]
  /** Number of blocks for engines that process events in blocks. */
  readonly blocks: number
  readonly asks: readonly Ask[]
}

/**
 * An engine's answer for one feature of one read: a delivered value, or a typed rejection.
 *
 * `exact` is the scaled integer behind a delivered `sum` or `change`. `tolerance` is the allowed difference of another computation: the
 * oracle returns it for inexact results (2^−40 of the terms; semantics, numbers); Infinity if doubles overflow on the way.
 */
export interface Answer {
  readonly value: Value | readonly Value[]
  readonly rejected?: ErrorCode
  readonly exact?: bigint
  readonly tolerance?: number
}

/** For each read the answers of its group's features, in order. */
export type Answers = readonly (readonly Answer[])[]

/** One implementation of feature values. An engine that cannot run a case at all throws a `SpillwayError`. */
export interface Engine {
  readonly name: string
  values(of: Case): Promise<Answers>
  close(): void
}

export function groupOf(of: Case, name: string): GroupIR {
  return of.ir.groups.find(group => group.name === name)!
}

export function sourceOf(of: Case, group: GroupIR): SourceIR {
  return of.ir.sources.find(source => source.name === group.source)!
}
