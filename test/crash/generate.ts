/**
 * Random crash cases. Sources, groups and histories are those of `prove parity`; on top come ids, duplicates, conflicts and rubbish, placements,
 * models that decide on events and at ticks, and a schedule of what happens.
 */
import { limits } from '../../src/base/limits.ts'
import type { LoggedEvent } from '../../src/define/event.ts'
import type { PipelineIR, SourceIR } from '../../src/define/ir.ts'
import { decimalText } from '../../src/intake/row-text.ts'
import { Draw } from '../property/generate/draw.ts'
import { generate } from '../property/generate/generate.ts'
import type { Row } from './admitted.ts'
import type { CrashCase, Feed, Resend, SentRecord } from './case.ts'
import { drawModels, drawPlacements } from './models.ts'
import { drawSteps } from './schedule.ts'

/** No history of a case is longer, so that ids are never forgotten, ms. */
const FOR_EVER = 2 ** 45

export function generateCrash(seed: number): CrashCase {
  const of = generate(seed)
  const draw = new Draw(seed ^ 0x5eed)
  const span = of.log.reduce((most, { arrival }) => Math.max(most, arrival), -Infinity) - of.log[0].arrival
  const sources = of.ir.sources.map(source => plainSource(draw, source, span))
  const groups = drawPlacements(draw, of.ir.groups, span)
  const ir: PipelineIR = { ...of.ir, sources, groups, models: drawModels(draw, { ...of.ir, sources, groups }, span) }
  const feeds = sources.map(source =>
    drawFeed(
      draw,
      source,
      of.log.filter(event => event.source === source.name),
    ),
  )
  return { seed, ir, partitions: draw.pick([1, 1, 2, 3]), feeds, steps: drawSteps(draw, feeds, span) }
}

/** Revisions are a matter of parity; ids are one of the log. */
function plainSource(
  draw: Draw,
  { identity: _identity, revisable: _revisable, deleted: _deleted, ...source }: SourceIR,
  span: number,
): SourceIR {
  const dedupe = draw.chance(0.85) ? FOR_EVER : draw.pick([0, Math.ceil(span / 20), Math.ceil(span / 4)])
  if (!draw.chance(0.65)) return source
  return { ...source, columns: [...source.columns, { name: 'id', type: 'string', nullable: true }], id: 'id', dedupe }
}

function drawFeed(draw: Draw, source: SourceIR, log: readonly LoggedEvent[]): Feed {
  const resend: Resend = source.id ? draw.pick(['cursor', 'cursor', 'acknowledged', 'start'] as const) : 'cursor'
  const records: SentRecord[] = []
  let at = -Infinity
  for (const [i, { arrival, row }] of log.entries()) {
    at = Math.max(at, arrival)
    // Without a cursor only an id makes a retry harmless.
    const id = resend === 'cursor' && draw.chance(0.1) ? null : `i${i}`
    records.push(sent(draw, source, source.id ? { ...inTime(source, row), id } : inTime(source, row), at))
    const earlier = draw.pick(records)
    if (draw.chance(0.12)) records.push({ ...earlier, at })
    if (draw.chance(0.05) && earlier.row) records.push(sent(draw, source, otherwise(source, earlier.row), at))
    if (draw.chance(0.06)) records.push({ raw: damaged(draw, source, records.at(-1)!.raw), row: null, at })
  }
  return { source: source.name, resend, records }
}

/** Timestamps that a door takes: an expression may have larger ones, a column not. */
function inTime({ columns }: SourceIR, row: Row): Row {
  const outside = columns.filter(({ name, type }) => type === 'timestamp' && Math.abs(Number(row[name])) > limits.TIME_MS_MAX)
  return { ...row, ...Object.fromEntries(outside.map(({ name }) => [name, Number(row[name]) % limits.TIME_MS_MAX])) }
}

/** Other content under the same id, if there is room for it. */
const otherwise = ({ time }: SourceIR, row: Row): Row => ({ ...row, [time]: Math.max(-limits.TIME_MS_MAX, Number(row[time]) - 1) })

const sent = (draw: Draw, source: SourceIR, row: Row, at: number): SentRecord => ({
  raw: rawOf(draw, source, row),
  row,
  at,
})

function rawOf(draw: Draw, { columns }: SourceIR, row: Row): Record<string, unknown> {
  const fields = columns.flatMap(({ name, type, scale }): [string, unknown][] => {
    const value = row[name] ?? null
    if (value === null) return draw.chance(0.5) ? [[name, null]] : []
    return [[name, type === 'decimal' ? decimalText(value as number, scale ?? 0) : value]]
  })
  return Object.fromEntries(fields)
}

/** What no source takes. */
function damaged(draw: Draw, { key, time }: SourceIR, raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return draw.pick([{}, { ...raw, [key]: null }, { ...raw, [time]: 'never' }, { ...raw, [time]: null }, { ...raw, 'no such column': 1 }])
}
