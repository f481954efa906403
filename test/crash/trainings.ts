/** Trained models in a random case: their labels, schedules, expected versions, and requests of people. */
import type { ColumnIR, LabelIR, ModelIR, PipelineIR, SourceIR, TrainIR } from '../../src/define/ir/ir.ts'
import { isListAggregate } from '../../src/define/ir/signatures.ts'
import { triggerKey } from '../../src/define/model/trigger.ts'
import type { Draw } from '../property/generate/draw.ts'
import { conditionOn } from '../property/generate/label-case.ts'
import type { CrashCase, Feed, SentRecord, Step } from './case.ts'
import { isExact } from './exact-inputs.ts'

const OUTCOMES = 'outcomes'
/** Share of the events with an id that get an outcome. */
const NAMED = 0.7
const NOISE = 0.15

/** The same case with one or two models that are trained beside its processes; `undefined` if none can be. `span`: of its history, ms. */
export function withTrainings(draw: Draw, of: CrashCase, span: number): CrashCase | undefined {
  // A log that has forgotten its beginning trains nothing, which few cases need to show.
  if (of.keep !== undefined && draw.chance(0.8)) return undefined
  const outcomes = drawOutcomes(draw, of, span)
  const drawn = of.ir.models.flatMap(model => {
    const label = outcomes?.of === model.name ? outcomes.label : draw.chance(0.6) ? keyedLabel(draw, of, model, span) : undefined
    const trained = label && trainable(draw, of.ir, model, label, span)
    return trained ? [[model.name, trained] as const] : []
  })
  if (drawn.length === 0) return undefined
  const models = new Map(drawn)
  const thresholds = new Map((of.ir.actions ?? []).map(({ name }) => [name, draw.pick([0.3, 0.5, 0.7])]))
  const withModels = (ir: PipelineIR): PipelineIR => ({
    ...ir,
    sources: outcomes ? [...ir.sources, outcomes.source] : ir.sources,
    models: ir.models.map(model => models.get(model.name) ?? model),
    ...(ir.actions && {
      // The score of a version is a probability.
      actions: ir.actions.map(action =>
        models.has(action.model) && action.when.op === 'gte'
          ? { ...action, when: { ...action.when, right: { op: 'literal', value: thresholds.get(action.name)!, type: 'double' } } }
          : action,
      ),
    }),
  })
  const steps = outcomes ? outcomes.among(of.steps) : of.steps
  return {
    ...of,
    ir: withModels(of.ir),
    changed: (of.changed ?? []).map(withModels),
    feeds: outcomes ? [...of.feeds, outcomes.feed] : of.feeds,
    steps: withRequests(draw, [...models.keys()], steps),
    trainings: {
      turns: draw.pick([0, 1, 3, 10]),
      ...(draw.chance(0.2) && { failing: draw.pick([2, 3, 5]) }),
      rest: Math.max(1, Math.ceil(span / draw.pick([3, 6]))),
    },
  }
}

/** Inputs that are numbers and equal however they are computed; a model without such inputs is not trained. */
function trainable(draw: Draw, ir: PipelineIR, model: ModelIR, label: LabelIR, span: number): ModelIR | undefined {
  const inputs = model.inputs.filter(input => isExact(ir, input) && isNumber(ir, input))
  if (inputs.length === 0) return undefined
  const names = new Set(inputs.map(({ name }) => name))
  const { score } = model
  const own = score.kind === 'linear' ? { ...score, terms: score.terms.filter(({ input }) => names.has(input)) } : score
  return { ...model, inputs, label, train: drawTrain(draw, span), score: draw.chance(0.5) ? own : { kind: 'none' } }
}

function isNumber({ groups }: PipelineIR, { expr }: ModelIR['inputs'][number]): boolean {
  if (expr.type === 'string') return false
  if (expr.op !== 'feature') return true
  return !isListAggregate(groups.find(({ name }) => name === expr.group)!.features.find(({ name }) => name === expr.name)!.agg)
}

function drawTrain(draw: Draw, span: number): TrainIR {
  const part = (parts: readonly number[]): number => Math.max(1, Math.ceil(span / draw.pick(parts)))
  const isTrees = draw.chance(0.5)
  return {
    algorithm: isTrees ? 'trees' : 'logistic',
    options: isTrees ? { rounds: 3, leaves: 4, minRows: draw.pick([1, 4]) } : {},
    ...(draw.chance(0.8) && { every: { kind: 'interval', every: part([3, 6, 15]), phase: 0 } }),
    promote: draw.chance(0.1)
      ? { kind: 'hand' }
      : {
          kind: 'rule',
          metric: draw.pick(['auc', 'logloss'] as const),
          betterBy: draw.pick([0, 0, 0, 0.02]),
          ...(draw.chance(0.75) && { shadow: part([8, 20, 60]) }),
        },
  }
}

interface Outcomes {
  /** The model that is trained on them. */
  readonly of: string
  readonly source: SourceIR
  readonly feed: Feed
  readonly label: LabelIR
  /** Inserts their sends among the others, so that most arrive about when they become known. */
  readonly among: (steps: readonly Step[]) => Step[]
}

/** A source with the outcomes of events with an id, some of them late. */
function drawOutcomes(draw: Draw, { ir, feeds }: CrashCase, span: number): Outcomes | undefined {
  const deciding = ir.models.flatMap(({ name, decide }) => {
    const source = decide.kind === 'on' && ir.sources.find(one => one.name === decide.source && one.id !== undefined)
    return source ? [{ name, source, feed: feeds.findIndex(one => one.source === source.name) }] : []
  })
  if (deciding.length === 0 || draw.chance(0.2)) return undefined
  const { name, source, feed } = draw.pick(deciding)
  const negativeAfter = Math.max(1, Math.ceil(span / draw.pick([20, 60, 200])))
  const records = recordsOf(draw, source, feeds[feed].records, negativeAfter)
  const bad = { op: 'column', name: 'bad', type: 'bool' } as const
  return {
    of: name,
    source: {
      name: OUTCOMES,
      columns: [
        { name: 'ref', type: 'string', nullable: false },
        { name: 'bad', type: 'bool', nullable: true },
        { name: 'at', type: 'timestamp', nullable: false },
      ],
      key: 'ref',
      time: 'at',
      arrives: { kind: 'after', delay: 0 },
      allowedLateness: 0,
      maxClockSkew: 60_000,
      dedupe: 0,
    },
    feed: { source: OUTCOMES, resend: 'cursor', records },
    label: { kind: 'from', source: OUTCOMES, join: 'ref', value: bad, negativeAfter },
    among: steps => {
      const { records: all } = feeds[feed]
      let [sentCount, outcomeCount] = [0, 0]
      return steps.flatMap((step): Step[] => {
        if (step.do !== 'send' || step.feed !== feed || sentCount >= all.length) return [step]
        sentCount = Math.min(all.length, sentCount + step.count)
        const upTo = records.findLastIndex(({ at }) => at <= all[sentCount - 1].at) + 1
        const count = upTo - outcomeCount
        outcomeCount = Math.max(outcomeCount, upTo)
        return count > 0 ? [{ do: 'send', feed: feeds.length, count }, step] : [step]
      })
    },
  }
}

function recordsOf(draw: Draw, { id }: SourceIR, events: readonly SentRecord[], negativeAfter: number): SentRecord[] {
  // In one half of the ids most outcomes are bad, in the other few.
  const halves = new Map<string, boolean>()
  const records = events.flatMap(({ row, at: decidedAt }): SentRecord[] => {
    const ref = row?.[id!] ?? null
    if (typeof ref !== 'string' || !draw.chance(NAMED)) return []
    const isBad = halves.get(ref) ?? draw.chance(0.5)
    halves.set(ref, isBad)
    const at = decidedAt + draw.between(0, Math.ceil(negativeAfter * 1.2))
    const bad = draw.chance(0.02) ? null : draw.chance(NOISE) ? !isBad : isBad
    const own = { ref, bad, at }
    return [{ raw: own, row: own, at }]
  })
  return records.toSorted((a, b) => a.at - b.at)
}

/** An episode, an event or its absence at the key of the decision. */
function keyedLabel(draw: Draw, of: CrashCase, model: ModelIR, span: number): LabelIR | undefined {
  const episode = beginsFor(draw, of, model, span)
  if (!episode || draw.chance(0.5)) return episode
  const { source, key, condition: where, within } = episode
  const lateness = draw.pick([0, Math.ceil(within / 10)])
  return { kind: 'happens', source, key, where, within, lateness, ...(draw.chance(0.5) && { negated: true }) }
}

/** Does an episode begin soon, at the key of the decision? */
function beginsFor(draw: Draw, { ir, feeds }: CrashCase, model: ModelIR, span: number): Extract<LabelIR, { kind: 'begins' }> | undefined {
  const key = triggerKey(ir, model)
  const isLike = ({ type, scale }: ColumnIR): boolean => type === key.type && scale === key.scale
  const read = model.inputs.flatMap(({ expr }) => (expr.op === 'feature' ? [expr.group] : []))
  const places = ir.groups
    .filter(({ name }) => read.includes(name))
    .map(group => ({ source: ir.sources.find(({ name }) => name === group.source)!, key: group.key[0] }))
  const fitting = places.filter(place => isLike(place.source.columns.find(({ name }) => name === place.key)!))
  if (fitting.length === 0) return undefined
  const { source, key: column } = draw.pick(fitting)
  const rows = feeds.find(feed => feed.source === source.name)!.records.flatMap(({ row }) => (row ? [{ row }] : []))
  if (rows.length === 0) return undefined
  return {
    kind: 'begins',
    source: source.name,
    key: column,
    condition: conditionOn(draw, source, rows),
    within: Math.max(1, Math.ceil(span / draw.pick([20, 60]))),
    lasting: 0,
    maxGap: span + 1,
  }
}

/** Requested trainings and promotions, of the run or by a command while nothing runs. */
function withRequests(draw: Draw, models: readonly string[], steps: readonly Step[]): Step[] {
  const often = draw.pick([0.03, 0.1, 0.25])
  const pick = (): number => draw.between(0, 20)
  return steps.flatMap((step): Step[] => {
    if (!draw.chance(often)) return [step]
    const model = draw.pick(models)
    const request = draw.weighted<() => Step>([
      [3, () => ({ do: 'train', model })],
      [3, () => ({ do: 'promote', model, version: pick(), by: 'run' })],
      [1, () => ({ do: 'promote', model, version: 'previous', by: 'run' })],
      [1, () => ({ do: 'promote', model, version: draw.chance(0.3) ? 'previous' : pick(), by: 'command' })],
    ])()
    return [request, step]
  })
}
