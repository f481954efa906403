/** The model that the curves of incidents are of, in words and figures, where the pipeline trains it: the promoted champion, or the model as its own schedule would have trained it by each time. */
import type { ModelIR } from '../../define/ir/ir.ts'
import type { AuditOptions } from '../compare/audit-options.ts'
import type { RunningModel } from '../experiment/running-model.ts'
import type { IncidentModelPart } from '../domain/incident-model.ts'
import { count, counted } from '../domain/figures.ts'
import { scheduleTitle } from '../domain/setting-text.ts'

/** Nothing of a model that is not trained: it is what its definition says. */
export function incidentModelOf(
  { train }: Pick<ModelIR, 'train'>,
  running: RunningModel | undefined,
  given: AuditOptions['champion'],
): IncidentModelPart | undefined {
  if (!train) return undefined
  const champion = given && !('why' in given) ? given : undefined
  const why = given && 'why' in given ? given.why : 'no data folder is given'
  if (!running) return { text: `the score of the definition, since ${why}`, trainings: 0 }
  const { trainings, byChampion } = running
  const walked = trainedText(train.every, running)
  return {
    text: champion ? championText(champion.version, running, walked) : `${walked}, since ${why}`,
    trainings,
    ...(champion && { champion: { version: champion.version, decisions: byChampion } }),
  }
}

function championText(version: number, { byChampion, judged, hasLearnt }: RunningModel, walked: string): string {
  const champion = `champion version ${version}`
  if (hasLearnt) return `${champion}; it was trained on some of the judged decisions, so it may lose less on later ones than is shown`
  if (byChampion === judged) return champion
  if (byChampion === 0) return `${walked}; ${champion} was trained on all of the judged decisions, so it scores none of them`
  return `${champion} for the last ${count(byChampion)} of ${count(judged)} judged decisions; the earlier ones, which it was trained on: ${walked}`
}

/** `the model trained as of each time by its schedule (Mondays at 00:00), 12 trainings`. */
function trainedText(every: NonNullable<ModelIR['train']>['every'], { trainings, step }: RunningModel): string {
  if (!every) return 'the model trained once, on the decisions before those that are judged (its train has no schedule)'
  const some = step > 1 ? `, one in ${step} of its times` : ''
  return `the model trained as of each time by its schedule (${scheduleTitle(every)}${some}), ${counted(trainings, 'training')}`
}
