/**
 * What a training set asks of a pipeline at each of its rows: a model that decides on request, at the row's keys and time, and scores nothing.
 *
 * Beside the inputs that are wanted it has one for each group read, the time since the newest event known of the key: a feature as any other, so that
 * placements, revisions and clocks are the kernel's here too.
 */
import { SpillwayError } from '../base/errors.ts'
import { didYouMean } from '../base/did-you-mean.ts'
import { groupReads, leavesOf } from '../decision/reads.ts'
import type { ColumnIR, FeatureIR, GroupIR, InputIR, ModelIR, PipelineIR } from '../define/ir/ir.ts'
import { triggerColumns, triggerKey } from '../define/model/trigger-columns.ts'

/** No name of a user's has a `#`. */
const NEWEST = '#newest'
const ASKED = '#rows'

export interface Question {
  /** The groups that are read, with what tells the age of their newest event, and the sources of those. */
  readonly ir: PipelineIR
  /** The inputs wanted, and behind them the time since the newest event of each group read, in the order of `groupReads`. */
  readonly model: ModelIR
  /** Columns of a row that give keys; the first is what a sample is taken by. Any may be NULL. */
  readonly keys: readonly ColumnIR[]
  /** Further columns of a row that inputs are made of. */
  readonly fields: readonly ColumnIR[]
  readonly inputs: readonly InputIR[]
}

/**
 * The inputs of a model: a row has the fields of its trigger that they refer to. Throws `SPILL_INPUT` for a model that there is not, or that reads
 * nothing; `SPILL_UNSUPPORTED` for a feature with `before`, which has no meaning where no event triggers.
 */
export function modelQuestion(ir: PipelineIR, name: string): Question {
  const model = ir.models.find(candidate => candidate.name === name)
  if (!model) throw noSuch(ir, 'model', name, ir.models)
  const leaves = model.inputs.flatMap(({ expr }) => leavesOf(expr))
  const keyNames = new Set(leaves.flatMap(leaf => (leaf.op === 'feature' ? leaf.key : [])))
  if (keyNames.size === 0)
    throw new SpillwayError('SPILL_INPUT', `model '${name}' reads no feature, so that nothing is known of a key; name groups instead`)
  const columns = triggerColumns(ir, model)
  const { name: first } = triggerKey(ir, model)
  const keys = columns.filter(column => keyNames.has(column.name)).sort((a, b) => Number(b.name === first) - Number(a.name === first))
  const fieldNames = new Set(leaves.flatMap(leaf => (leaf.op === 'trigger' ? leaf.name : [])))
  const fields = columns.filter(column => fieldNames.has(column.name) && !keyNames.has(column.name))
  return questionOf(ir, model.inputs, keys.map(asKey), fields)
}

/**
 * The features of groups, each named `group` or `group.feature`: a row has a column for each entity. Throws as `modelQuestion` does, and
 * `SPILL_UNSUPPORTED` where two groups would take keys of two types from one column.
 */
export function groupsQuestion(ir: PipelineIR, names: readonly string[]): Question {
  const keys = new Map<string, ColumnIR>()
  const inputs = names.flatMap(asked => {
    const { group, features } = featuresNamed(ir, asked)
    const columns = keyColumns(ir, group)
    for (const column of columns) addKey(keys, column, group)
    const key = columns.map(({ name }) => name)
    return features.map(({ name, type, scale }): InputIR => ({
      name: `${group.name}.${name}`,
      expr: { op: 'feature', group: group.name, key, name, type, ...(scale !== undefined && { scale }) },
    }))
  })
  const twice = inputs.find(({ name }, i) => inputs.findIndex(other => other.name === name) < i)
  if (twice) throw new SpillwayError('SPILL_INPUT', `feature '${twice.name}' is asked for twice; name it once`)
  return questionOf(ir, inputs, [...keys.values()], [])
}

function questionOf(ir: PipelineIR, inputs: readonly InputIR[], keys: readonly ColumnIR[], fields: readonly ColumnIR[]): Question {
  const columns = [...keys, ...fields]
  const wanted: ModelIR = {
    name: ASKED,
    decide: { kind: 'request', columns, key: keys[0].name },
    inputs,
    score: { kind: 'linear', intercept: 0, terms: [] },
  }
  const reads = groupReads(ir, wanted)
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
    model: { ...wanted, inputs: [...inputs, ...newest] },
    keys,
    fields,
    inputs,
  }
}

/** From the clock of the group back to the newest event that is known of the key. */
const sinceNewest: FeatureIR = { name: NEWEST, agg: 'timeSinceLast', window: 'lifetime', hop: 1, type: 'duration' }

function checkNotBefore({ name, features }: GroupIR): void {
  const before = features.find(feature => feature.before)
  if (before)
    throw new SpillwayError(
      'SPILL_UNSUPPORTED',
      `feature '${name}.${before.name}' leaves the triggering event out (before), and a row of keys and a time has none; take the decisions that were made (--decisions), or name other features`,
    )
}

function featuresNamed(ir: PipelineIR, asked: string): { group: GroupIR; features: readonly FeatureIR[] } {
  const [name, feature, ...more] = asked.split('.')
  const group = ir.groups.find(candidate => candidate.name === name)
  if (!group) throw noSuch(ir, 'group', name, ir.groups)
  if (feature === undefined) return { group, features: group.features }
  const features = group.features.filter(candidate => candidate.name === feature && more.length === 0)
  const names = group.features.map(candidate => candidate.name)
  if (features.length === 0)
    throw new SpillwayError('SPILL_INPUT', `group '${name}' has no feature '${asked.slice(name.length + 1)}'${didYouMean(feature, names)}`)
  return { group, features }
}

/** A group's key in a row: a column called as the entity, or as the source's own column where an entity is in the key twice. */
function keyColumns(ir: PipelineIR, { source: name, entity, key }: GroupIR): ColumnIR[] {
  const source = ir.sources.find(candidate => candidate.name === name)!
  return key.map((own, i) => {
    const column = source.columns.find(candidate => candidate.name === own)!
    const isAlone = entity.filter(each => each === entity[i]).length === 1
    return asKey({ ...column, name: isAlone ? entity[i] : own })
  })
}

/** What is declared of its values is the door's to check: here an id may be any, or none. */
const asKey = ({ name, type, scale, zone, entity }: ColumnIR): ColumnIR => ({
  name,
  type,
  nullable: true,
  ...(scale !== undefined && { scale }),
  ...(zone !== undefined && { zone }),
  ...(entity !== undefined && { entity }),
})

function addKey(keys: Map<string, ColumnIR>, column: ColumnIR, group: GroupIR): void {
  const known = keys.get(column.name)
  if (known && (known.type !== column.type || known.scale !== column.scale))
    throw new SpillwayError(
      'SPILL_UNSUPPORTED',
      `the key '${column.name}' of group '${group.name}' is ${column.type}, and of another group ${known.type}; make a training set of each`,
    )
  keys.set(column.name, known ?? column)
}

function noSuch(ir: PipelineIR, what: string, name: string, of: readonly { readonly name: string }[]): SpillwayError {
  const names = of.map(each => each.name)
  return new SpillwayError('SPILL_INPUT', `pipeline '${ir.name}' has no ${what} '${name}'${didYouMean(name, names)}`)
}
