/** The status of the run, read every second while the page is visible, for all components. */
import { createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import type { StatusAnswer } from '../core/answers.ts'
import { browserNow, repeatEvery } from '../core/clock.ts'
import { call, CallError } from '../core/server.ts'
import { withStatus } from './status-history.ts'

const POLL_MS = 1000

/** The answers so far, and the reason if the last call failed. */
export interface LiveStatus {
  readonly history: readonly StatusAnswer[]
  readonly failure: string | undefined
}

export const StatusContext = createContext<LiveStatus>({ history: [], failure: undefined })

export const useLiveStatus = (): LiveStatus => useContext(StatusContext)

/** The server's time as the last status has it, UTC ms: the clock of the browser may be another. */
export const useServerNow = (): number => useLiveStatus().history.at(-1)?.at ?? browserNow()

/** Reads the status while the component is shown. One call at a time. */
export function useStatusPoll(): LiveStatus {
  const [live, setLive] = useState<LiveStatus>({ history: [], failure: undefined })
  useEffect(() => {
    let isCalling = false
    const read = (): void => {
      if (isCalling || document.visibilityState !== 'visible') return
      isCalling = true
      call<StatusAnswer>('GET', '/status')
        .then(
          status => setLive(({ history }) => ({ history: withStatus(history, status), failure: undefined })),
          (error: CallError) => setLive(({ history }) => ({ history, failure: error.message })),
        )
        .finally(() => (isCalling = false))
    }
    read()
    document.addEventListener('visibilitychange', read)
    const stop = repeatEvery(POLL_MS, read)
    return () => {
      stop()
      document.removeEventListener('visibilitychange', read)
    }
  }, [])
  return live
}
