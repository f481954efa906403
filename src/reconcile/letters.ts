/** Records that were refused, by the keys and times that they would have had. */
import { scaledInteger, timestampMs } from '../base/exact.ts'
import { limits } from '../base/limits.ts'
import type { ColumnIR, GroupIR, PipelineIR, SourceIR, Value } from '../define/ir.ts'
import type { StoredDeadLetter, SettledLetter } from '../log/letters.ts'
import type { LetterReader } from '../log/sqlite/letter-reader.ts'

type Fields = Readonly<Record<string, unknown>>

/** Times, UTC ms, of letters that wait and of those that became an event. */
interface Times {
  readonly waiting: number[]
  readonly accepted: number[]
}

/** The oldest letters of each kind, up to `RECONCILE_LETTERS`; of those whose key or time cannot be read nothing is known. */
export class Letters {
  readonly #ir: PipelineIR
  readonly #bySource = new Map<string, { readonly fields: Fields; readonly time: number; readonly isWaiting: boolean }[]>()
  /** By group, by key. */
  readonly #byGroup = new Map<string, Map<string, Times>>()

  constructor(ir: PipelineIR, reader: Pick<LetterReader, 'dead' | 'settled'>) {
    this.#ir = ir
    this.#take(reader.dead(), true)
    this.#take(reader.settled(), false)
  }

  /** Does a letter wait for this key, of a time in [from, to]? */
  waits(group: GroupIR, key: readonly Value[], from: number, to: number): boolean {
    return this.#of(group, key)?.waiting.some(time => from <= time && time <= to) ?? false
  }

  /** Was the event of this key and time refused first? */
  wasRefused(group: GroupIR, key: readonly Value[], time: number): boolean {
    return this.#of(group, key)?.accepted.includes(time) ?? false
  }

  #take(letters: Iterable<StoredDeadLetter | SettledLetter>, isWaiting: boolean): void {
    let taken = 0
    for (const letter of letters) {
      if (taken++ >= limits.RECONCILE_LETTERS) return
      if ('outcome' in letter && letter.outcome !== 'accepted') continue
      const source = this.#ir.sources.find(({ name }) => name === letter.source)
      const fields = source && fieldsOf(letter)
      const time = fields && physicalOf(columnOf(source, source.time), fields[source.time])
      if (typeof time !== 'number') continue
      const known = this.#bySource.get(source!.name) ?? []
      this.#bySource.set(source!.name, known)
      known.push({ fields: fields!, time, isWaiting })
    }
  }

  #of(group: GroupIR, key: readonly Value[]): Times | undefined {
    if (!this.#bySource.has(group.source)) return undefined
    let keys = this.#byGroup.get(group.name)
    if (!keys) this.#byGroup.set(group.name, (keys = this.#keysOf(group)))
    return keys.get(JSON.stringify(key))
  }

  #keysOf(group: GroupIR): Map<string, Times> {
    const source = this.#ir.sources.find(({ name }) => name === group.source)!
    const keys = new Map<string, Times>()
    for (const { fields, time, isWaiting } of this.#bySource.get(group.source)!) {
      const key = group.key.map(name => physicalOf(columnOf(source, name), fields[name]))
      const times = keys.get(JSON.stringify(key)) ?? { waiting: [], accepted: [] }
      keys.set(JSON.stringify(key), times)
      times[isWaiting ? 'waiting' : 'accepted'].push(time)
    }
    return keys
  }
}

const columnOf = ({ columns }: SourceIR, name: string): ColumnIR => columns.find(column => column.name === name)!

/** The fields of a letter that is a record of its source as JSON. */
function fieldsOf({ raw }: StoredDeadLetter): Fields | undefined {
  try {
    const value = JSON.parse(typeof raw === 'string' ? raw : Buffer.from(raw).toString('utf8')) as unknown
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined
  } catch {
    return undefined
  }
}

/** A field as its column would keep it, as far as that can be told of a record that was refused. */
function physicalOf({ type, scale = 0 }: ColumnIR, value: unknown): Value | undefined {
  if (type === 'string') return typeof value === 'string' ? value : undefined
  if (type === 'bool') return typeof value === 'boolean' ? value : undefined
  if (type === 'timestamp') return timestampMs(value)
  if (typeof value !== 'number' && typeof value !== 'string') return undefined
  return type === 'decimal' ? scaledInteger(value, scale) : typeof value === 'number' ? value : undefined
}
