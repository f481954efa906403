/**
 * The stream of changes of alerts, one for the whole page: whoever shows alerts reads them again at each change. It is closed while the
 * page is hidden, since a browser has six connections for all tabs of a server.
 */
import { createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import { runAfter } from '../core/clock.ts'
import { type Resource, useResource } from '../core/resource.ts'
import { prefix } from '../core/router.tsx'

const RECONNECT_MS = 10_000
/** Interval of reading while the stream is connected, ms: for what is no change of an alert, such as its age. */
const CONNECTED_POLL_MS = 60_000
const POLL_MS = 5000

/** The number of times at which alerts may have changed, and the state of the connection. */
export interface AlertStream {
  readonly changes: number
  readonly isConnected: boolean
}

const none: AlertStream = { changes: 0, isConnected: false }

export const AlertStreamContext = createContext<AlertStream>(none)

/** Follows the stream while the component is shown. */
export function useAlertStream(): AlertStream {
  const [stream, setStream] = useState(none)
  useEffect(() => {
    let source: EventSource | undefined
    let cancelReconnect = (): void => {}
    const note = (isConnected: boolean): void => setStream(({ changes }) => ({ changes: changes + 1, isConnected }))
    const close = (): void => {
      cancelReconnect()
      source?.close()
      source = undefined
    }
    const connect = (): void => {
      close()
      if (document.visibilityState !== 'visible') return setStream(before => ({ ...before, isConnected: false }))
      const opened = new EventSource(`${prefix}/alerts/stream`)
      source = opened
      for (const event of ['open', 'alert', 'gap']) opened.addEventListener(event, () => note(true))
      opened.addEventListener('error', () => {
        setStream(before => ({ ...before, isConnected: false }))
        if (opened.readyState === EventSource.CLOSED) cancelReconnect = runAfter(RECONNECT_MS, connect)
      })
    }
    connect()
    document.addEventListener('visibilitychange', connect)
    return () => {
      close()
      document.removeEventListener('visibilitychange', connect)
    }
  }, [])
  return stream
}

/** The answer of a route about alerts, read again when one changes, and every few seconds without a stream. */
export function useAlerts<T>(path: string): Resource<T> {
  const { changes, isConnected } = useContext(AlertStreamContext)
  const resource = useResource<T>(path, isConnected ? CONNECTED_POLL_MS : POLL_MS)
  useEffect(() => {
    if (changes > 0) resource.reload()
  }, [changes])
  return resource
}
