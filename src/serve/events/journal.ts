/** The source of an event stream: recorded batches with rising numbers, readable after any position. */

/** The position of a reader in the stream: after a row of a recorded batch. As text it is the `id:` of an event. */
export interface EventPosition {
  /** Number of the batch. */
  readonly batch: number
  /** The last row of the batch that was read; Infinity for all of them. */
  readonly row: number
}

/** The text of a position: `12.0`, or `12` for a whole batch. */
export const formatEventId = ({ batch, row }: EventPosition): string => (row === Infinity ? String(batch) : `${batch}.${row}`)

/** The position of a text; `undefined` for any other text. */
export function parseEventId(text: string): EventPosition | undefined {
  const match = /^(\d{1,15})(?:\.(\d{1,9}))?$/.exec(text)
  return match ? { batch: Number(match[1]), row: match[2] === undefined ? Infinity : Number(match[2]) } : undefined
}

/** A gap in the stream: a position that cannot be resumed, the position to resume from instead, and the reason. */
export interface StreamGap {
  readonly resumeAt: EventPosition
  readonly reason: string
}

/** Events that were recorded together. */
export interface JournalBatch {
  /** Numbers rise, and are unique. */
  readonly number: number
  /** Its events after a position, as server-sent events; of one model or action if it is named. Empty without any. */
  frames(name: string | undefined, after: EventPosition): Buffer
}

/** Recorded events of one kind. */
export interface Journal {
  /** The number of the newest batch; 0 before there is one. */
  last(): number
  /** The first batch after a number; of one model or action if it is named. */
  next(after: number, name?: string): JournalBatch | undefined
  /** The position before the oldest kept event. */
  oldest(): EventPosition
  /** The gap for a reader at a position, if events after it were deleted. */
  gapAfter(position: EventPosition): StreamGap | undefined
}

/** The gap for a position after the end of this log: it belongs to a different log. */
export const foreignLogGap = (last: number): StreamGap => ({
  resumeAt: { batch: last, row: Infinity },
  reason: 'the id belongs to another log; the stream continues with new events',
})

/**
 * Notifies a server of the commits of its run. The run is made before its server: `new Run(…, { onRecorded: feed.notify })`, then
 * `serve({ feed, … })`.
 */
export class CommitFeed {
  readonly #listeners = new Set<() => void>()

  /** Notifies the listeners that decisions, or changes of effects, have become durable. */
  readonly notify = (): void => {
    for (const listener of this.#listeners) listener()
  }

  /** Adds a listener. Returns a function that removes it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
