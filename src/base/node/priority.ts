/** The priority of a thread for background work. */
import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'

/** A third of the processor time of a thread of normal priority, where both compete. Less would prolong what others wait for, such as a lock. */
const NICE = 5

/**
 * Gives other threads and processes of the machine more of the processor. On Linux this is for the calling thread alone; elsewhere, and where it is
 * not allowed, nothing happens.
 */
export function yieldProcessor(): void {
  try {
    // PID/task/TID. A thread has a priority of its own on Linux, by the number of the thread.
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1))
    setPriority(thread, NICE)
  } catch {
    // No Linux, or not allowed.
  }
}
