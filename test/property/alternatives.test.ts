/**
 * The audit's alternatives equal a replay from scratch: of a pipeline with its groups placed so, of a history with its arrivals changed so,
 * of decisions made at those times. Random pipelines, histories and settings; scores bit by bit.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Plan, ElementSetting } from '../../src/audit/domain/element.ts'
import { scoreInto, scoringOf } from '../../src/audit/experiment/timeline/case-inputs.ts'
import { Replays, type Replayed } from '../../src/audit/experiment/replay/replays.ts'
import { limits } from '../../src/base/limits.ts'
import type { ColumnData } from '../../src/columns/block.ts'
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { GroupIR, ModelIR, PipelineIR, PlacementIR, ScheduleIR } from '../../src/define/ir/ir.ts'
import { decide } from '../../src/replay/decide.ts'
import { scheduledTimes } from '../../src/kernel/schedule.ts'
import type { Run } from '../oracle/oracle.ts'
import { isReplayed, logOf } from './engines/replay-order.ts'
import { deciding } from './generate/deciders.ts'
import { Draw } from './generate/draw.ts'
import { sweep } from '../sweep.ts'

const CASES = sweep(16, 40)
const OFFSETS = limits.OFFSET_MAX

interface Drawn {
  readonly ir: PipelineIR
  readonly model: ModelIR
  readonly log: readonly LoggedEvent[]
  readonly run: Run
}

/** A score by its subject: the event by its index in the log, or the time and the key of a tick or request, with its occurrence. */
type Scores = Map<string, number | null>

test('a group with a different setting has the values of a pipeline with that placement', () => {
  let compared = 0
  for (const { seed, draw, drawn } of cases()) {
    const groups = new Map(drawn.ir.groups.map(({ name, place }) => [name, groupSetting(draw, place, spanOf(drawn.log))]))
    const plan: Plan = new Map([...groups].map(([name, { setting }]) => [`group/${name}`, setting]))
    const ir = { ...drawn.ir, groups: drawn.ir.groups.map((group): GroupIR => ({ ...group, place: groups.get(group.name)!.place })) }
    compared += same(`seed ${seed}`, drawn, plan, fromScratch({ ...drawn, ir }))
  }
  assert.ok(compared > 25 * CASES, `only ${compared} decisions were compared`)
})

test('a delayed, batched or faster ingestion gives the scores of a history with those ingestion times', () => {
  const compared = { older: 0, every: 0, batch: 0, faster: 0 }
  for (const { seed, draw, drawn } of cases()) {
    const span = spanOf(drawn.log)
    const kind = draw.pick(['older', 'every', 'batch', 'faster'] as const)
    const setting = ingestionSetting(draw, kind, span)
    if (kind === 'faster' && drawn.log.every(({ time, arrival }) => time === arrival)) {
      assert.throws(() => underPlan(drawn, new Map([['ingestion', setting]])), {
        code: 'SPILL_UNSUPPORTED',
        message: /^not observable in this history/,
      })
      continue
    }
    const log = arriving(drawn, setting)
    const run = { ...drawn.run, requests: requestsIn(drawn, log, kind === 'faster') }
    const plan: Plan = new Map([['ingestion', setting]])
    compared[kind] += same(
      `seed ${seed}, ${JSON.stringify(setting)}`,
      drawn,
      plan,
      fromScratch({ ...drawn, log, run }, drawn.log),
      kind === 'faster',
    )
  }
  for (const [kind, count] of Object.entries(compared)) assert.ok(count > 4 * CASES, `only ${count} decisions of '${kind}' were compared`)
})

test('scores at the multiples of a period are those of ticks, or of requests, at these times', () => {
  let compared = 0
  for (const { seed, draw, drawn } of cases()) {
    const { model, ir } = drawn
    const { decide: trigger } = model
    const every = trigger.kind === 'every' ? trigger.every * draw.between(1, 4) : 1 + draw.magnitude(spanOf(drawn.log) + 1)
    const plan: Plan = new Map([['inference', { kind: 'every', every }]])
    if (trigger.kind === 'every') {
      const slower: ModelIR = { ...model, decide: { ...trigger, every } }
      compared += same(`seed ${seed}`, drawn, plan, fromScratch({ ...drawn, model: slower }))
      continue
    }
    const leavesOut = ir.groups.some(({ features }) => features.some(({ name, before }) => before && reads(model, name)))
    if (trigger.kind !== 'on' || leavesOut) continue
    const at = (event: LoggedEvent) => Math.ceil(event.arrival / every) * every + 0
    const source = ir.sources.find(({ name }) => name === trigger.source)!
    const askModel: ModelIR = { ...model, name: 'ask', decide: { kind: 'request', columns: source.columns, key: source.key } }
    const events = drawn.log.filter(
      event => event.source === source.name && !(source.deleted !== undefined && event.row[source.deleted] === true),
    )
    const requests = events.map(event => ({
      model: 'ask',
      place: drawn.log.filter(({ arrival }) => arrival <= at(event)).length,
      arrival: at(event),
      row: event.row,
    }))
    const late = { ...drawn, ir: { ...ir, models: [askModel] }, model: askModel, run: { requests } }
    const scores = decisionsOf(late)
    const expectedScores: Scores = new Map(events.map((event, i) => [String(drawn.log.indexOf(event)), scores[i].score]))
    compared += same(`seed ${seed}, on events`, drawn, plan, expectedScores)
  }
  assert.ok(compared > 25 * CASES, `only ${compared} decisions were compared`)
})

test('a delay of 0 in any elements gives the scores of the pipeline itself, to the bit', () => {
  let compared = 0
  for (const { seed, drawn } of cases()) {
    const nothing: ElementSetting = { kind: 'older', by: 0 }
    const groups = drawn.ir.groups.map(({ name }) => [`group/${name}`, nothing] as const)
    const expectedScores = fromScratch(drawn)
    for (const elements of [
      ['ingestion'],
      ['inference'],
      ['action'],
      ...groups.map(([id]) => [id]),
      ['ingestion', 'inference', ...groups.map(([id]) => id)],
    ]) {
      const plan: Plan = new Map(elements.map(id => [id, nothing]))
      compared += same(`seed ${seed}, ${elements.join()}`, drawn, plan, expectedScores)
    }
    const isLate = drawn.log.some(({ time, arrival }) => time !== arrival)
    if (isLate)
      compared += same(`seed ${seed}, faster by nothing`, drawn, new Map([['ingestion', { kind: 'faster', part: 1 }]]), expectedScores)
  }
  assert.ok(compared > 100 * CASES, `only ${compared} decisions were compared`)
})

function* cases(): Generator<{ readonly seed: number; readonly draw: Draw; readonly drawn: Drawn }> {
  for (let seed = 1; seed <= CASES; seed++) {
    const example = deciding(seed)
    if (!example || !isReplayed(example.log)) continue
    const { ir, log, run } = example
    for (const model of ir.models) {
      const drawn = { ir, model, log, run }
      if (decisionsOf(drawn).length > 0) yield { seed, draw: new Draw(seed + 3_000_000), drawn }
    }
  }
}

const spanOf = (log: readonly LoggedEvent[]): number => log.at(-1)!.arrival - log[0].arrival

const reads = ({ inputs }: ModelIR, feature: string): boolean => inputs.some(({ expr }) => expr.op === 'feature' && expr.name === feature)

/** A setting of a group, and the equivalent placement. */
function groupSetting(draw: Draw, place: PlacementIR, span: number): { readonly setting: ElementSetting; readonly place: PlacementIR } {
  const by = draw.magnitude(span + 1)
  const schedule: ScheduleIR = { kind: 'interval', every: by, phase: draw.between(0, by - 1) }
  const lasts = draw.magnitude(span + 1)
  const older = agedBy(place, by)
  return draw.pick([
    { setting: { kind: 'now' as const }, place },
    { setting: { kind: 'stream' as const }, place: { kind: 'stream' as const } },
    { setting: { kind: 'hybrid' as const, schedule }, place: { kind: 'stream' as const } },
    { setting: { kind: 'batch' as const, schedule, lasts }, place: { kind: 'scheduled' as const, schedule, lasts } },
    ...(older ? Array.from({ length: 3 }, () => ({ setting: { kind: 'older' as const, by }, place: older })) : []),
  ])
}

function agedBy(place: PlacementIR, by: number): PlacementIR | undefined {
  if (place.kind === 'stream' || place.kind === 'hybrid') return { kind: 'lag', by }
  if (place.kind === 'lag') return { kind: 'lag', by: place.by + by }
  if (place.kind === 'batch' || place.kind === 'scheduled') return { kind: 'scheduled', schedule: place.schedule, lasts: place.lasts + by }
  return undefined
}

function ingestionSetting(draw: Draw, kind: 'older' | 'every' | 'batch' | 'faster', span: number): ElementSetting {
  const by = draw.magnitude(span + 1)
  if (kind === 'older') return { kind, by }
  if (kind === 'every') return { kind, every: by }
  if (kind === 'faster') return { kind, part: draw.pick([0, 0.1, 0.5, 0.9]) }
  return { kind, schedule: { kind: 'interval', every: by, phase: draw.between(0, by - 1) }, lasts: draw.magnitude(span + 1) }
}

/** The history with the changed arrivals, in their order. */
function arriving({ ir, log }: Drawn, setting: ElementSetting): LoggedEvent[] {
  const moved: LoggedEvent[] = []
  for (const event of log) {
    const arrival = arrivalOf(event, setting)
    const { identity, key } = ir.sources.find(({ name }) => name === event.source)!
    const names = identity && [key, ...identity]
    const isRevised = (other: LoggedEvent) =>
      names &&
      other.source === event.source &&
      names.every(name => (event.row[name] ?? null) !== null && other.row[name] === event.row[name])
    moved.push({ ...event, arrival: Math.max(arrival, ...moved.filter(isRevised).map(other => other.arrival)) })
  }
  return moved.toSorted((a, b) => a.arrival - b.arrival)
}

function arrivalOf({ time, arrival }: LoggedEvent, setting: ElementSetting): number {
  if (setting.kind === 'older') return arrival + setting.by
  if (setting.kind === 'every') return Math.ceil(arrival / setting.every) * setting.every + 0
  if (setting.kind === 'faster') return time + Math.round(setting.part * (arrival - time))
  assert.ok(setting.kind === 'batch')
  const [run] = scheduledTimes(setting.schedule, arrival, Infinity)
  return run + setting.lasts
}

/**
 * Requests keep their times: after earlier events that have arrived, or, if events come sooner, after those and all that had come before.
 */
function requestsIn({ log, run: { requests = [] } }: Drawn, arrived: readonly LoggedEvent[], isSooner: boolean): Run['requests'] & {} {
  let latest = -Infinity
  return requests.map(request => {
    const t = (latest = Math.max(latest, request.arrival, log[request.place - 1]?.arrival ?? -Infinity))
    const stood = log.slice(0, request.place)
    // These come first, in order of arrival, so their number identifies them.
    const isKnown = (event: LoggedEvent) => (isSooner && event.arrival < t) || (event.arrival <= t && stood.some(isEvent(event)))
    return { ...request, place: arrived.filter(isKnown).length, arrival: t }
  })
}

const isEvent =
  ({ source, partition, offset }: LoggedEvent) =>
  (other: LoggedEvent): boolean =>
    other.source === source && other.partition === partition && other.offset === offset

interface Decision {
  readonly t: number
  readonly key: number | string
  readonly sourcePosition: number | undefined
  readonly score: number | null
}

function decisionsOf({ ir, model, log, run }: Drawn): Decision[] {
  const decisions: Decision[] = []
  const replay = logOf(ir, log, run)
  const keyOf = ({ values }: ColumnData, row: number) => (values instanceof Int32Array ? replay.strings.textOf(values[row]) : values[row])
  for (const { t, key, sourcePosition, score, length } of decide({ ir, scores: new Map() }, model, replay))
    for (let row = 0; row < length; row++)
      decisions.push({
        t: t[row],
        key: keyOf(key, row),
        sourcePosition: sourcePosition?.[row],
        score: score.nulls?.[row] ? null : score.values[row],
      })
  return decisions
}

/** `as`: the history whose order names the events. */
function fromScratch(drawn: Drawn, as: readonly LoggedEvent[] = drawn.log): Scores {
  return new Map(decisionsOf(drawn).map((decision, i) => [nameOf(drawn.model, decision, i, as), decision.score]))
}

function nameOf({ decide: trigger }: ModelIR, { t, key, sourcePosition }: Decision, i: number, log: readonly LoggedEvent[]): string {
  if (trigger.kind === 'request') return String(i)
  if (trigger.kind === 'every') return `${t} ${key}`
  const [partition, offset] = [Math.floor(sourcePosition! / OFFSETS), sourcePosition! % OFFSETS]
  return String(log.findIndex(isEvent({ source: trigger.source, partition, offset } as LoggedEvent)))
}

function underPlan({ ir, model, log, run }: Drawn, plan: Plan): { readonly replayed: Replayed; readonly score: Float64Array } {
  const replay = logOf(ir, log, run)
  const replayed = new Replays({ ir, model }, replay).under(plan)
  const score = new Float64Array(replayed.inputs.length)
  const rows = { from: 0, to: score.length }
  scoreInto([{ ...rows, into: score, scoring: scoringOf({ ir, scores: new Map() }, model, replay.strings) }], replayed.inputs, rows)
  return { replayed, score }
}

/** Compares each case with the expected one; undecided ones must stay undecided. Returns their number. */
function same(context: string, drawn: Drawn, plan: Plan, expectedScores: Scores, mayBeMore = false): number {
  const { replayed, score } = underPlan(drawn, plan)
  let compared = 0
  decisionsOf(drawn).forEach((decision, i) => {
    const name = nameOf(drawn.model, decision, i, drawn.log)
    const where = `${context}, model '${drawn.model.name}', case ${i} (${name})`
    assert.equal(!Number.isNaN(replayed.scoredAt[i]), expectedScores.has(name), `${where} is decided`)
    if (!expectedScores.has(name)) return
    compared++
    const expected = expectedScores.get(name)!
    assert.ok(Object.is(score[i], expected ?? NaN), `${where}: ${score[i]}, not ${expected}`)
  })
  if (!mayBeMore) assert.equal(compared, expectedScores.size, `${context}, model '${drawn.model.name}': no decision is left out`)
  return compared
}
