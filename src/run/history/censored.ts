/** Of which recorded decisions no outcome could be seen, for an action that the label names followed from their score; and with which chance one was left to be seen. */
import { EXPLORED, NOT_MET } from '../../action/exploring.ts'
import { Firing } from '../../action/firing.ts'
import { Strings } from '../../columns/strings.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/ir.ts'
import { readDecisions, type DecodedDecisions } from '../decide/decision-codec.ts'
import type { DecidedLog } from './decided-log.ts'

/** What says of a stretch of decisions which actions followed. */
export type Answered = Pick<DecodedDecisions, 'length' | 'score' | 'explored'>

/** A decision that the condition of an action met which hides outcomes. */
export interface Met {
  readonly row: number
  /** An action followed: what came of it could not be seen. */
  readonly isHidden: boolean
  /** With which no action was to follow, so that it could be seen: 0 where one that did not explore was to. */
  readonly chance: number
}

/**
 * Those of a stretch, in order; nothing where the label of the model names no action. What an action that explored made of a decision is as it was recorded; the conditions of others are those of
 * today.
 */
export function censoring({ actions = [] }: PipelineIR, { label }: ModelIR): ((stretch: Answered) => Met[]) | undefined {
  const names = label?.kind === 'from' ? label.censoredBy : undefined
  if (!names) return undefined
  const firings = actions.filter(({ name }) => names.includes(name)).map(action => new Firing(action))
  return stretch => {
    const met = new Map<number, Met>()
    for (const firing of firings)
      for (const { row, isHidden, chance } of metBy(firing, stretch)) {
        const other = met.get(row)
        met.set(row, { row, isHidden: isHidden || other?.isHidden === true, chance: chance * (other?.chance ?? 1) })
      }
    return [...met.values()].sort((a, b) => a.row - b.row)
  }
}

function metBy(firing: Firing, { length, score, explored }: Answered): Met[] {
  const recorded = explored.find(({ action }) => action === firing.action.name)
  if (!recorded) return firing.met(score, length).map(row => ({ row, isHidden: true, chance: 0 }))
  const { fate, part } = recorded
  return Array.from({ length }, (_, row) => ({ row, isHidden: fate[row] !== EXPLORED, chance: part })).filter(
    ({ row }) => fate[row] !== NOT_MET,
  )
}

/** By where the events stand. */
export interface SeenPositions {
  readonly hidden: ReadonlySet<number>
  /** Of those of which an outcome had a chance to be seen though the condition was met, the hidden ones among them. */
  readonly chances: ReadonlyMap<number, number>
}

/** Of all recorded decisions on events. Some 30 bytes each that is met, and a pass over what is recorded of the model; nothing where the label names no action. */
export function seenPositions(ir: PipelineIR, model: ModelIR, store: DecidedLog): SeenPositions | undefined {
  const censored = censoring(ir, model)
  if (!censored) return undefined
  const hidden = new Set<number>()
  const chances = new Map<number, number>()
  for (const { bytes } of store.decisionsFrom(model.name, 0)) {
    const stretch = readDecisions(bytes, new Strings())
    const { position } = stretch
    if (!position) continue
    for (const { row, isHidden, chance } of censored(stretch)) {
      if (isHidden) hidden.add(position[row])
      if (chance > 0) chances.set(position[row], chance)
    }
  }
  return { hidden, chances }
}
