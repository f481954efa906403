/**
 * Events of a stream as they come, by server-sent events. The browser reconnects by itself with the id of the last event; after an
 * answer that is no stream (a run that restarts behind a proxy) the page does, with the same id. So nothing is lost in between.
 *
 * Events are collected and given on a few times a second, so that thousands a second do not render thousands of times.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import { repeatEvery, runAfter } from '../core/clock.ts'
import { prefix } from '../core/router.tsx'
import { queryText } from '../core/query-text.ts'
import { EventBuffer, type EventTail, withEvents } from './event-buffer.ts'

const FLUSH_MS = 300
const RECONNECT_MS = 1500
const nothing = { events: [], total: 0, gaps: [], isConnected: false }

/** Follows a stream while `isOpen`. Events that `matches` rejects are counted and not kept. */
export function useEventTail<T>(
  path: string,
  event: string,
  filter: Readonly<Record<string, string | undefined>>,
  { isOpen, matches }: { readonly isOpen: boolean; readonly matches: ((event: T) => boolean) | undefined },
): EventTail<T> {
  const [tail, setTail] = useState<EventTail<T>>(nothing)
  const filterText = queryText(filter)
  const after = useRef<string>(undefined)
  const newestMatches = useRef(matches)
  newestMatches.current = matches
  useEffect(() => {
    if (!isOpen) return undefined
    setTail(nothing)
    after.current = undefined
    const buffer = new EventBuffer<T>()
    let source: EventSource
    let cancelReconnect = (): void => {}
    const connect = (): void => {
      source = new EventSource(`${prefix}${path}${queryText({ ...filter, after: after.current })}`)
      source.addEventListener('open', () => setTail(before => ({ ...before, isConnected: true })))
      source.addEventListener(event, message => {
        after.current = message.lastEventId
        buffer.add(message.data as string, newestMatches.current)
      })
      source.addEventListener('gap', message => buffer.addGap((JSON.parse(message.data as string) as { why: string }).why))
      source.addEventListener('error', () => {
        setTail(before => ({ ...before, isConnected: false }))
        if (source.readyState === EventSource.CLOSED) cancelReconnect = runAfter(RECONNECT_MS, connect)
      })
    }
    connect()
    const stop = repeatEvery(FLUSH_MS, () => {
      const flushed = buffer.flush()
      if (flushed) setTail(before => withEvents(before, flushed))
    })
    return () => {
      stop()
      cancelReconnect()
      source.close()
    }
  }, [path, event, filterText, isOpen])
  return tail
}
