/**
 * The effects of a changed pipeline on its data folder: scoring versions of models, actions, and freshness objectives.
 *
 * Derived from the previous definitions, the new ones and the registry; nothing is decided, and no model is loaded.
 */
import { isDeepStrictEqual } from 'node:util'
import { durationText } from '../base/index.ts'
import { groupReads } from '../decision/index.ts'
import { thresholdOf } from '../define/action/index.ts'
import { describePlacement, type ActionIR, type ModelIR, type PipelineIR, type PlacementIR } from '../define/ir/index.ts'
import { longestGap } from '../kernel/index.ts'
import { championAfter, changedInputs, inputCodes, pendingPromotion, promotionsOf } from '../training/registry/index.ts'
import type { NamedValues } from '../log/index.ts'
import { type Objectives, objectivesInForce } from '../run/decide/index.ts'

export interface PlanEffect {
  readonly on: 'model' | 'action' | 'objective'
  readonly name: string
  /** A sentence for people. */
  readonly text: string
}

/** A model before and after the change: the version that scores it, 0 for the score of its definition, undefined if nothing scores. */
interface ModelChange {
  readonly model: ModelIR
  readonly before: number | undefined
  readonly after: number | undefined
  /** Reasons why scores change; empty if they do not. */
  readonly reasons: readonly string[]
}

/** The effects of a change from `before` to `after`. */
export function planEffects(before: PipelineIR, after: PipelineIR, values: NamedValues, objectives: Objectives | undefined): PlanEffect[] {
  const inForce = objectivesInForce(objectives?.groups ?? {}, after)
  const changes = after.models.flatMap((model): ModelChange[] => {
    const then = before.models.find(({ name }) => name === model.name)
    return then ? [modelChange(before, then, after, model, values)] : []
  })
  return [
    ...changes.flatMap(modelEffects),
    ...(after.actions ?? []).flatMap(action => actionEffects(action, before.actions, changes)),
    ...Object.entries(inForce).flatMap(([name, { age }]) => objectiveEffects(name, age, before, after, changes)),
  ]
}

/** A stored promotion becomes a marker as soon as a run starts. */
function waiting(values: NamedValues, { name, train }: ModelIR): readonly { readonly version: number }[] {
  const promotion = train && pendingPromotion(values, name)
  return promotion && promotion.as !== 'challenger' ? [promotion] : []
}

const isOtherwise = ({ before, after, reasons }: ModelChange): boolean => before !== after || reasons.length > 0

function modelChange(old: PipelineIR, then: ModelIR, ir: PipelineIR, model: ModelIR, values: NamedValues): ModelChange {
  const promotions = model.train ? promotionsOf(values, model.name) : []
  const numberOf = ({ score }: ModelIR, version: number | undefined): number | undefined =>
    version ?? (score.kind === 'none' ? undefined : 0)
  const oldChampion = then.train ? championAfter(values, old, then, promotions).champion : undefined
  const { champion: newChampion, passed } = championAfter(values, ir, model, [...promotions, ...waiting(values, model)])
  const [before, after] = [numberOf(then, oldChampion?.version), numberOf(model, newChampion?.version)]
  const placementChanges = groupReads(ir, model).flatMap(({ group: { name, place } }) => {
    const placed = old.groups.find(group => group.name === name)?.place
    return placed && !isDeepStrictEqual(placed, place)
      ? [`group '${name}' is placed ${describePlacement(place)}, and was ${describePlacement(placed)}`]
      : []
  })
  const reasons = [
    ...(before === after ? [] : passed.filter(({ version }) => version === before).map(({ why }) => why)),
    ...(before === 0 && after === 0 && !isDeepStrictEqual(then.score, model.score) ? ['its score is defined otherwise'] : []),
    ...(before === after ? changedInputs(inputCodes(old, then), inputCodes(ir, model)) : []),
    ...placementChanges,
  ]
  return { model, before, after, reasons }
}

function modelEffects({ model: { name, train }, before, after, reasons }: ModelChange): PlanEffect[] {
  const effect = (text: string): PlanEffect[] => [{ on: 'model', name, text }]
  const since = reasons.length > 0 ? `, since ${reasons.join('; ')}` : ''
  if (before === after) return reasons.length === 0 || after === undefined ? [] : effect(`its scores change${since}`)
  const next = after === undefined ? 'nothing scores' : after === 0 ? 'its own score is used' : `version ${after} scores`
  if (before === undefined || before === 0) return effect(`${next}, where ${before === 0 ? 'its own score did' : 'nothing did'}${since}`)
  const until = train && !(after !== undefined && after > 0) ? ` until another version is promoted; ${trainingText(train)}` : ''
  return effect(`version ${before}, which scores now, is taken out of use${since}. Then ${next}${until}`)
}

/** A scheduled model has no version with these inputs, so its first training is due. */
const trainingText = ({ every, promote }: NonNullable<ModelIR['train']>): string =>
  (every ? 'the model is trained as soon as the run starts' : 'spillway train makes one') +
  (promote.kind === 'hand' ? ', and spillway models promotes it' : '')

function actionEffects(action: ActionIR, old: readonly ActionIR[] | undefined, changes: readonly ModelChange[]): PlanEffect[] {
  const { name, model } = action
  const change = changes.find(each => each.model.name === model)
  if (!change || !old?.some(each => each.name === name)) return []
  const { before, after } = change
  const effect = (text: string): PlanEffect[] => [{ on: 'action', name, text }]
  if (after === undefined) return before === undefined ? [] : effect(`has no trigger while nothing scores model '${model}'`)
  if (!isOtherwise(change)) return []
  const threshold = thresholdOf(action)
  const condition = threshold === undefined ? 'its condition' : `its threshold, ${threshold},`
  return effect(`${condition} was chosen for other scores of model '${model}': it may act more or less often`)
}

function objectiveEffects(name: string, age: number, before: PipelineIR, after: PipelineIR, changes: readonly ModelChange[]): PlanEffect[] {
  const effect = (text: string): PlanEffect[] => [{ on: 'objective', name, text }]
  const [then, now] = [before, after].map(({ groups }) => groups.find(group => group.name === name))
  if (!now) return then ? effect('its group is removed, so it is no longer measured') : []
  const oldest = oldestByDesign(now.place)
  const oldAge = then && oldestByDesign(then.place)
  if (oldest > age && !(oldAge !== undefined && oldAge > age))
    return effect(
      `asks for ${durationText(age)}, and the group, placed ${describePlacement(now.place)}, is up to ${durationText(oldest)} old by design`,
    )
  const readers = changes.filter(change => isOtherwise(change) && groupReads(after, change.model).some(({ group }) => group.name === name))
  if (readers.length === 0 || now.freshness) return []
  return effect(`was derived from other scores of ${readers.map(({ model }) => `'${model.name}'`).join(', ')}: run spillway audit again`)
}

/** Greatest age of a group if everything runs on time, ms: values of a job are served until the next result is there. */
export function oldestByDesign(place: PlacementIR): number {
  switch (place.kind) {
    case 'lag':
    case 'partial':
      return place.by
    case 'batch':
    case 'scheduled':
      return longestGap(place.schedule) + place.lasts
    default:
      return 0
  }
}
