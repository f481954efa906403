/** Events of a source as they come. Above a rate the server sends the newest and counts the rest, which the page says. */
import type { DescribedItem } from '../core/answers.ts'
import type { View } from '../core/location.ts'
import { useResource } from '../core/resource.ts'
import { Link, setFilters } from '../core/router.tsx'
import { countText, spanText, timeStamp, valueText } from '../core/text.ts'
import { useEventTail } from '../live/event-tail.ts'
import { type RecentEventAnswer, type RecentEventsAnswer, shownEvents } from './recent-events.ts'

interface EventTailProps {
  readonly view: View
  readonly source: string
  readonly columns: readonly DescribedItem[]
  /** Has the source models, so that an event leads to its decisions? */
  readonly isDecidedOn: boolean
}

export function EventTailList({ view, source, columns, isDecidedOn }: EventTailProps) {
  const isLive = view.query['tail'] !== undefined
  const path = `/sources/${encodeURIComponent(source)}/events`
  const newest = useResource<RecentEventsAnswer>(`${path}?limit=20`)
  const tail = useEventTail<RecentEventsAnswer>(`${path}/stream`, 'events', {}, { isOpen: isLive, matches: undefined })
  const { events, skipped, unread } = shownEvents(isLive ? tail.events : [], newest.value?.events ?? [])
  return (
    <section aria-labelledby="events">
      <h2 id="events">Events</h2>
      <div class="filters">
        <label class="check">
          <input type="checkbox" checked={isLive} onChange={() => setFilters(view, { tail: isLive ? undefined : '1' })} />
          Live
        </label>
        {isLive && (
          <span class="soft">
            {tail.isConnected ? 'Newest first.' : 'Connecting …'}
            {skipped > 0 && ` Sampled: ${countText(skipped)} more events are not shown.`}
            {unread > 0 && ` ${countText(unread)} entries of the log came too fast to be read.`}
          </span>
        )}
      </div>
      {newest.error && <p class="banner">{newest.error.message}</p>}
      {newest.value && events.length === 0 ? (
        <p class="soft">No event is among the newest entries of the log.</p>
      ) : (
        <EventTable events={events} columns={columns} isDecidedOn={isDecidedOn} />
      )}
    </section>
  )
}

/** A value by the type of its column: times as people read them. */
const cellText = (value: unknown, type: string): string =>
  type === 'timestamp' && typeof value === 'number' ? timeStamp(value) : valueText(value)

interface EventTableProps extends Pick<EventTailProps, 'columns' | 'isDecidedOn'> {
  readonly events: readonly RecentEventAnswer[]
}

function EventTable({ events, columns, isDecidedOn }: EventTableProps) {
  return (
    <div class="wide" role="region" aria-label="Columns of the events" tabIndex={0}>
      <table class="list">
        <thead>
          <tr>
            <th scope="col">Arrived (UTC)</th>
            <th scope="col" class="number">
              Delay
            </th>
            {columns.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {events.map(({ entry, arrival, time, fields }) => (
            <tr key={entry}>
              <td>
                {isDecidedOn ? (
                  <Link page="decisions" item={entry} isRow>
                    {timeStamp(arrival)}
                  </Link>
                ) : (
                  timeStamp(arrival)
                )}
              </td>
              <td class="number">{spanText(Math.max(0, arrival - time))}</td>
              {columns.map(({ name, type }) => (
                <td key={name} class="key">
                  {cellText(fields[name], type)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
