/**
 * Description of the model behind the curves without retraining: the promoted champion, or the model as its own schedule would have trained
 * it.
 */
import type { ModelIR } from '../../define/ir/index.ts'
import type { AuditOptions } from '../compare/audit-options.ts'
import type { RunningModel } from '../experiment/running-model.ts'
import type { IncidentModelPart } from '../domain/audit-report.ts'
import { integerText, countedNoun } from '../domain/figures.ts'
import { scheduleTitle } from '../domain/setting-text.ts'

/** Undefined for a model that is not trained, since its definition describes it. */
export function incidentModelOf(
  { train }: Pick<ModelIR, 'train'>,
  running: RunningModel | undefined,
  championOption: AuditOptions['champion'],
): IncidentModelPart | undefined {
  if (!train) return undefined
  const champion = championOption && !('why' in championOption) ? championOption : undefined
  const why = championOption && 'why' in championOption ? championOption.why : 'no data folder is given'
  if (!running) return { text: `the score of the definition, since ${why}`, trainings: 0 }
  const { trainings, byChampion } = running
  const scheduleText = trainedText(train.every, running)
  return {
    text: champion ? championText(champion.version, running, scheduleText) : `${scheduleText}, since ${why}`,
    trainings,
    ...(champion && { champion: { version: champion.version, decisions: byChampion } }),
  }
}

function championText(version: number, { byChampion, judged, hasLearnt }: RunningModel, scheduleText: string): string {
  const champion = `champion version ${version}`
  if (hasLearnt) return `${champion}; it was trained on some of the judged decisions, so it may lose less on later ones than is shown`
  if (byChampion === judged) return champion
  if (byChampion === 0) return `${scheduleText}; ${champion} was trained on all of the judged decisions, so it scores none of them`
  return `${champion} for the last ${integerText(byChampion)} of ${integerText(judged)} judged decisions; the earlier ones, which it was trained on: ${scheduleText}`
}

/** `the model trained as of each time by its schedule (Mondays at 00:00), 12 trainings`. */
function trainedText(every: NonNullable<ModelIR['train']>['every'], { trainings, step }: RunningModel): string {
  if (!every) return 'the model trained once, on the decisions before those that are judged (its train has no schedule)'
  const skippedText = step > 1 ? `, one in ${step} of its times` : ''
  return `the model trained as of each time by its schedule (${scheduleTitle(every)}${skippedText}), ${countedNoun(trainings, 'training')}`
}
