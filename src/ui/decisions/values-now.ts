/** The features that a decision read, as they are now: which to query, and the difference to what was served. */
import type { DecisionAnswer, PipelineAnswer, TriggerAnswer } from '../core/answers.ts'
import { isMaskedValue } from '../core/mask.ts'
import { flatValues, type ValueDifference } from './decision-inputs.ts'

/** A query of the features of a key now. */
export interface KeyQuery {
  readonly group: string
  readonly key: readonly string[]
}

/** Features of a key, as the server answers. */
export interface FeatureAnswer {
  readonly group: string
  readonly features: Readonly<Record<string, unknown>>
}

/**
 * A query of each group that the decision read, by the keys of its trigger. A group that was read by several keys is left out, since the
 * inputs do not tell them apart; so is a masked key.
 */
export function featureQueries({ read, key }: DecisionAnswer, on: TriggerAnswer | undefined): KeyQuery[] {
  const fields = on?.kind === 'event' || on?.kind === 'request' ? on.fields : undefined
  const reads = Object.keys(read).flatMap(name => {
    const [, group, columns] = /^(\w+)\(([\w, ]+)\)$/.exec(name) ?? []
    return group === undefined ? [] : [{ group, columns: columns.split(/, ?/) }]
  })
  return reads.flatMap(({ group, columns }) => {
    const values = fields ? columns.map(column => fields[column]) : columns.length === 1 ? [key] : []
    const isKnown = values.length > 0 && values.every(value => value !== null && value !== undefined && !isMaskedValue(value))
    return isKnown && reads.filter(other => other.group === group).length === 1 ? [{ group, key: values.map(String) }] : []
  })
}

/** The inputs that are a feature and nothing else, as served and as they are now. */
export function differencesToNow(decision: DecisionAnswer, pipeline: PipelineAnswer, answers: readonly FeatureAnswer[]): ValueDifference[] {
  const served = flatValues(decision.vector)
  const inputs = pipeline.models.find(({ name }) => name === decision.model)?.inputs ?? []
  return inputs.flatMap(({ name, definition = '' }) => {
    const [, group, feature] = /^(\w+)\.(\w+)$/.exec(definition) ?? []
    const answer = answers.find(candidate => candidate.group === group)
    if (!answer || !(feature in answer.features)) return []
    const [before, after] = [served.get(name), answer.features[feature]]
    return [{ name, before, after, isDifferent: JSON.stringify(before) !== JSON.stringify(after) }]
  })
}
