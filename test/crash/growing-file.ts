/** A file of one source that grows by any number of bytes: valid records, duplicates, conflicts and invalid records. */
import { appendFileSync, writeFileSync } from 'node:fs'
import { wallClock } from '../../src/base/clock.ts'
import type { SourceIR, Value } from '../../src/define/ir/ir.ts'
import { decimalText } from '../../src/intake/row-reader.ts'
import type { Draw } from '../property/generate/draw.ts'
import type { Feed, SentRecord } from './case.ts'

const RECORDS = 25
const HOUR = 3_600_000

export class GrowingFile {
  readonly path: string
  readonly feed: Feed
  #left: Buffer

  constructor(draw: Draw, source: SourceIR, path: string) {
    const lines = drawLines(draw, source)
    this.path = path
    this.feed = { source: source.name, resend: 'cursor', records: lines.map(({ record }) => record) }
    this.#left = Buffer.from(lines.map(({ text }) => `${text}\n`).join(''))
    writeFileSync(path, '')
  }

  /** Appends this many of its bytes, within a line too. */
  grow(bytes: number): void {
    appendFileSync(this.path, this.#left.subarray(0, bytes))
    this.#left = this.#left.subarray(bytes)
  }
}

export interface Line {
  readonly text: string
  readonly record: SentRecord
}

/** Lines of a source whose time is now, in order. */
export function drawLines(draw: Draw, source: SourceIR): Line[] {
  const at = wallClock()
  const lines: Line[] = []
  for (let i = 0; i < RECORDS; i++) {
    const row = Object.fromEntries(source.columns.map(({ name }) => [name, valueOf(draw, name, at, i)]))
    lines.push(lineOf(source, row, at))
    if (draw.chance(0.15)) lines.push(draw.pick(lines))
    if (draw.chance(0.05)) lines.push(lineOf(source, { ...row, at: Number(row['at']) - 1 }, at))
    if (draw.chance(0.1))
      lines.push({
        text: draw.pick(['{', 'null', '[]', '{"card":1}', '\u0000', `{"card":"c","at":"never"}`]),
        record: { raw: {}, row: null, at },
      })
  }
  return lines
}

function valueOf(draw: Draw, column: string, now: number, i: number): Value {
  return { id: `i${i}`, card: `c${draw.between(0, 3)}`, amount: draw.between(0, 10_000), at: now - draw.between(0, 2 * HOUR) }[column]!
}

function lineOf({ columns }: SourceIR, row: Readonly<Record<string, Value>>, at: number): Line {
  const raw = Object.fromEntries(
    columns.map(({ name, type, scale = 0 }) => [name, type === 'decimal' ? decimalText(row[name] as number, scale) : row[name]]),
  )
  return { text: JSON.stringify(raw), record: { raw, row, at } }
}
