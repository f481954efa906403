/**
 * Decides whether runs may share a source as members of a group. A partition moves between runs, and the events before the move stay in the data
 * folder of the other run. So nothing may depend on earlier events of the source, and nothing may be done by each run that is to be done once.
 */
import type { ModelIR, PipelineIR, SourceIR } from '../../define/ir/index.ts'

const MOVES = 'a partition may move to a run that does not have its earlier events'
const EACH = 'each of the runs would do so'

/** The reason why runs must not share a source; undefined if they may. */
export function reasonNotToShare({ groups, models, actions = [], reports = [] }: PipelineIR, source: SourceIR): string | undefined {
  const { name, id, identity, deleted } = source
  if (id !== undefined)
    return `it has an id, whose duplicates would be accepted: ${MOVES}. A gate deduplicates a topic; then leave the id out`
  if (identity !== undefined) return `its events are revised: ${MOVES}`
  if (deleted !== undefined) return `its events delete earlier ones: ${MOVES}`
  const group = groups.find(each => each.source === name)
  if (group) return `feature group '${group.name}' reads it: ${MOVES}`
  for (const model of models) {
    const reason = reasonOf(model, name)
    if (reason !== undefined) return `model '${model.name}' ${reason}`
  }
  const cooling = actions.find(({ cooldown }) => cooldown !== undefined)
  if (cooling) return `action '${cooling.name}' has a cooldown, which counts the decisions of one run: ${MOVES}`
  const [report] = reports
  return report && `report '${report.name}' is written on a schedule: ${EACH}`
}

function reasonOf({ decide, label, train }: ModelIR, source: string): string | undefined {
  if (decide.kind === 'every') return `decides at ticks: ${EACH}`
  if (decide.kind === 'on' && decide.source !== source) return `decides on source '${decide.source}', which each run reads whole: ${EACH}`
  if (label?.source === source) return `has labels from it: ${MOVES}`
  return train && 'is trained, on the decisions of one run: the runs would have different models'
}
