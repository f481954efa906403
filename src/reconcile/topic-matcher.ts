/**
 * Pairs the records of a topic with the events of a log, for the keys of one slice.
 *
 * Rows with an id are paired by it, and rows without one by their content; of those that remain without an id, a record and an event of one
 * key and event time are one row with other values. Cost: holds all rows of the slice.
 */
import type { SourceIR } from '../define/ir/index.ts'
import type { RecordPlace } from '../kafka/index.ts'
import type { ComparedRow } from './topic-rows.ts'

export interface PlacedRow extends ComparedRow {
  readonly partition: number
  readonly offset: number
}

export interface ArrivedRow extends ComparedRow {
  /** Ingestion time, UTC ms. */
  readonly arrival: number
}

/** Receives the pairs, and the rows without one. */
export interface MatchSink {
  /** A record whose event has the same values. */
  onRecorded(record: PlacedRow): void
  /** A record with the id and the values of an earlier one. */
  onDuplicate(record: PlacedRow): void
  /** An event beyond the record that it comes from; the first event of the record comes before it. */
  onDoubled(record: PlacedRow | undefined, first: ArrivedRow, event: ArrivedRow): void
  onDifferent(record: PlacedRow, event: ArrivedRow): void
  onMissing(record: PlacedRow): void
  onElsewhere(event: ArrivedRow): void
  /** Counts a record that has a dead letter, and so needs no event; false for another record. */
  explainByLetter(record: PlacedRow): boolean
  /** True for an event that came from a dead letter, whose values may have been edited. */
  isReplayed(event: ArrivedRow): boolean
}

/** Rows of one id, or of one content without an id, in the order in which they were added. */
interface RowGroup {
  readonly records: PlacedRow[]
  readonly events: ArrivedRow[]
}

export class TopicMatcher {
  readonly #dedupe: number
  readonly #hasRevisions: boolean
  readonly #sink: MatchSink
  readonly #groups = new Map<string, RowGroup>()

  constructor({ dedupe, identity }: Pick<SourceIR, 'dedupe' | 'identity'>, sink: MatchSink) {
    this.#dedupe = dedupe
    this.#hasRevisions = identity !== undefined
    this.#sink = sink
  }

  addRecord(row: ComparedRow, { partition, offset }: Pick<RecordPlace, 'partition' | 'offset'>): void {
    this.#groupOf(row).records.push({ ...row, partition, offset })
  }

  /** Events come in the order of the log. */
  addEvent(row: ComparedRow, arrival: number): void {
    this.#groupOf(row).events.push({ ...row, arrival })
  }

  /** Pairs everything that was added. */
  finish(): void {
    const unpaired: { readonly records: PlacedRow[]; readonly events: ArrivedRow[] } = { records: [], events: [] }
    for (const group of this.#groups.values()) {
      const { records, events } = this.#pairEqual(group)
      const expected = records.filter(record => !this.#sink.explainByLetter(record))
      const foreign = events.filter(event => !this.#sink.isReplayed(event))
      if (group.records[0]?.id === undefined && group.events[0]?.id === undefined) {
        unpaired.records.push(...expected)
        unpaired.events.push(...foreign)
      } else this.#pairDifferent(expected, foreign)
    }
    const [records, events] = [Map.groupBy(unpaired.records, keyAndTime), Map.groupBy(unpaired.events, keyAndTime)]
    for (const [name, group] of records) this.#pairDifferent(group, events.get(name) ?? [])
    for (const [name, group] of events) if (!records.has(name)) for (const event of group) this.#sink.onElsewhere(event)
    this.clear()
  }

  /** Lets go of everything that was added. */
  clear(): void {
    this.#groups.clear()
  }

  #groupOf({ id, content }: ComparedRow): RowGroup {
    const name = id === undefined ? `=${content}` : `#${id}`
    let group = this.#groups.get(name)
    if (!group) this.#groups.set(name, (group = { records: [], events: [] }))
    return group
  }

  /** Pairs records and events of the same content. Returns the others. */
  #pairEqual(group: RowGroup): RowGroup {
    const doubled = this.#doubledWithin(group)
    const rest: RowGroup = { records: [], events: [] }
    const recordsBy = Map.groupBy(group.records, ({ content }) => content)
    const eventsBy = Map.groupBy(group.events, ({ content }) => content)
    for (const [content, records] of recordsBy) {
      const all = eventsBy.get(content) ?? []
      const events = all.filter(event => !doubled.has(event))
      for (const [i, record] of records.entries())
        if (i < events.length) this.#sink.onRecorded(record)
        else if (record.id !== undefined && events.length > 0) this.#sink.onDuplicate(record)
        else rest.records.push(record)
      for (const event of [...[...doubled].filter(event => event.content === content), ...events.slice(records.length)])
        this.#sink.onDoubled(records[0], all[0], event)
    }
    for (const [content, events] of eventsBy) {
      if (recordsBy.has(content)) continue
      for (const event of events)
        if (doubled.has(event)) this.#sink.onDoubled(undefined, events[0], event)
        else rest.events.push(event)
    }
    return rest
  }

  /** Events that a log should have left out as duplicates: of the id and content of an event at most `dedupe` before. */
  #doubledWithin({ events }: RowGroup): ReadonlySet<ArrivedRow> {
    const doubled = new Set<ArrivedRow>()
    if (events.length < 2 || events[0].id === undefined) return doubled
    const latest = new Map<string, ArrivedRow>()
    for (const event of events) {
      // A revision may bring back earlier values, after others.
      const earlier = latest.get(event.content)
      if (earlier && event.arrival - earlier.arrival <= this.#dedupe) doubled.add(event)
      if (this.#hasRevisions) latest.clear()
      latest.set(event.content, event)
    }
    return doubled
  }

  /** Pairs records and events of the same row, as far as there are both. */
  #pairDifferent(records: readonly PlacedRow[], events: readonly ArrivedRow[]): void {
    for (const [i, record] of records.entries())
      if (i < events.length) this.#sink.onDifferent(record, events[i])
      else this.#sink.onMissing(record)
    for (const event of events.slice(records.length)) this.#sink.onElsewhere(event)
  }
}

const keyAndTime = ({ key, time }: ComparedRow): string => JSON.stringify([key, time])
