import type { ErrorCode } from '../../src/base/errors.ts'
import type { LoggedEvent } from '../../src/define/source/event.ts'
import type { GroupIR, PipelineIR, PlacementIR, SourceIR, Value } from '../../src/define/ir/ir.ts'

/**
 * One question: the features of a group at a key, read through a placement of `(P, t)`.
 *
 * `P` is the first `prefix` events of the log. With `stream` any clock may be asked, below the arrivals of `P` too: this is how
 * frozen prefixes are written. `trigger` is the index in the log of the event that the decision is about, for `before`.
 */
export interface Ask {
  readonly group: string
  readonly key: readonly Value[]
  readonly prefix: number
  readonly t: number
  readonly place: PlacementIR
  readonly trigger?: number
}

/** A pipeline, a history and questions: plain JSON, so that a failing case can be written down and replayed. */
export interface Case {
  readonly seed: number
  readonly ir: PipelineIR
  readonly log: readonly LoggedEvent[]
  /** In how many blocks an engine that takes events by the block is given them. */
  readonly blocks: number
  readonly asks: readonly Ask[]
}

/**
 * What an engine says of one feature at one ask: a value as delivered, or a typed refusal.
 *
 * `exact` is the scaled integer behind a delivered `sum` or `change`. `tolerance` is by how much another computation may differ: the
 * oracle gives it where the result is inexact (2^−40 of the terms, semantics §6); Infinity where doubles overflow on the way.
 */
export interface Answer {
  readonly value: Value | readonly Value[]
  readonly refused?: ErrorCode
  readonly exact?: bigint
  readonly tolerance?: number
}

/** For each ask the answers of its group's features, in order. */
export type Answers = readonly (readonly Answer[])[]

/** One way of computing the values. An engine that cannot take a case at all throws a `SpillwayError`. */
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
