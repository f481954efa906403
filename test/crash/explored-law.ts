/**
 * Explored decisions are those of the naive reference from the log's name and the decision, whatever crashed; and they have no effect of
 * that action.
 */
import { logNameOf } from '../../src/run/recovery/open-pipeline.ts'
import { fateOf } from '../oracle/exploration.ts'
import { effectsOf } from './effect-laws.ts'
import { decisionsOf } from './inspect.ts'
import type { Part } from './laws.ts'
import { ModelStore } from './model-store.ts'
import { fault } from './verdict.ts'

/** Returns the number of explored decisions. */
export function checkExplored({ verdict, ir: { models, actions = [] }, disk, own }: Part): number {
  const exploring = actions.filter(({ explore }) => explore !== undefined)
  if (exploring.length === 0) return 0
  const log = logNameOf(new ModelStore(disk))
  let undone = 0
  for (const decision of own(decisionsOf(disk))) {
    const model = models.find(({ name }) => name === decision.model)!
    const left = exploring.filter(action => action.model === model.name && fateOf({ model, action, decision, log }) === 'explored')
    const expected = Object.fromEntries(left.map(({ name, explore }) => [name, explore]))
    const { explored = {} } = decision
    undone += left.length
    if (JSON.stringify(explored) !== JSON.stringify(expected))
      fault(
        verdict,
        'different',
        `of the decision at entry ${decision.entry} of '${model.name}' ${JSON.stringify(explored)} was left undone, and not ${JSON.stringify(expected)}`,
      )
  }
  for (const { action } of effectsOf(disk))
    if (exploring.some(({ name }) => name === action)) fault(verdict, 'different', `an effect is recorded of '${action}', which answers`)
  return undone
}
