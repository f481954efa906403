/**
 * Records of the senders of a random case: the rows of a history, and among them duplicates, other content under the same id, revisions,
 * deletes, and invalid records.
 */
import { limits } from '../../src/base/limits.ts'
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { SourceIR, Value } from '../../src/define/ir/ir.ts'
import { decimalText } from '../../src/intake/row-reader.ts'
import type { Draw } from '../property/generate/draw.ts'
import type { Row } from './acceptance.ts'
import type { Feed, Resend, SentRecord } from './case.ts'

/** Revisions are of recent rows, so that some are revised several times. */
const RECENT = 12

/** `log`: the events of the source. */
export function drawFeed(draw: Draw, source: SourceIR, resend: Resend, log: readonly LoggedEvent[]): Feed {
  const records: SentRecord[] = []
  let at = -Infinity
  let ids = 0
  const send = (row: Row): void => void records.push(sentRecord(draw, source, row, at))
  const withId = (row: Row): Row => {
    if (!source.id) return row
    // Without a cursor only an id makes a retry harmless.
    return { ...row, id: resend === 'cursor' && draw.chance(0.1) ? null : `i${ids++}` }
  }
  for (const { arrival, row } of log) {
    at = Math.max(at, arrival)
    send(withId(inTime(source, row)))
    const earlier = draw.pick(records)
    if (draw.chance(0.12)) records.push({ ...earlier, at })
    // A revision may have the id of its original; a retry is then compared with the latest, so only a cursor tells where to continue.
    if (draw.chance(0.05) && earlier.row && (resend === 'cursor' || !source.identity)) send(otherwise(source, earlier.row))
    const recent = draw.pick(records.slice(-RECENT)).row
    if (source.identity && recent && draw.chance(0.25)) send(withId(revision(draw, source, recent, inTime(source, row))))
    const nothing = draw.chance(0.04) && deleteOfNothing(source, inTime(source, row), records.length)
    if (nothing) send(withId(nothing))
    if (draw.chance(0.06)) records.push({ raw: damageRecord(draw, source, records.at(-1)!.raw), row: null, at })
  }
  return { source: source.name, resend, records }
}

/** Timestamps that a column accepts; an expression may have larger ones. */
function inTime({ columns }: SourceIR, row: Row): Row {
  const outside = columns.filter(({ name, type }) => type === 'timestamp' && Math.abs(Number(row[name])) > limits.TIME_MS_MAX)
  return { ...row, ...Object.fromEntries(outside.map(({ name }) => [name, Number(row[name]) % limits.TIME_MS_MAX])) }
}

/** Other content under the same id, if possible. */
const otherwise = ({ time }: SourceIR, row: Row): Row => ({ ...row, [time]: Math.max(-limits.TIME_MS_MAX, Number(row[time]) - 1) })

/** A revision of an earlier row: other values, or deleted. */
function revision(draw: Draw, { key, identity = [], deleted }: SourceIR, earlier: Row, values: Row): Row {
  const same = Object.fromEntries([key, ...identity].map(name => [name, earlier[name] ?? null]))
  return { ...draw.pick([earlier, values]), ...same, ...(deleted !== undefined && draw.chance(0.3) && { [deleted]: true }) }
}

/** A delete of an identity without any other record, if possible. */
function deleteOfNothing({ columns, identity: [name] = [], deleted }: SourceIR, row: Row, number: number): Row | undefined {
  const column = columns.find(candidate => candidate.name === name)
  if (!column || column.values || column.min !== undefined || deleted === undefined) return undefined
  return { ...row, [name]: column.type === 'string' ? `never ${number}` : 1_000_000 + number, [deleted]: true }
}

const sentRecord = (draw: Draw, source: SourceIR, row: Row, at: number): SentRecord => ({
  raw: rawOf(draw, source.columns, row),
  row,
  at,
})

/** A row as a sender writes it. */
export function rawOf(draw: Draw, columns: SourceIR['columns'], row: Row): Record<string, unknown> {
  const fields = columns.flatMap(({ name, type, scale }): [string, Value][] => {
    const value = row[name] ?? null
    if (value === null) return draw.chance(0.5) ? [[name, null]] : []
    return [[name, type === 'decimal' ? decimalText(value as number, scale ?? 0) : value]]
  })
  return Object.fromEntries(fields)
}

/** A record that no source accepts. */
function damageRecord(draw: Draw, { key, time }: SourceIR, raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return draw.pick([{}, { ...raw, [key]: null }, { ...raw, [time]: 'never' }, { ...raw, [time]: null }, { ...raw, 'no such column': 1 }])
}
