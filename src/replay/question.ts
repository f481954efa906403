/**
 * Builds the request of a training set: a model without a score that decides on request, at each row's keys and time.
 *
 * Beside the wanted inputs it has one more per group read: the time since the key's newest visible event. That is a feature like any
 * other, so the kernel handles placements, revisions and as-of times here too.
 */
import { SpillwayError, didYouMean, requireDefinition, unknownNameError, definitionOf } from '../base/index.ts'
import { groupReads } from '../decision/index.ts'
import {
  type ColumnIR,
  type FeatureIR,
  type GroupIR,
  type InputIR,
  type ModelIR,
  type PipelineIR,
  expressionLeaves,
} from '../define/ir/index.ts'
import { triggerColumns, triggerKey } from '../define/model/index.ts'

/** Names of users contain no `#`. */
const NEWEST = '#newest'
const REQUEST_MODEL = '#rows'

/** The inputs of a training set, and the pipeline that computes them. */
export interface Question {
  /** The groups that are read, with the feature for the age of their newest event, and their sources. */
  readonly ir: PipelineIR
  /** The wanted inputs, then the time since the newest event of each group read, in the order of `groupReads`. */
  readonly model: ModelIR
  /** Columns of a row that give keys; a sample is taken by the first. Each may be NULL. */
  readonly keys: readonly ColumnIR[]
  /** Further columns of a row that inputs need. */
  readonly fields: readonly ColumnIR[]
  /** The wanted inputs. */
  readonly inputs: readonly InputIR[]
}

/**
 * A training set of the inputs of a model; a row has the trigger's fields that they refer to.
 *
 * @throws SpillwayError `SPILL_NOT_FOUND` for an unknown model, `SPILL_INPUT` for one without features; `SPILL_UNSUPPORTED` for a
 * feature with `before`, since no event triggers.
 * @example
 * ```ts
 * const { keys, fields } = modelQuestion(pipeline.ir, 'risk')
 * ```
 */
export function modelQuestion(ir: PipelineIR, name: string): Question {
  const model = requireDefinition(ir.name, 'model', ir.models, name)
  const leaves = model.inputs.flatMap(({ expr }) => expressionLeaves(expr))
  const keyNames = new Set(leaves.flatMap(leaf => (leaf.op === 'feature' ? leaf.key : [])))
  if (keyNames.size === 0)
    throw new SpillwayError('SPILL_INPUT', `model '${name}' reads no feature, so its rows have no keys; name groups instead`)
  const columns = triggerColumns(ir, model)
  const { name: first } = triggerKey(ir, model)
  const keys = columns.filter(column => keyNames.has(column.name)).sort((a, b) => Number(b.name === first) - Number(a.name === first))
  const fieldNames = new Set(leaves.flatMap(leaf => (leaf.op === 'trigger' ? leaf.name : [])))
  const fields = columns.filter(column => fieldNames.has(column.name) && !keyNames.has(column.name))
  return questionOf(ir, model.inputs, keys.map(asKey), fields)
}

/**
 * A training set of features of groups, each named `group` or `group.feature`; a row has a column for each entity.
 *
 * @throws SpillwayError as `modelQuestion`, and `SPILL_UNSUPPORTED` if two groups need keys of two types from one column.
 * @example
 * ```ts
 * const question = groupsQuestion(pipeline.ir, ['card', 'terminal.amount7d'])
 * ```
 */
export function groupsQuestion(ir: PipelineIR, names: readonly string[]): Question {
  const keys = new Map<string, ColumnIR>()
  const inputs = names.flatMap(name => {
    const { group, features } = featuresNamed(ir, name)
    const columns = keyColumns(ir, group)
    for (const column of columns) addKey(keys, column, group)
    const key = columns.map(({ name }) => name)
    return features.map(({ name, type, scale }): InputIR => ({
      name: `${group.name}.${name}`,
      expr: { op: 'feature', group: group.name, key, name, type, ...(scale !== undefined && { scale }) },
    }))
  })
  const twice = inputs.find(({ name }, i) => inputs.findIndex(other => other.name === name) < i)
  if (twice) throw new SpillwayError('SPILL_INPUT', `feature '${twice.name}' is requested twice; name it once`)
  return questionOf(ir, inputs, [...keys.values()], [])
}

function questionOf(ir: PipelineIR, inputs: readonly InputIR[], keys: readonly ColumnIR[], fields: readonly ColumnIR[]): Question {
  const columns = [...keys, ...fields]
  const requestModel: ModelIR = {
    name: REQUEST_MODEL,
    decide: { kind: 'request', columns, key: keys[0].name },
    inputs,
    score: { kind: 'linear', intercept: 0, terms: [] },
  }
  const reads = groupReads(ir, requestModel)
  for (const { group } of reads) checkNotBefore(group)
  const newest = reads.map(({ group, key }): InputIR => ({
    name: NEWEST,
    expr: { op: 'feature', group: group.name, key, name: NEWEST, type: 'duration' },
  }))
  const groups = ir.groups.filter(({ name }) => reads.some(read => read.group.name === name))
  return {
    ir: {
      ...ir,
      sources: ir.sources.filter(({ name }) => groups.some(({ source }) => source === name)),
      groups: groups.map(group => ({ ...group, features: [...group.features, sinceNewest] })),
      models: [],
    },
    model: { ...requestModel, inputs: [...inputs, ...newest] },
    keys,
    fields,
    inputs,
  }
}

/** The time from the key's newest visible event to the group's as-of time. */
const sinceNewest: FeatureIR = { name: NEWEST, agg: 'timeSinceLast', window: 'lifetime', hop: 1, type: 'duration' }

function checkNotBefore({ name, features }: GroupIR): void {
  const before = features.find(feature => feature.before)
  if (before)
    throw new SpillwayError(
      'SPILL_UNSUPPORTED',
      `feature '${name}.${before.name}' leaves the triggering event out (before), and a row of keys and a time has none; ` +
        'take the decisions that were made (--decisions), or name other features',
    )
}

function featuresNamed(ir: PipelineIR, path: string): { group: GroupIR; features: readonly FeatureIR[] } {
  const [name, feature, ...more] = path.split('.')
  const group = ir.groups.find(candidate => candidate.name === name)
  if (!group)
    throw unknownNameError(
      ir.name,
      'group',
      name,
      ir.groups.map(each => each.name),
    )
  if (feature === undefined) return { group, features: group.features }
  const features = group.features.filter(candidate => candidate.name === feature && more.length === 0)
  const names = group.features.map(candidate => candidate.name)
  if (features.length === 0)
    throw new SpillwayError(
      'SPILL_NOT_FOUND',
      `group '${name}' has no feature '${path.slice(name.length + 1)}'${didYouMean(feature, names)}`,
    )
  return { group, features }
}

/** A group's key columns in a row: named like the entity, or like the source's column if an entity is in the key twice. */
function keyColumns(ir: PipelineIR, { source: name, entity, key }: GroupIR): ColumnIR[] {
  const source = definitionOf(ir.sources, name)
  return key.map((own, i) => {
    const column = definitionOf(source.columns, own)
    const isAlone = entity.filter(each => each === entity[i]).length === 1
    return asKey({ ...column, name: isAlone ? entity[i] : own })
  })
}

/** The key column of a row. Declared bounds do not apply here: a key may be any value, or NULL. */
const asKey = ({ name, type, scale, zone, entity }: ColumnIR): ColumnIR => ({
  name,
  type,
  nullable: true,
  ...(scale !== undefined && { scale }),
  ...(zone !== undefined && { zone }),
  ...(entity !== undefined && { entity }),
})

function addKey(keys: Map<string, ColumnIR>, column: ColumnIR, group: GroupIR): void {
  const existing = keys.get(column.name)
  if (existing && (existing.type !== column.type || existing.scale !== column.scale))
    throw new SpillwayError(
      'SPILL_UNSUPPORTED',
      `the key '${column.name}' of group '${group.name}' is ${column.type}, and of another group ${existing.type}; ` +
        'make a training set of each',
    )
  keys.set(column.name, existing ?? column)
}
