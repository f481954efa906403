/** What a hand-computed case of labels is: the decisions of one model, and what came of each of them, as known at one time after the other. */
import type { LoggedEvent } from '../../src/define/source/event.ts'
import type { LabelIR, ModelIR, PipelineIR, SourceIR, TriggerIR } from '../../src/define/ir/ir.ts'
import { wide } from './case.ts'
import { pipeline } from './cases/decisions.ts'
import { own, scoreless } from './cases/triggers.ts'
import type { Label } from './labels.ts'
import type { Request, Run } from './triggers.ts'

export interface LabelAsk {
  readonly at: number
  /** One for each decision made by then, in order; with how many events came too late, where some did. */
  readonly expect: readonly (Label | readonly [Label, late: number])[]
  /** When each came true, null where none did. */
  readonly outcomes?: readonly (number | null)[]
  /** Which of them are censored, where some may be. */
  readonly censored?: readonly number[]
}

export interface LabelCase {
  readonly name: string
  readonly pipeline: PipelineIR
  readonly log: readonly LoggedEvent[]
  readonly run?: Run
  readonly asks: readonly LabelAsk[]
}

/** A pipeline of one model `m`, that reads nothing. */
export const labelled = (decide: TriggerIR, label: LabelIR, sources: SourceIR[] = [wide]): PipelineIR =>
  pipeline(sources, [], [{ name: 'm', decide, inputs: [], score: scoreless, label }])

/** The same with a model that ticks, which reads the group of `k` for whom it decides about. */
export const ticked = (model: ModelIR, label: LabelIR): PipelineIR => pipeline([wide], [own], [{ ...model, label }])

/** Decides when asked, about a key. */
export const onRequest: TriggerIR = {
  kind: 'request',
  columns: [{ name: 'who', type: 'string', nullable: false, entity: 'k' }],
  key: 'who',
}

/** A question about a key at `arrival`, behind the first `place` events of the log. */
export const ask = (place: number, arrival: number, who = 'a'): Request => ({ model: 'm', place, arrival, row: { who } })
