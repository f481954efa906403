/** A route's answer as state of a component: loads, reloads, keeps the last answer while it loads again. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { repeatEvery } from './clock.ts'
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

/** The answer of `GET path`, read again every `everyMs` while the page is visible; nothing is read for an undefined path. */
export function useResource<T>(path: string | undefined, everyMs?: number): Resource<T> {
  const [state, setState] = useState<ResourceState<T>>({ path })
  const latest = useRef(path)
  latest.current = path
  const reload = useCallback(() => {
    if (path === undefined) return
    call<T>('GET', path).then(
      value => latest.current === path && setState({ path, value }),
      (error: CallError) => latest.current === path && setState(before => ({ ...(before.path === path && before), path, error })),
    )
  }, [path])
  useEffect(() => {
    reload()
    return everyMs === undefined ? undefined : repeatEvery(everyMs, () => document.visibilityState === 'visible' && reload())
  }, [reload, everyMs])
  const isSame = state.path === path
  return { value: isSame ? state.value : undefined, error: isSame ? state.error : undefined, reload }
}
