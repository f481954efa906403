/**
 * A table of a format that Spillway does not bring: its results are checked, its calls have a deadline, and an error names the table and the
 * clause that it broke.
 * `testTableFormat` of `spillway/testing` checks the rest of the contract.
 */
import { contractError, type Contract, durationText, limits, SpillwayError, withDeadline } from '../base/index.ts'
import type { CalendarPartition, PartitionUnit } from './calendar.ts'
import type {
  FeatureRow,
  FeatureTable,
  FeatureTableColumn,
  FeatureTableQuery,
  PartitionWriter,
  StoredPartition,
  TableBatch,
  TableSnapshot,
  WrittenPartition,
} from './feature-table.ts'

const clauses = {
  partitions: 'partitions() resolves with the committed partitions by name, each with its rows and its columns with their tokens',
  damage: "damageOf() resolves with 'gone', 'damaged' or undefined",
  written: 'finish() resolves with the group, the partition, the rows and the columns that were written, with their tokens',
  deadline: 'each call settles by its deadline (TABLE_CALL_MS)',
  snapshots: 'snapshots() resolves with the states of the table, the newest first; after a commit there is one',
}

/** A checked table. */
export class GuardedTable implements FeatureTable {
  readonly name: string
  readonly unit: PartitionUnit
  readonly #table: FeatureTable
  readonly #contract: Contract
  readonly #callMs: number
  #hasCommitted = false

  /** `format` is the name of the table's format. */
  constructor(format: string, table: FeatureTable, callMs: number = limits.TABLE_CALL_MS) {
    this.#callMs = callMs
    this.name = table.name
    this.unit = table.unit
    this.#table = table
    this.#contract = { subject: `${format} table '${table.name}'`, clauses }
  }

  async partitions(group: string): Promise<Readonly<Record<string, StoredPartition>>> {
    const stored = await this.#call('partitions', () => this.#table.partitions(group))
    for (const [name, partition] of Object.entries(this.#object('partitions', stored)))
      this.#check(isStored(partition), 'partitions', `partition '${name}' of group '${group}' is ${JSON.stringify(partition)}`)
    return stored
  }

  async damageOf(group: string, partition: CalendarPartition, column: string): Promise<'gone' | 'damaged' | undefined> {
    const damage = await this.#call('damageOf', () => this.#table.damageOf(group, partition, column))
    this.#check(damage === undefined || damage === 'gone' || damage === 'damaged', 'damage', `got ${JSON.stringify(damage)}`)
    return damage
  }

  async writer(scratch: string): Promise<PartitionWriter> {
    const writer = await this.#call('writer', () => this.#table.writer(scratch))
    let columns: readonly FeatureTableColumn[] = []
    let rows = 0
    return {
      begin: of => {
        columns = of
        rows = 0
        return this.#call('begin', () => writer.begin(of))
      },
      append(batch: TableBatch) {
        rows += batch.length
        writer.append(batch)
      },
      finish: async (group, partition) => {
        const written = await this.#call('finish', () => writer.finish(group, partition))
        this.#checkWritten(written, { group, partition: partition.name, rows, columns })
        return written
      },
      close: () => writer.close(),
    }
  }

  async commit(written: readonly WrittenPartition[]): Promise<void> {
    await this.#call('commit', () => this.#table.commit(written))
    this.#hasCommitted ||= written.length > 0
  }

  read(query: FeatureTableQuery): AsyncIterable<readonly FeatureRow[]> {
    return this.#table.read(query)
  }

  async snapshots(): Promise<readonly TableSnapshot[]> {
    const snapshots = await this.#call('snapshots', () => this.#table.snapshots())
    const isList = Array.isArray(snapshots) && snapshots.every(snapshot => typeof snapshot?.id === 'string')
    this.#check(isList, 'snapshots', `got ${JSON.stringify(snapshots)}`)
    this.#check(snapshots.length > 0 || !this.#hasCommitted, 'snapshots', 'got none after a commit')
    return snapshots
  }

  close(): Promise<void> {
    return this.#call('close', () => this.#table.close())
  }

  #checkWritten(
    written: WrittenPartition,
    expected: Pick<WrittenPartition, 'group' | 'partition' | 'rows'> & { columns: readonly FeatureTableColumn[] },
  ): void {
    const tokens = (of: readonly (readonly [string, { readonly code: string; readonly input: string }])[]): string =>
      JSON.stringify(of.map(([name, { code, input }]) => [name, code, input]).sort(([a], [b]) => (a < b ? -1 : 1)))
    const { group, partition, rows } = this.#object('written', written)
    for (const [field, got, value] of [
      ['group', group, expected.group],
      ['partition', partition, expected.partition],
      ['rows', rows, expected.rows],
    ] as const)
      this.#check(got === value, 'written', `${field} is ${JSON.stringify(got)} and not ${JSON.stringify(value)}`)
    this.#check(isStored(written), 'written', `got ${JSON.stringify(written)}`)
    const [got, passed] = [tokens(Object.entries(written.columns)), tokens(expected.columns.map(column => [column.name, column]))]
    this.#check(got === passed, 'written', `columns are ${got} and not ${passed}`)
  }

  /** The table's own errors keep their code; others, and a call that hangs, get a message that names the table and the call. */
  async #call<T>(method: string, run: () => Promise<T>): Promise<T> {
    const onExpiry = (): never => {
      throw contractError(this.#contract, 'deadline', `${method} took longer than ${durationText(this.#callMs)}`)
    }
    try {
      return await withDeadline(run(), this.#callMs, onExpiry)
    } catch (error) {
      if (error instanceof SpillwayError) throw error
      const message = error instanceof Error ? error.message : String(error)
      throw new SpillwayError('SPILL_INPUT', `${this.#contract.subject}: ${method} failed: ${message}`, { cause: error })
    }
  }

  #object<T>(clause: keyof typeof clauses, value: T): T {
    this.#check(typeof value === 'object' && value !== null, clause, `got ${JSON.stringify(value)}`)
    return value
  }

  #check(holds: boolean, clause: keyof typeof clauses, problem: string): void {
    if (!holds) throw contractError(this.#contract, clause, problem)
  }
}

function isStored(partition: StoredPartition): boolean {
  const columns: unknown = partition?.columns
  if (typeof columns !== 'object' || columns === null || !Number.isInteger(partition.rows)) return false
  return Object.values(partition.columns).every(
    column => [column?.code, column?.input, column?.hash].every(text => typeof text === 'string') && Number.isFinite(column.bytes),
  )
}
