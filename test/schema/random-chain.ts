/**
 * Random chains of allowed schema changes, with records of each version, and the naive upcaster: one step for each change, applied to a plain
 * record. It knows nothing of aliases, defaults or versions in the log.
 */
import { random } from '../../src/base/random.ts'
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
  const next = random(seed)
  const below = (count: number): number => Math.floor(next() * count)
  const pick = <T>(items: readonly T[]): T => items[below(items.length)]
  let count = 0
  const newName = (): string => `c${count++}`
  const newColumn = (): Column => ({ type: pick(['int', 'decimal', 'double', 'string'] as const), nullable: next() < 0.3 })
  const physical = (type: Column['type']): number | string =>
    type === 'string' ? pick(['x', 'y', 'long text']) : type === 'double' ? below(1000) / 8 : below(2000) - 1000

  const versions: ChainVersion[] = [
    {
      columns: new Map([newColumn(), newColumn(), newColumn()].map(column => [newName(), column])),
      renamed: {},
      step: row => row,
      removes: false,
    },
  ]
  const change = ({ columns, renamed }: ChainVersion): ChainVersion => {
    const name = pick([...columns.keys()])
    const column = columns.get(name)!
    const replaced = (to: string, by: Column) => new Map([...columns].map(([key, of]) => (key === name ? [to, by] : [key, of])))
    const same = { renamed, step: (row: Row) => row, removes: false }
    switch (below(6)) {
      case 0: {
        const to = newName()
        const step = ({ [name]: value, ...row }: Row): Row => ({ ...row, [to]: value })
        return { ...same, columns: replaced(to, column), renamed: { ...renamed, [name]: to }, step }
      }
      case 1: {
        const [added, of] = [newName(), newColumn()]
        const value = physical(of.type)
        return {
          ...same,
          columns: new Map([...columns, [added, { ...of, nullable: false, default: value }]]),
          step: row => ({ ...row, [added]: value }),
        }
      }
      case 2: {
        const added = newName()
        return {
          ...same,
          columns: new Map([...columns, [added, { ...newColumn(), nullable: true }]]),
          step: row => ({ ...row, [added]: null }),
        }
      }
      case 3: {
        if (columns.size === 1) return { ...same, columns }
        const kept = Object.fromEntries(Object.entries(renamed).filter(([from]) => targetOf(renamed, from) !== name))
        const step = ({ [name]: _removed, ...row }: Row): Row => row
        return { columns: new Map([...columns].filter(([key]) => key !== name)), renamed: kept, step, removes: true }
      }
      case 4:
        return {
          ...same,
          columns: column.type === 'int' && column.default === undefined ? replaced(name, { ...column, type: 'double' }) : columns,
        }
      default:
        return { ...same, columns: column.default === undefined ? replaced(name, { ...column, nullable: true }) : columns }
    }
  }
  while (versions.length < VERSIONS) versions.push(change(versions.at(-1)!))

  const sent = versions.flatMap((_, at) =>
    Array.from({ length: RECORDS }, (__, i): SentRecord => {
      const oldest = versions.findLastIndex(({ removes }, version) => version <= at && removes)
      const style = Math.max(0, oldest) + below(at - Math.max(0, oldest) + 1)
      const columns = [...versions[style].columns].filter(([, of]) => of.default === undefined || next() < 0.5)
      const own = columns.map(([name, of]) => [name, of.nullable && next() < 0.4 ? null : physical(of.type)] as const)
      const base = { card: pick(['a', 'b']), at: 1000 * (at * RECORDS + i) }
      const missing = [...versions[style].columns].flatMap(([name, of]) =>
        of.default !== undefined && !own.some(([key]) => key === name) ? [[name, of.default] as const] : [],
      )
      const row = versions
        .slice(style + 1)
        .reduce<Row>((upcast, { step }) => step(upcast), { ...base, ...Object.fromEntries([...own, ...missing]) })
      const raw = own.map(([name, value]) => [name, rawOf(versions[style].columns.get(name)!.type, value)] as const)
      return { at, record: { ...base, ...Object.fromEntries(raw) }, row }
    }),
  )
  return { sources: versions.map(({ columns, renamed }) => definitionOf(columns, renamed)), sent }
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
