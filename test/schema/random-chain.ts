/**
 * Random chains of allowed schema changes, with records of each version, and the naive upcaster: one step for each change, applied to a plain
 * record. It knows nothing of aliases, defaults or versions in the log.
 */
import { random, type Random } from '../../src/base/random.ts'
import { entity, source, t } from '../../src/index.ts'
import type { SourceIR, Value } from '../../src/define/ir/ir.ts'
import type { ColumnSpec } from '../../src/define/expression/kinds.ts'

type Row = Record<string, Value>

interface Column {
  readonly type: 'int' | 'decimal' | 'double' | 'string'
  readonly nullable: boolean
  readonly default?: number | string
}

/** One version: its definition, and the step from the version before. */
interface ChainVersion {
  readonly columns: ReadonlyMap<string, Column>
  readonly renamed: Readonly<Record<string, string>>
  readonly step: (row: Row) => Row
  /** Records of earlier versions can no longer be sent: they have a field that no version knows now. */
  readonly removes: boolean
}

/** A record as it is sent while version `at` runs, and the physical row that it must be in the last version. */
export interface SentRecord {
  readonly at: number
  readonly record: Readonly<Record<string, unknown>>
  readonly row: Row
}

export interface Chain {
  readonly sources: readonly SourceIR[]
  readonly sent: readonly SentRecord[]
}

const VERSIONS = 5
const RECORDS = 12
const card = entity('card', t.string())

export function randomChain(seed: number): Chain {
  const draw = new Draw(random(seed))
  const versions = [draw.firstVersion()]
  while (versions.length < VERSIONS) versions.push(draw.changed(versions.at(-1)!))
  const sent = versions.flatMap((_, at) =>
    Array.from({ length: RECORDS }, (__, i) => draw.sentRecord(versions, at, 1000 * (at * RECORDS + i))),
  )
  return { sources: versions.map(({ columns, renamed }) => definitionOf(columns, renamed)), sent }
}

class Draw {
  readonly #random: Random
  #names = 0

  constructor(of: Random) {
    this.#random = of
  }

  firstVersion(): ChainVersion {
    const columns = Array.from({ length: 3 }, () => [this.#newName(), this.#newColumn()] as const)
    return { columns: new Map(columns), renamed: {}, step: row => row, removes: false }
  }

  /** The next version: one column is renamed, added, removed, widened, made nullable, or nothing changes. */
  changed({ columns, renamed }: ChainVersion): ChainVersion {
    const name = this.#pick([...columns.keys()])
    const column = columns.get(name)!
    const replaced = (to: string, by: Column) => new Map([...columns].map(([key, of]) => (key === name ? [to, by] : [key, of])))
    const same = { columns, renamed, step: (row: Row) => row, removes: false }
    switch (this.#below(6)) {
      case 0: {
        const to = this.#newName()
        const step = ({ [name]: value, ...row }: Row): Row => ({ ...row, [to]: value })
        return { ...same, columns: replaced(to, column), renamed: { ...renamed, [name]: to }, step }
      }
      case 1: {
        const [added, of] = [this.#newName(), this.#newColumn()]
        const value = this.#physical(of.type)
        const withDefault = { ...of, nullable: false, default: value }
        return { ...same, columns: new Map([...columns, [added, withDefault]]), step: row => ({ ...row, [added]: value }) }
      }
      case 2: {
        const added = this.#newName()
        const nullable = { ...this.#newColumn(), nullable: true }
        return { ...same, columns: new Map([...columns, [added, nullable]]), step: row => ({ ...row, [added]: null }) }
      }
      case 3: {
        if (columns.size === 1) return same
        const kept = Object.fromEntries(Object.entries(renamed).filter(([from]) => targetOf(renamed, from) !== name))
        const step = ({ [name]: _removed, ...row }: Row): Row => row
        return { columns: new Map([...columns].filter(([key]) => key !== name)), renamed: kept, step, removes: true }
      }
      case 4:
        return column.type === 'int' && column.default === undefined
          ? { ...same, columns: replaced(name, { ...column, type: 'double' }) }
          : same
      default:
        return column.default === undefined ? { ...same, columns: replaced(name, { ...column, nullable: true }) } : same
    }
  }

  /** A record that arrives while version `at` runs, in the form of that version or of an earlier one that it still reads. */
  sentRecord(versions: readonly ChainVersion[], at: number, time: number): SentRecord {
    const oldest = Math.max(
      0,
      versions.findLastIndex(({ removes }, version) => version <= at && removes),
    )
    const style = oldest + this.#below(at - oldest + 1)
    const columns = [...versions[style].columns]
    const own = columns
      .filter(([, of]) => of.default === undefined || this.#random() < 0.5)
      .map(([name, of]) => [name, of.nullable && this.#random() < 0.4 ? null : this.#physical(of.type)] as const)
    const base = { card: this.#pick(['a', 'b']), at: time }
    const defaults = columns.flatMap(([name, of]) => (of.default === undefined ? [] : [[name, of.default] as const]))
    const row: Row = { ...base, ...Object.fromEntries([...defaults, ...own]) }
    const raw = own.map(([name, value]) => [name, rawOf(versions[style].columns.get(name)!.type, value)] as const)
    const steps = versions.slice(style + 1)
    return { at, record: { ...base, ...Object.fromEntries(raw) }, row: steps.reduce((upcast, { step }) => step(upcast), row) }
  }

  #newColumn(): Column {
    return { type: this.#pick(['int', 'decimal', 'double', 'string'] as const), nullable: this.#random() < 0.3 }
  }

  #physical(type: Column['type']): number | string {
    if (type === 'string') return this.#pick(['x', 'y', 'long text'])
    return type === 'double' ? this.#below(1000) / 8 : this.#below(2000) - 1000
  }

  #newName(): string {
    return `c${this.#names++}`
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count)
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)]
  }
}

const targetOf = (renamed: Readonly<Record<string, string>>, name: string): string =>
  name in renamed ? targetOf(renamed, renamed[name]) : name

const rawOf = (type: Column['type'], value: Value): unknown => (type === 'decimal' && typeof value === 'number' ? value / 100 : value)

function definitionOf(columns: ReadonlyMap<string, Column>, renamed: Readonly<Record<string, string>>): SourceIR {
  const specs = [...columns].map(([name, { type, nullable, default: value }]): [string, ColumnSpec] => {
    const of = { int: t.int(), decimal: t.decimal(2), double: t.double(), string: t.string() }[type]
    if (value !== undefined) return [name, of.default(rawOf(type, value) as never)]
    return [name, nullable ? of.nullable() : of]
  })
  const schema = { card, at: t.timestamp(), ...(Object.fromEntries(specs) as {}) }
  return source('payments', { schema, key: 'card', time: 'at', renamed }).ir
}
