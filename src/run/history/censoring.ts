/**
 * Censored outcomes of recorded decisions: an action that the label names followed from the score, so the outcome could not be observed.
 * Also gives the probability with which a decision was explored instead.
 */
import { EXPLORED, NOT_MET, ActionTrigger } from '../../action/index.ts'
import { Strings } from '../../columns/index.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'
import { decodeDecisions, type DecodedDecisions } from '../decide/decision-codec.ts'
import type { DecisionLog, NamedValues, SegmentLog } from '../../log/index.ts'
import { importedEntries } from './import-records.ts'

/** The part of a decision batch that says which actions followed. */
export type ScoredBatch = Pick<DecodedDecisions, 'length' | 'entry' | 'score' | 'explored'>

/** A decision that met the condition of a censoring action. */
export interface CensoredDecision {
  readonly row: number
  /** An action followed, so the outcome is hidden. */
  readonly isHidden: boolean
  /** Probability that no action followed, so that the outcome is observable; 0 if an action without exploration was due. */
  readonly chance: number
}

/**
 * Finds the censored decisions of a batch of the log `store`, in order; undefined if the label names no action. Outcomes of exploration are
 * as recorded; conditions of other actions are those of today. No action answered a decision of imported history, so none is censored.
 */
export function censoringOf(
  { actions = [] }: PipelineIR,
  { label }: ModelIR,
  store: NamedValues,
): ((batch: ScoredBatch) => CensoredDecision[]) | undefined {
  const names = label?.kind === 'from' ? label.censoredBy : undefined
  if (!names) return undefined
  const triggers = actions.filter(({ name }) => names.includes(name)).map(action => new ActionTrigger(action))
  const isImported = importedEntries(store)
  return batch => {
    const matches = new Map<number, CensoredDecision>()
    for (const trigger of triggers)
      for (const { row, isHidden, chance } of matchesOf(trigger, batch)) {
        if (isImported(batch.entry[row])) continue
        const other = matches.get(row)
        matches.set(row, { row, isHidden: isHidden || other?.isHidden === true, chance: chance * (other?.chance ?? 1) })
      }
    return [...matches.values()].sort((a, b) => a.row - b.row)
  }
}

function matchesOf(trigger: ActionTrigger, { length, score, explored }: ScoredBatch): CensoredDecision[] {
  const recorded = explored.find(({ action }) => action === trigger.action.name)
  if (!recorded) return trigger.rowsMeeting(score, length).map(row => ({ row, isHidden: true, chance: 0 }))
  const { fate, part } = recorded
  return Array.from({ length }, (_, row) => ({ row, isHidden: fate[row] !== EXPLORED, chance: part })).filter(
    ({ row }) => fate[row] !== NOT_MET,
  )
}

/** Censored decisions by the `sourcePosition` of the triggering event. */
export interface CensoredPositions {
  readonly hidden: ReadonlySet<number>
  /** Probability of observation of the decisions that met a condition and had a chance to be observed, hidden ones included. */
  readonly chances: ReadonlyMap<number, number>
}

/**
 * Censoring of all recorded decisions on events; undefined if the label names no action. One pass over the decisions of the model; about 30
 * bytes for each that met a condition.
 */
export function censoredPositions(
  ir: PipelineIR,
  model: ModelIR,
  store: SegmentLog & NamedValues & DecisionLog,
): CensoredPositions | undefined {
  const censored = censoringOf(ir, model, store)
  if (!censored) return undefined
  const hidden = new Set<number>()
  const chances = new Map<number, number>()
  for (const { bytes } of store.decisionsFrom(model.name, 0)) {
    const batch = decodeDecisions(bytes, new Strings())
    const { sourcePosition } = batch
    if (!sourcePosition) continue
    for (const { row, isHidden, chance } of censored(batch)) {
      if (isHidden) hidden.add(sourcePosition[row])
      if (chance > 0) chances.set(sourcePosition[row], chance)
    }
  }
  return { hidden, chances }
}
