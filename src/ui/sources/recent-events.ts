/** The events of a source that a page shows: those of the messages of its tail, then the newest when the page was opened. */

export interface RecentEventAnswer {
  readonly entry: number
  readonly time: number
  readonly arrival: number
  readonly fields: Readonly<Record<string, unknown>>
}

export interface RecentEventsAnswer {
  readonly events: readonly RecentEventAnswer[]
  readonly skipped: number
  readonly unread: number
}

/** Rows that the page shows. */
const SHOWN = 50

/** The newest events first, each once; `skipped` and `unread` are of all messages. `messages` are newest first, their events oldest first. */
export function shownEvents(messages: readonly RecentEventsAnswer[], before: readonly RecentEventAnswer[]): RecentEventsAnswer {
  const all = [...messages.flatMap(({ events }) => events.toReversed()), ...before.toReversed()]
  const events = [...new Map(all.map(event => [event.entry, event])).values()].slice(0, SHOWN)
  const sum = (count: (message: RecentEventsAnswer) => number): number => messages.reduce((total, message) => total + count(message), 0)
  return { events, skipped: sum(({ skipped }) => skipped), unread: sum(({ unread }) => unread) }
}
