/** Runs a task one at a time, so that a slow answer never replaces a newer one. */
export interface SerialTask {
  /** Runs the task now; after the present run, if it is running. */
  readonly request: () => void
  /** Runs the task now, unless it is running. */
  readonly poll: () => void
}

/** The task must not reject. */
export function oneAtATime(task: () => Promise<void>): SerialTask {
  let isRunning = false
  let isRequested = false
  const run = (): void => {
    isRunning = true
    isRequested = false
    void task().finally(() => {
      isRunning = false
      if (isRequested) run()
    })
  }
  return {
    request: () => {
      if (isRunning) isRequested = true
      else run()
    },
    poll: () => {
      if (!isRunning) run()
    },
  }
}
