/** Counts the pairs of a topic's records and a log's events, and keeps examples of the differences. */
import { limits } from '../base/index.ts'
import type { DeadLetterLog, SettledDeadLetter, StoredDeadLetter } from '../log/index.ts'
import { parseRecordPlace, recordPlaceText, type RecordPlace } from '../kafka/index.ts'
import type { SourceRejection } from '../intake/index.ts'
import type { ArrivedRow, MatchSink, PlacedRow } from './topic-matcher.ts'
import type { ColumnDifference, ComparedPartition, TopicExample, TopicExplanation, TopicFault, TopicReport } from './topic-report.ts'
import type { ComparedRow } from './topic-rows.ts'

type Letter = Pick<StoredDeadLetter, 'reason' | 'detail'> & Partial<Pick<SettledDeadLetter, 'outcome'>>

/** Dead letters of one topic. Cost: holds reason and detail of each. */
export class TopicLetters {
  /** By partition and offset. */
  readonly #letters = new Map<string, Letter>()
  /** Ingestion times of events that were dead letters, UTC ms. */
  readonly #replayedAt = new Set<number>()

  constructor(deadLetters: Pick<DeadLetterLog, 'dead' | 'settled'>, source: string, topic: string) {
    for (const letters of [deadLetters.dead(), deadLetters.settled()])
      for (const letter of letters) if (letter.source === source) this.#add(letter, topic)
  }

  /** The dead letter of a record. */
  of({ partition, offset }: Pick<RecordPlace, 'partition' | 'offset'>): Letter | undefined {
    return this.#letters.get(`${partition} ${offset}`)
  }

  /** An accepted letter is settled with its event, so both have one arrival. */
  hasReplayedAt(arrival: number): boolean {
    return this.#replayedAt.has(arrival)
  }

  #add(letter: StoredDeadLetter & Partial<Pick<SettledDeadLetter, 'outcome' | 'settled'>>, topic: string): void {
    const { place, reason, detail, outcome, settled } = letter
    if (outcome === 'accepted') this.#replayedAt.add(settled!)
    const origin = parseRecordPlace(place)
    if (`kafka:${origin?.topic}` === topic)
      this.#letters.set(`${origin!.partition} ${origin!.offset}`, { reason, detail, ...(outcome && { outcome }) })
  }
}

interface TallyOptions {
  readonly topic: string
  readonly letters: TopicLetters
  /** True if the log may lack the first records of each partition. */
  readonly mayBeginLate: boolean
  readonly differencesOf: (record: ComparedRow, event: ComparedRow) => readonly ColumnDifference[]
}

interface MissingRecord {
  readonly place: Pick<RecordPlace, 'partition' | 'offset'>
  readonly example: TopicExample
}

export class TopicTally implements MatchSink {
  readonly faults: Record<TopicFault, number> = { missing: 0, doubled: 0, different: 0 }
  readonly explained: Record<TopicExplanation, number> = { rejected: 0, replayed: 0, duplicate: 0, skipped: 0, unrecorded: 0, elsewhere: 0 }
  readonly reasons: Partial<Record<StoredDeadLetter['reason'], number>> = {}
  recorded = 0
  readonly #options: TallyOptions
  readonly #partitions = new Map<number, { from: number; to: number; firstRecorded: number; readonly missing: number[] }>()
  readonly #examples = new Map<TopicExample['kind'], TopicExample[]>()
  /** Of the records that are missing, those with the greatest offsets if the first may be explained, else the first ones. */
  readonly #missing: MissingRecord[] = []

  constructor(options: TallyOptions) {
    this.#options = options
  }

  /** Counts a record to the range of its partition. */
  onPlace({ partition, offset }: Pick<RecordPlace, 'partition' | 'offset'>): void {
    const range = this.#partitionOf(partition)
    range.from = Math.min(range.from, offset)
    range.to = Math.max(range.to, offset + 1)
  }

  onRecorded(record: PlacedRow): void {
    this.recorded++
    this.#noteRecorded(record)
  }

  onDuplicate(record: PlacedRow): void {
    this.explained.duplicate++
    this.#noteRecorded(record)
  }

  onDoubled(record: PlacedRow | undefined, first: ArrivedRow, event: ArrivedRow): void {
    this.faults.doubled++
    const place = record && this.#placeOf(record)
    this.#keep({ kind: 'doubled', ...(place && { place }), ...rowOf(event), arrivals: [first.arrival, event.arrival] })
  }

  onDifferent(record: PlacedRow, event: ArrivedRow): void {
    this.faults.different++
    this.#noteRecorded(record)
    const differences = this.#options.differencesOf(record, event)
    this.#keep({ kind: 'different', place: this.#placeOf(record), ...rowOf(record), arrivals: [event.arrival], differences })
  }

  onMissing(record: PlacedRow): void {
    this.#addMissing(record, { kind: 'missing', place: this.#placeOf(record), ...rowOf(record) })
  }

  onElsewhere(event: ArrivedRow): void {
    this.explained.elsewhere++
    this.#keep({ kind: 'elsewhere', ...rowOf(event), arrivals: [event.arrival] })
  }

  explainByLetter(record: PlacedRow): boolean {
    return this.#noteLetter(record, this.#placeOf(record), rowOf(record))
  }

  isReplayed({ arrival }: ArrivedRow): boolean {
    return this.#options.letters.hasReplayedAt(arrival)
  }

  /** A record that is rejected today: it has a dead letter, or is missing. */
  onRejectedToday({ place, detail }: Pick<SourceRejection, 'place' | 'detail'>): void {
    const parsed = parseRecordPlace(place)!
    this.onPlace(parsed)
    if (!this.#noteLetter(parsed, place)) this.#addMissing(parsed, { kind: 'missing', place, detail })
  }

  /** The counts, and examples of each kind. */
  summary(): Pick<TopicReport, 'partitions' | 'recorded' | 'faults' | 'explained' | 'reasons' | 'examples'> {
    const isUnrecorded = ({ partition, offset }: Pick<RecordPlace, 'partition' | 'offset'>): boolean =>
      this.#options.mayBeginLate && offset < this.#partitionOf(partition).firstRecorded
    for (const [partition, { missing }] of this.#partitions)
      for (const offset of missing)
        if (isUnrecorded({ partition, offset })) this.explained.unrecorded++
        else this.faults.missing++
    for (const { place, example } of this.#missing) this.#keep(isUnrecorded(place) ? { ...example, kind: 'unrecorded' } : example)
    const partitions: ComparedPartition[] = [...this.#partitions]
      .map(([partition, { from, to }]) => ({ partition, from, to }))
      .toSorted((a, b) => a.partition - b.partition)
    const { recorded, faults, explained, reasons } = this
    return { partitions, recorded, faults, explained, reasons, examples: [...this.#examples.values()].flat() }
  }

  #partitionOf(partition: number) {
    let range = this.#partitions.get(partition)
    if (!range) this.#partitions.set(partition, (range = { from: Infinity, to: 0, firstRecorded: Infinity, missing: [] }))
    return range
  }

  #noteRecorded({ partition, offset }: PlacedRow): void {
    const range = this.#partitionOf(partition)
    range.firstRecorded = Math.min(range.firstRecorded, offset)
  }

  /** Counts the dead letter of a record; false without one. */
  #noteLetter(record: Pick<RecordPlace, 'partition' | 'offset'>, place: string, row: Partial<TopicExample> = {}): boolean {
    const letter = this.#options.letters.of(record)
    if (!letter) return false
    const { reason, detail, outcome = 'dropped' } = letter
    const kind = outcome === 'dropped' ? 'rejected' : 'replayed'
    this.explained[kind]++
    if (kind === 'rejected') this.reasons[reason] = (this.reasons[reason] ?? 0) + 1
    this.#keep({ kind, place, ...row, detail })
    return true
  }

  #addMissing(place: Pick<RecordPlace, 'partition' | 'offset'>, example: TopicExample): void {
    this.#partitionOf(place.partition).missing.push(place.offset)
    this.#missing.push({ place, example })
    if (this.#missing.length <= limits.RECONCILE_EXAMPLES) return
    const sign = this.#options.mayBeginLate ? -1 : 1
    this.#missing.sort((a, b) => sign * (a.place.offset - b.place.offset)).pop()
  }

  #keep(example: TopicExample): void {
    const examples = this.#examples.get(example.kind) ?? []
    if (examples.length < limits.RECONCILE_EXAMPLES) this.#examples.set(example.kind, [...examples, example])
  }

  #placeOf({ partition, offset }: PlacedRow): string {
    return recordPlaceText(this.#options.topic, partition, offset)
  }
}

const rowOf = ({ key, time }: ComparedRow) => ({ key, time })
