/** The place of a record in messages and dead letters: `kafka:payments#3 offset 4120`. */

export interface RecordPlace {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

const PATTERN = /^kafka:(?<topic>[^#]+)#(?<partition>\d+) offset (?<offset>\d+)$/

/** `topic` is the name of the reader: `kafka:payments`. */
export const recordPlaceText = (reader: string, partition: number, offset: number): string => `${reader}#${partition} offset ${offset}`

/** The place that a text names; undefined if it names none. */
export function parseRecordPlace(text: string): RecordPlace | undefined {
  const { topic, partition, offset } = PATTERN.exec(text)?.groups ?? {}
  return topic === undefined ? undefined : { topic, partition: Number(partition), offset: Number(offset) }
}
