import type { LoggedEvent } from '../../../src/define/source/source.ts'
import type { ColumnIR, ExprIR, LabelIR, ModelIR, PipelineIR, SourceIR, Value } from '../../../src/define/ir/ir.ts'
import { triggerKey } from '../../../src/define/model/trigger.ts'
import type { Fate } from '../../oracle/exploration.ts'
import { typeOf } from './columns.ts'
import { deciding, type DecisionCase } from './deciders.ts'
import { Draw } from './draw.ts'

/**
 * The pipeline of a seed that decides on events, at ticks and on request, with a label for each of its models, and times at which labels
 * are read. Periods are those between two events, or an event and a decision, and a millisecond more or less, so that both sides of each
 * edge occur.
 */
export function labelling(seed: number): (DecisionCase & { readonly at: readonly number[] }) | undefined {
  const drawn = deciding(seed)
  if (!drawn) return undefined
  const draw = new Draw(seed + 2_000_000)
  const { log, run } = drawn
  const ir = draw.chance(0.5) ? withIds(draw, drawn.ir) : drawn.ir
  const models = ir.models.flatMap(model => {
    const label = labelFor(draw, ir, model, log)
    return label ? [{ ...model, label }] : []
  })
  if (models.length === 0) return undefined
  const ends = models.flatMap(({ label }) => log.map(({ arrival }) => arrival + reachOf(label)))
  const at = [
    run.until,
    ...Array.from({ length: 6 }, () => draw.pick(draw.chance(0.7) ? log.map(({ arrival }) => arrival) : ends) + jitter(draw)),
  ]
  return { ...withCensoring(new Draw(seed + 3_000_000), { ir: { ...ir, models }, log, run }), at }
}

/** Some labels are censored by one of two actions, and some decisions have a recorded score. */
function withCensoring(draw: Draw, { ir, log, run }: DecisionCase): DecisionCase {
  const deciding = ir.models.find(({ label }) => label?.kind === 'from')
  if (!deciding || draw.chance(0.5)) return { ir, log, run }
  const score = (least: number): ExprIR => ({
    op: 'gte',
    left: { op: 'column', name: 'score', type: 'double' },
    right: { op: 'literal', value: least, type: 'double' },
    type: 'bool',
  })
  const actions = ['decline', 'hold'].map(
    (name, i) => ({ name, model: deciding.name, when: score(3 + 3 * i), do: { kind: 'answer', answer: name } }) as const,
  )
  const models = ir.models.map(model =>
    model === deciding && model.label?.kind === 'from'
      ? { ...model, label: { ...model.label, censoredBy: draw.pick([['decline'], ['hold'], ['decline', 'hold']]) } }
      : model,
  )
  const scores = Object.fromEntries(log.flatMap((_, i) => (draw.chance(0.8) ? [[i, draw.chance(0.1) ? null : draw.between(0, 8)]] : [])))
  // The recorded exploration is independent of today's condition.
  const recorded = ['decline', 'hold'].filter(() => draw.chance(0.4))
  const fate = (): Fate => draw.pick(['not met', 'followed', 'explored'])
  const fates = Object.fromEntries(Object.keys(scores).map(i => [i, Object.fromEntries(recorded.map(name => [name, fate()]))]))
  return { ir: { ...ir, models, actions }, log, run: { ...run, scores, fates } }
}

function reachOf(label: LabelIR): number {
  if (label.kind === 'from') return label.negativeAfter
  return label.within + (label.kind === 'begins' ? label.lasting : label.lateness)
}

const jitter = (draw: Draw): number => draw.pick([-1, 0, 0, 0, 1])

/** Ids are some column: they repeat, and may be NULL. */
const withIds = (draw: Draw, ir: PipelineIR): PipelineIR => ({
  ...ir,
  sources: ir.sources.map(source => ({
    ...source,
    id: draw.pick(source.columns.filter(({ type }) => type !== 'bool' && type !== 'double')).name,
  })),
})

function labelFor(draw: Draw, ir: PipelineIR, model: ModelIR, log: readonly LoggedEvent[]): LabelIR | undefined {
  const { decide } = model
  const deciding = ir.sources.find(({ name }) => decide.kind === 'on' && decide.source === name)
  const id = deciding?.columns.find(({ name }) => name === deciding.id)
  if (id) return fromFor(draw, ir, id, log)
  return draw.chance(0.5) ? beginsFor(draw, ir, triggerKey(ir, model), log) : happensFor(draw, ir, triggerKey(ir, model), log)
}

function fromFor(draw: Draw, { sources }: PipelineIR, id: ColumnIR, log: readonly LoggedEvent[]): LabelIR | undefined {
  const source = draw.pick(sources)
  const own = log.filter(event => event.source === source.name)
  const joins = source.columns.filter(({ type, scale }) => type === id.type && scale === id.scale)
  if (joins.length === 0 || own.length === 0) return undefined
  const apart = Math.abs(draw.pick(own).arrival - draw.pick(log).arrival)
  return {
    kind: 'from',
    source: source.name,
    join: draw.pick(joins).name,
    value: conditionOn(draw, source, own),
    negativeAfter: Math.max(1, apart + jitter(draw)),
  }
}

/** A source with events, its events, and its columns that may hold the key of decisions. */
function keyedSource(draw: Draw, { sources }: PipelineIR, key: ColumnIR, log: readonly LoggedEvent[]) {
  const source = draw.pick(sources)
  const own = log.filter(event => event.source === source.name)
  const keys = source.columns.filter(({ name, type, scale }) => ['k', 'g'].includes(name) && type === key.type && scale === key.scale)
  return keys.length === 0 || own.length === 0 ? undefined : { source, own, keys }
}

function happensFor(draw: Draw, ir: PipelineIR, key: ColumnIR, log: readonly LoggedEvent[]): LabelIR | undefined {
  const drawn = keyedSource(draw, ir, key, log)
  if (!drawn) return undefined
  const { source, own, keys } = drawn
  const delays = own.map(({ time, arrival }) => arrival - time)
  const apart = Math.abs(draw.pick(own).time - draw.pick(log).arrival)
  return {
    kind: 'happens',
    source: source.name,
    key: draw.pick(keys).name,
    ...(draw.chance(0.5) && { where: conditionOn(draw, source, own) }),
    within: Math.max(1, apart + jitter(draw)),
    lateness: Math.max(0, (draw.chance(0.4) ? 0 : draw.pick(delays)) + jitter(draw)),
    ...(draw.chance(0.5) && { negated: true }),
  }
}

function beginsFor(draw: Draw, ir: PipelineIR, key: ColumnIR, log: readonly LoggedEvent[]): LabelIR | undefined {
  const drawn = keyedSource(draw, ir, key, log)
  if (!drawn) return undefined
  const { source, own, keys } = drawn
  const times = own.map(({ time }) => time).sort((a, b) => a - b)
  const near = () => draw.between(1, 4)
  const span = (steps: number) => {
    const i = draw.between(0, Math.max(0, times.length - 1 - steps))
    return Math.max(0, (times[i + steps] ?? times.at(-1)!) - times[i] + jitter(draw))
  }
  return {
    kind: 'begins',
    source: source.name,
    key: draw.pick(keys).name,
    condition: conditionOn(draw, source, own),
    within: Math.max(1, span(near())),
    lasting: draw.chance(0.3) ? 0 : span(near()),
    maxGap: Math.max(1, draw.chance(0.3) ? span(2) : span(draw.between(3, 20))),
  }
}

/** A comparison of a column with one of its values. */
export function conditionOn(draw: Draw, { columns, time }: SourceIR, events: readonly Pick<LoggedEvent, 'row'>[]): ExprIR {
  const column = draw.pick(columns.filter(({ name }) => name !== time))
  const leaf: ExprIR = { op: 'column', name: column.name, ...typeOf(column) }
  const values = events.map(({ row }) => row[column.name] ?? null).filter(value => value !== null)
  if (column.type === 'bool' && draw.chance(0.7)) return leaf
  if (values.length === 0) return { op: 'isNull', of: leaf, type: 'bool' }
  const value: Exclude<Value, null> = draw.pick(values)
  const op = draw.pick(column.type === 'bool' ? (['eq', 'ne'] as const) : (['lt', 'lte', 'gt', 'gte', 'eq', 'ne'] as const))
  return { op, left: leaf, right: { op: 'literal', value, ...typeOf(column) }, type: 'bool' }
}
