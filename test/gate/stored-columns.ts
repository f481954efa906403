/** Stored records as a driver gives them: in columns, with their bytes in one buffer. */
import type { PlacedRecord } from '../../src/kafka/port/driver.ts'
import type { RecordColumns } from '../../src/kafka/records/record-set.ts'
import { keyedColumns } from '../kafka/keyed-records.ts'

export const columnsOf = (records: readonly { readonly offset: number; readonly record: PlacedRecord }[]): RecordColumns =>
  keyedColumns(
    records.map(({ offset, record: { key, value, headers, timestamp } }) => ({
      offset,
      key,
      value,
      headers: Object.entries(headers),
      time: timestamp,
    })),
  )
