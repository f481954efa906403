/** The form of a hand-computed case of labels: the decisions of one model, and the label of each, as of several times. */
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { LabelIR, ModelIR, PipelineIR, SourceIR, TriggerIR } from '../../src/define/ir/ir.ts'
import { wide } from './case.ts'
import { pipeline } from './cases/decisions.ts'
import { own, scoreless } from './cases/triggers.ts'
import type { Label } from './labels.ts'
import type { Request, Run } from './triggers.ts'

export interface LabelAsk {
  readonly at: number
  /** One for each decision made by then, in order; with the number of events that came too late, if any. */
  readonly expect: readonly (Label | readonly [Label, late: number])[]
  /** When each became true, null for none. */
  readonly outcomes?: readonly (number | null)[]
  /** Indexes of the censored ones, if some may be. */
  readonly censored?: readonly number[]
}

export interface LabelCase {
  readonly name: string
  readonly pipeline: PipelineIR
  readonly log: readonly LoggedEvent[]
  readonly run?: Run
  readonly asks: readonly LabelAsk[]
}

/** A pipeline of one model `m` without inputs. */
export const labelled = (decide: TriggerIR, label: LabelIR, sources: SourceIR[] = [wide]): PipelineIR =>
  pipeline(sources, [], [{ name: 'm', decide, inputs: [], score: scoreless, label }])

/** The same with a model that ticks, which reads the group of `k` for its keys. */
export const ticked = (model: ModelIR, label: LabelIR): PipelineIR => pipeline([wide], [own], [{ ...model, label }])

/** Decides on request, about a key. */
export const onRequest: TriggerIR = {
  kind: 'request',
  columns: [{ name: 'who', type: 'string', nullable: false, entity: 'k' }],
  key: 'who',
}

/** A request about a key at `arrival`, after the first `place` events of the log. */
export const ask = (place: number, arrival: number, who = 'a'): Request => ({ model: 'm', place, arrival, row: { who } })
