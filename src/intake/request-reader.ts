/** Requests to one model as columns: their fields are checked as those of an event are. */
import { limits } from '../base/limits.ts'
import type { Column } from '../columns/block.ts'
import { BlockBuilder } from '../columns/builder.ts'
import type { Strings } from '../columns/strings.ts'
import type { TriggerIR } from '../define/ir/ir.ts'
import { batchOf } from './batch.ts'
import type { Fault } from './refusal.ts'
import { RowReader } from './row-reader.ts'

export class RequestReader {
  readonly #builder: BlockBuilder
  readonly #rows: RowReader

  constructor({ columns, key }: Extract<TriggerIR, { kind: 'request' }>, strings: Strings) {
    this.#builder = new BlockBuilder(columns)
    this.#rows = new RowReader({ columns, key }, this.#builder, () => strings, batchOf([]).origin)
  }

  /** Of requests that a log has: they were validated when they came, by the bounds of texts that held then. */
  static ofStored(trigger: Extract<TriggerIR, { kind: 'request' }>, strings: Strings): RequestReader {
    const columns = trigger.columns.map(column => (column.type === 'string' ? { ...column, maxBytes: limits.LINE_BYTES_MAX } : column))
    return new RequestReader({ ...trigger, columns }, strings)
  }

  /** Takes the fields of one request, or says what is wrong with them. */
  take(fields: unknown): Fault | undefined {
    const fault = this.#rows.read(fields)
    if (!fault) this.#builder.commit(0, 0)
    return fault
  }

  /** A row for each request taken, as it stands. */
  columns(): Readonly<Record<string, Column>> {
    return this.#builder.view().columns
  }
}
