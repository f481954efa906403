/** A change that a person makes: busy while it is made, then a result or the server's error. */
import { useState } from 'preact/hooks'
import type { StrictOmit } from '../../base/index.ts'
import type { CallError } from '../core/server.ts'

export interface Change {
  readonly isBusy: boolean
  readonly result: string | undefined
  readonly problem: string | undefined
  /** Makes a change, one at a time. Resolves with true if it was made. `make` returns the words for its result. */
  readonly run: (make: () => Promise<string>) => Promise<boolean>
}

export function useChange(onChanged: () => void = () => {}): Change {
  const [state, setState] = useState<StrictOmit<Change, 'run'>>({ isBusy: false, result: undefined, problem: undefined })
  const run = async (make: () => Promise<string>): Promise<boolean> => {
    if (state.isBusy) return false
    setState({ isBusy: true, result: undefined, problem: undefined })
    try {
      const result = await make()
      setState({ isBusy: false, result, problem: undefined })
      onChanged()
      return true
    } catch (error) {
      setState({ isBusy: false, result: undefined, problem: (error as CallError).message })
      return false
    }
  }
  return { ...state, run }
}
