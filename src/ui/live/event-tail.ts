/**
 * Events of a stream as they come, by server-sent events. The browser reconnects by itself with the id of the last event; after an
 * answer that is no stream (a run that restarts behind a proxy) the page does, with the same id. So nothing is lost in between.
 *
 * Events are collected and given on a few times a second, so that thousands a second do not render thousands of times.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import { repeatEvery, runAfter } from '../core/clock.ts'
import { prefix } from '../core/router.tsx'
import { queryText } from '../core/server.ts'

const FLUSH_MS = 300
const RECONNECT_MS = 1500
/** Newest events that are kept for a list. */
export const TAIL_MAX = 200

export interface EventTail<T> {
  /** The newest first. */
  readonly events: readonly T[]
  /** All events since the tail was opened, shown or not. */
  readonly total: number
  /** Events that were deleted before they could be sent. */
  readonly gaps: readonly string[]
  readonly isConnected: boolean
}

const nothing = { events: [], total: 0, gaps: [], isConnected: false }

/** The tail with more events, newest last, and gaps. */
export const withEvents = <T>(tail: EventTail<T>, events: readonly T[], gaps: readonly string[]): EventTail<T> => ({
  ...tail,
  events: [...events.slice(-TAIL_MAX).toReversed(), ...tail.events].slice(0, TAIL_MAX),
  total: tail.total + events.length,
  gaps: [...tail.gaps, ...gaps],
})

/** Follows a stream while `isOpen`. */
export function useEventTail<T>(
  path: string,
  event: string,
  filter: Readonly<Record<string, string | undefined>>,
  isOpen: boolean,
): EventTail<T> {
  const [tail, setTail] = useState<EventTail<T>>(nothing)
  const filterText = queryText(filter)
  const after = useRef<string>(undefined)
  useEffect(() => {
    if (!isOpen) return undefined
    setTail(nothing)
    after.current = undefined
    let texts: string[] = []
    let gaps: string[] = []
    let source: EventSource
    let cancelReconnect = (): void => {}
    const connect = (): void => {
      source = new EventSource(`${prefix}${path}${queryText({ ...filter, after: after.current })}`)
      source.addEventListener('open', () => setTail(before => ({ ...before, isConnected: true })))
      source.addEventListener(event, message => {
        after.current = message.lastEventId
        texts.push(message.data as string)
      })
      source.addEventListener('gap', message => gaps.push((JSON.parse(message.data as string) as { why: string }).why))
      source.addEventListener('error', () => {
        setTail(before => ({ ...before, isConnected: false }))
        if (source.readyState === EventSource.CLOSED) cancelReconnect = runAfter(RECONNECT_MS, connect)
      })
    }
    connect()
    const stop = repeatEvery(FLUSH_MS, () => {
      if (texts.length === 0 && gaps.length === 0) return
      const total = texts.length
      const events = texts.slice(-TAIL_MAX).map(text => JSON.parse(text) as T)
      const newGaps = gaps
      texts = []
      gaps = []
      setTail(before => {
        const next = withEvents(before, events, newGaps)
        return { ...next, total: before.total + total }
      })
    })
    return () => {
      stop()
      cancelReconnect()
      source.close()
    }
  }, [path, event, filterText, isOpen])
  return tail
}
