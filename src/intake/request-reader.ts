/** Reads decision requests of one model into columns, validating their fields like those of events. */
import { limits } from '../base/index.ts'
import { type ColumnData, BlockBuilder, type Strings } from '../columns/index.ts'
import type { TriggerIR } from '../define/ir/index.ts'
import { recordBatchOf } from './record-batch.ts'
import type { Fault } from './rejection.ts'
import { RowReader } from './row-reader.ts'

export class RequestReader {
  readonly #builder: BlockBuilder
  readonly #rows: RowReader

  constructor({ columns, key }: Extract<TriggerIR, { kind: 'request' }>, strings: Strings) {
    this.#builder = new BlockBuilder(columns)
    this.#rows = new RowReader({ columns, key }, this.#builder, () => strings, recordBatchOf([]).origin)
  }

  /** Reader of logged requests, which were validated when they came, under the text limits of that time. */
  static forStored(trigger: Extract<TriggerIR, { kind: 'request' }>, strings: Strings): RequestReader {
    const columns = trigger.columns.map(column => (column.type === 'string' ? { ...column, maxBytes: limits.LINE_BYTES_MAX } : column))
    return new RequestReader({ ...trigger, columns }, strings)
  }

  /** Reads the fields of one request, or returns the reason why they are invalid. */
  readFields(fields: unknown): Fault | undefined {
    const fault = this.#rows.read(fields)
    if (!fault) this.#builder.commit(0, 0)
    return fault
  }

  /** One row for each request so far; a view. */
  columns(): Readonly<Record<string, ColumnData>> {
    return this.#builder.view().columns
  }
}
