/**
 * Censored outcomes of recorded decisions: an action that the label names followed from the score, so the outcome could not be observed.
 * Also gives the probability with which a decision was explored instead.
 */
import { EXPLORED, NOT_MET } from '../../action/exploring.ts'
import { Firing } from '../../action/firing.ts'
import { Strings } from '../../columns/strings.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/ir.ts'
import { readDecisions, type DecodedDecisions } from '../decide/decision-codec.ts'
import type { DecidedLog } from './decided-log.ts'

/** The part of a decision batch that says which actions followed. */
export type Answered = Pick<DecodedDecisions, 'length' | 'score' | 'explored'>

/** A decision that met the condition of a censoring action. */
export interface Met {
  readonly row: number
  /** An action followed, so the outcome is hidden. */
  readonly isHidden: boolean
  /** Probability that no action followed, so that the outcome is observable; 0 if an action without exploration was due. */
  readonly chance: number
}

/**
 * Finds the censored decisions of a batch, in order; undefined if the label names no action. Outcomes of exploration are as recorded;
 * conditions of other actions are those of today.
 */
export function censoring({ actions = [] }: PipelineIR, { label }: ModelIR): ((stretch: Answered) => Met[]) | undefined {
  const names = label?.kind === 'from' ? label.censoredBy : undefined
  if (!names) return undefined
  const firings = actions.filter(({ name }) => names.includes(name)).map(action => new Firing(action))
  return batch => {
    const matches = new Map<number, Met>()
    for (const firing of firings)
      for (const { row, isHidden, chance } of matchesOf(firing, batch)) {
        const other = matches.get(row)
        matches.set(row, { row, isHidden: isHidden || other?.isHidden === true, chance: chance * (other?.chance ?? 1) })
      }
    return [...matches.values()].sort((a, b) => a.row - b.row)
  }
}

function matchesOf(firing: Firing, { length, score, explored }: Answered): Met[] {
  const recorded = explored.find(({ action }) => action === firing.action.name)
  if (!recorded) return firing.met(score, length).map(row => ({ row, isHidden: true, chance: 0 }))
  const { fate, part } = recorded
  return Array.from({ length }, (_, row) => ({ row, isHidden: fate[row] !== EXPLORED, chance: part })).filter(
    ({ row }) => fate[row] !== NOT_MET,
  )
}

/** Censored decisions by position of the triggering event. */
export interface SeenPositions {
  readonly hidden: ReadonlySet<number>
  /** Probability of observation of the decisions that met a condition and had a chance to be observed, hidden ones included. */
  readonly chances: ReadonlyMap<number, number>
}

/**
 * Censoring of all recorded decisions on events; undefined if the label names no action. One pass over the decisions of the model; about 30
 * bytes for each that met a condition.
 */
export function seenPositions(ir: PipelineIR, model: ModelIR, store: DecidedLog): SeenPositions | undefined {
  const censored = censoring(ir, model)
  if (!censored) return undefined
  const hidden = new Set<number>()
  const chances = new Map<number, number>()
  for (const { bytes } of store.decisionsFrom(model.name, 0)) {
    const batch = readDecisions(bytes, new Strings())
    const { position } = batch
    if (!position) continue
    for (const { row, isHidden, chance } of censored(batch)) {
      if (isHidden) hidden.add(position[row])
      if (chance > 0) chances.set(position[row], chance)
    }
  }
  return { hidden, chances }
}
