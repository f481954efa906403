/**
 * A pipeline: actions, reports and models with all that they refer to, as one IR.
 *
 * Invariant: the IR is frozen, and survives a trip through JSON unchanged.
 */
import type { EffectFunction } from './action/action.ts'
import type { OpenDestination } from './action/destination.ts'
import { collectDefinitions, type Definitions } from './definitions.ts'
import { fingerprintOf } from './ir/fingerprint.ts'
import { IR_VERSION, type ActionIR, type GroupIR, type ModelIR, type PipelineIR, type ReportIR, type WorthIR } from './ir/ir.ts'
import type { Hint } from './mistake/hint.ts'
import { checkName } from './mistake/names.ts'
import type { OnnxFile } from './model/onnx-file.ts'
import type { RuntimeScore } from './model/model-runtime.ts'
import type { ScoreFunction } from './model/score.ts'
import type { MapFunction } from './source/source.ts'
import { pipelineWorths, type PipelineWorth } from './value/worth.ts'

/** A pipeline, made by `pipeline`: what `spillway run FILE` finds in a file. */
export interface Pipeline {
  readonly name: string
  /** The pipeline as plain, versioned JSON. */
  readonly ir: PipelineIR
  /** SHA-256 of the IR without owners and descriptions, hex. */
  readonly fingerprint: string
  /** `map` of each source that has one, by the source's name. */
  readonly maps: ReadonlyMap<string, MapFunction>
  /** Score function, ONNX file or own runtime of each model that has one, by the model's name. */
  readonly scores: ReadonlyMap<string, ScoreFunction | OnnxFile | RuntimeScore>
  /** Function of each action that has one, by the action's name. */
  readonly effects: ReadonlyMap<string, EffectFunction>
  /** Opens the destination of each action that has its own (`destination`), by the action's name. */
  readonly destinations: ReadonlyMap<string, OpenDestination>
  /** Where each feature group was defined, `FILE:LINE`, by the group's name: the line at which its placement can be changed. */
  readonly groupDefinedAt: ReadonlyMap<string, string>
  /** Value function of each model that has one (`worth`), by the model's name. No part of the IR. */
  readonly worths: ReadonlyMap<string, PipelineWorth>
}

/**
 * A part of a pipeline: an action, a report, a model, a feature group, or a value function (`worth`).
 *
 * Parts bring what they refer to. A value function does not bring its model.
 */
export interface PipelinePart {
  readonly name: string
  readonly ir: ActionIR | ReportIR | ModelIR | GroupIR | WorthIR
}

/**
 * Makes a pipeline of actions, reports, models, feature groups and value functions.
 *
 * Parts bring what they refer to: an action its model, a model its feature groups and sources. Export the pipeline from a file
 * for `spillway run`, `replay` and `audit`.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for two definitions of one kind whose names are equal or differ in case alone, an entity
 * with two types, a value function without its model, or a label `censoredBy` anything but an answering action of its model.
 * @example
 * // The model brings its source and its feature groups; `worth` lets `spillway audit` report dollars.
 * export default pipeline('fraud', [
 *   action('review', { when: fraud.score.gte(0.9), do: stdout() }),
 *   worth(fraud, money({ saves: 'amount', wrong: 2 })),
 * ])
 * @example
 * // A feature group alone: its values are served and can be backfilled; nothing is decided.
 * const serving = pipeline('serving', [cardNow])
 * serving.ir.sources.map(source => source.name) // => ['payments']
 */
export function pipeline(
  name: string,
  parts: readonly (PipelinePart | Hint<'parts: actions, reports, models, feature groups and worths bring their sources'>)[],
): Pipeline {
  const definitions = collectDefinitions(checkName('pipeline', name), parts)
  const { sources, groups, models, actions } = definitions
  const ir = deepFreeze(irOf(name, definitions))
  return Object.freeze({
    name,
    ir,
    fingerprint: fingerprintOf(ir),
    maps: byName(sources, source => source.map),
    scores: byName(models, model => model.compute),
    effects: byName(actions, action => action.run),
    destinations: byName(actions, action => action.open),
    groupDefinedAt: byName(groups, group => group.definedAt),
    worths: pipelineWorths(definitions.worths, { pipeline: name, models, actions: ir.actions ?? [] }),
  })
}

function irOf(name: string, { sources, groups, models, actions, reports }: Definitions): PipelineIR {
  return {
    version: IR_VERSION,
    name,
    sources: sources.map(source => source.ir),
    groups: groups.map(group => group.ir),
    models: models.map(model => model.ir),
    ...(actions.length > 0 && { actions: actions.map(action => action.ir) }),
    ...(reports.length > 0 && { reports: reports.map(report => report.ir) }),
  }
}

/** A value of each definition by its name, without the definitions that lack it. */
function byName<T extends { readonly name: string }, V>(
  definitions: readonly T[],
  valueOf: (of: T) => V | undefined,
): ReadonlyMap<string, V> {
  return new Map(
    definitions.flatMap(definition => {
      const value = valueOf(definition)
      return value === undefined ? [] : [[definition.name, value]]
    }),
  )
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object') for (const field of Object.values(Object.freeze(value))) deepFreeze(field)
  return value
}
