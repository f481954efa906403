/**
 * The audit's prefix sums equal the kernel bit by bit: random pipelines on events, at ticks and on request, over histories in order of time
 * and others, under every setting that changes a group's visible events.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FeatureColumn } from '../../src/aggregate/partial/kernel-partial.ts'
import type { ElementSetting } from '../../src/audit/domain/element.ts'
import { groupColumns, replayedColumns } from '../../src/audit/experiment/replay/group-columns.ts'
import { earlierPoints, placeGroup } from '../../src/audit/experiment/settings/group-setting.ts'
import { applyInference } from '../../src/audit/experiment/settings/inference-setting.ts'
import { applyIngestion } from '../../src/audit/experiment/settings/ingestion-setting.ts'
import { summedColumns } from '../../src/audit/experiment/prefix-sums/summed-columns.ts'
import { SummedGroups } from '../../src/audit/experiment/prefix-sums/summed-groups.ts'
import { decisionRows, type Timeline } from '../../src/audit/experiment/timeline/timeline.ts'
import { groupReads } from '../../src/decision/reads.ts'
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { FeatureIR, ModelIR, PipelineIR, ScheduleIR } from '../../src/define/ir/ir.ts'
import { decisionPointsOf } from '../../src/replay/decide.ts'
import type { ReplayLog } from '../../src/replay/log.ts'
import { isReplayed, logOf } from './engines/replay-order.ts'
import { deciding } from './generate/deciders.ts'
import { Draw } from './generate/draw.ts'
import { sweep } from '../sweep.ts'

const CASES = sweep(25, 60)
const SETTINGS = 4
const ofSums = ['count', 'sum', 'mean', 'variance', 'stddev', 'slope', 'share', 'histogram']

/** Compared values by kind: those that are not NULL. */
type ComparedCounts = Map<string, number>

test('prefix sums are the kernel, to the bit', () => {
  const compared: ComparedCounts = new Map()
  for (let seed = 1; seed <= CASES; seed++) {
    const draw = new Draw(seed + 7_000_000)
    const drawn = deciding(seed)
    if (!drawn || !isReplayed(drawn.log)) continue
    // In a history in which only some keys have late events, some features are summed and some are replayed.
    const events = draw.chance(0.85) ? inTheirOrder(drawn.log) : drawn.log
    const log = { ...logOf(drawn.ir, events, drawn.run), ...(draw.chance(0.2) && { forgotten: draw.pick(events).arrival }) }
    for (const model of drawn.ir.models) compareModel(draw, drawn.ir, model, log, compared)
  }
  const least = [...ofSums, 'now', 'older', 'scheduled', 'stream', 'later', 'every', 'batch', 'sooner', 'at multiples', 'before', 'mixed']
  for (const name of [...least, 'tiles', 'exact', 'lifetime'])
    assert.ok((compared.get(name) ?? 0) > CASES, `only ${compared.get(name) ?? 0} values of '${name}' were compared`)
})

/** Each event is after the earlier ones of its source: late ones come at the time that was reached. */
function inTheirOrder(log: readonly LoggedEvent[]): LoggedEvent[] {
  const reached = new Map<string, number>()
  return log.map(event => {
    const time = Math.max(event.time, reached.get(event.source) ?? -Infinity)
    reached.set(event.source, time)
    return { ...event, time, row: { ...event.row, at: time } }
  })
}

function compareModel(draw: Draw, ir: PipelineIR, model: ModelIR, log: ReplayLog, compared: ComparedCounts): void {
  const decides = { ir, model }
  const triggering = decisionPointsOf(ir, model, log)
  if ([...triggering.batches(1000)].every(({ length }) => length === 0)) return
  const base: Timeline = { log, rows: decisionRows(triggering, model) }
  const span = log.until - log.first
  // One cache for all settings, as in an audit, and one so small that each setting evicts the last one, or has no room at all.
  const groups = draw.chance(0.8) ? new SummedGroups() : new SummedGroups(draw.magnitude(20_000))
  for (let i = 0; i < SETTINGS; i++) {
    const [ingestion, ingestionName] = ingestionSetting(draw, log, span)
    const { timeline: arrived } = applyInference({ kind: 'now' }, decides, applyIngestion(ingestion, decides, base))
    const every = model.decide.kind === 'every' ? model.decide.every : draw.magnitude(span + 1)
    const [inference, inferenceName] = draw.chance(0.25)
      ? [{ kind: 'every' as const, every }, 'at multiples']
      : [{ kind: 'now' as const }, '']
    const { timeline: world } = applyInference(inference, decides, arrived)
    for (const read of groupReads(ir, model)) {
      const [setting, settingName] = groupSetting(draw, span)
      const placed = placeGroup(setting, read.group)
      const rows = { ...world.rows, points: earlierPoints(world, placed.addedAge) }
      const placedRead = { ...read, group: { ...read.group, place: placed.place } }
      const expected = replayedColumns(placedRead, rows, world.log)
      const summed = summedColumns(placedRead, rows, world.log, groups)
      const where = `${ir.name}, ${model.name}, ${JSON.stringify({ ingestion, inference, setting, place: placed.place })}`
      const mixed = summed.some(column => column) && summed.some(column => !column)
      const names = [ingestionName, inferenceName, settingName, ...(mixed ? ['mixed'] : [])]
      summed.forEach((column, f) => {
        if (!column) return
        const feature = read.group.features[f]
        const values = same(column, expected[f], `${where}, ${JSON.stringify(feature)}`)
        for (const name of [...names, ...kindsOf(feature)]) compared.set(name, (compared.get(name) ?? 0) + values)
      })
      if (world.caseOf) continue
      groupColumns(read, placed, world, groups).forEach((column, f) => same(column, expected[f], `${where}, put together`))
    }
  }
}

function ingestionSetting(draw: Draw, log: ReplayLog, span: number): readonly [ElementSetting, string] {
  const by = draw.magnitude(span + 1)
  const isLate = [...log.histories.values()].some(({ block: { time, arrival } }) => time.some((at, row) => at !== arrival[row]))
  const choices: (readonly [number, readonly [ElementSetting, string]])[] = [
    [4, [{ kind: 'now' }, '']],
    [1, [{ kind: 'older', by }, 'later']],
    [1, [{ kind: 'every', every: by }, 'every']],
    [1, [{ kind: 'batch', schedule: scheduleOf(draw, by), lasts: draw.magnitude(span + 1) }, 'batch']],
    [isLate ? 1 : 0, [{ kind: 'faster', part: draw.pick([0, 0.3, 0.8]) }, 'sooner']],
  ]
  return draw.weighted(choices)
}

function groupSetting(draw: Draw, span: number): readonly [ElementSetting, string] {
  const by = draw.magnitude(span + 1)
  return draw.pick<readonly [ElementSetting, string]>([
    [{ kind: 'now' }, 'now'],
    [{ kind: 'older', by }, 'older'],
    [{ kind: 'older', by: 0 }, 'older'],
    [{ kind: 'stream' }, 'stream'],
    [{ kind: 'faster', part: draw.pick([0, 0.5]) }, 'faster'],
    [{ kind: 'batch', schedule: scheduleOf(draw, by), lasts: draw.magnitude(span + 1) }, 'scheduled'],
  ])
}

const scheduleOf = (draw: Draw, every: number): ScheduleIR => ({ kind: 'interval', every, phase: draw.between(0, every - 1) })

const kindsOf = ({ agg, before, window, hop }: FeatureIR): string[] => [
  agg,
  ...(before ? ['before'] : []),
  window === 'lifetime' ? 'lifetime' : hop === 1 ? 'exact' : 'tiles',
]

/** Returns the number of values. */
function same(got: FeatureColumn, expected: FeatureColumn, where: string): number {
  assert.equal(got.width, expected.width, where)
  assert.equal(got.values.length, expected.values.length, where)
  for (const part of ['nulls', 'rejected', 'counts'] as const) assert.deepEqual(got[part], expected[part], `${where}: ${part}`)
  got.values.forEach((value, i) =>
    assert.ok(Object.is(value, expected.values[i]), `${where}: value ${i} is ${value}, of the kernel ${expected.values[i]}`),
  )
  return got.nulls.filter(isNull => !isNull).length
}
