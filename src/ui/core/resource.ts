/** A route's answer as state of a component: loads, reloads, keeps the last answer while it loads again. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { repeatEvery } from './clock.ts'
import { oneAtATime, type SerialTask } from './one-at-a-time.ts'
import { call, CallError } from './server.ts'

export interface Resource<T> {
  readonly value: T | undefined
  readonly error: CallError | undefined
  /** Loads it again. */
  readonly reload: () => void
}

interface ResourceState<T> {
  readonly path: string | undefined
  readonly value?: T
  readonly error?: CallError
}

/**
 * The answer of `GET path`, read again every `everyMs` while the page is visible, and when it becomes visible. Nothing is read for an
 * undefined path.
 */
export function useResource<T>(path: string | undefined, everyMs?: number): Resource<T> {
  const [state, setState] = useState<ResourceState<T>>({ path })
  const latest = useRef<SerialTask>(undefined)
  const reading = useMemo(() => {
    const own: SerialTask = oneAtATime(async () => {
      if (path === undefined) return
      const setLatest = (next: (before: ResourceState<T>) => ResourceState<T>): void => {
        if (latest.current === own) setState(next)
      }
      await call<T>('GET', path).then(
        value => setLatest(() => ({ path, value })),
        (error: CallError) => setLatest(before => ({ ...(before.path === path && before), path, error })),
      )
    })
    return own
  }, [path])
  latest.current = reading
  useEffect(() => {
    reading.request()
    if (everyMs === undefined) return undefined
    const poll = (): void => {
      if (document.visibilityState === 'visible') reading.poll()
    }
    const stop = repeatEvery(everyMs, poll)
    document.addEventListener('visibilitychange', poll)
    return () => {
      stop()
      document.removeEventListener('visibilitychange', poll)
    }
  }, [reading, everyMs])
  const isSame = state.path === path
  return { value: isSame ? state.value : undefined, error: isSame ? state.error : undefined, reload: reading.request }
}
