/**
 * The frame of a bench: a figure beside a baseline, for the same work, in the same run.
 *
 * A bench first checks that both sides computed the same result, then alternates rounds (ours, baseline, ours, baseline …), so that a slow
 * minute of the machine affects both, and compares medians.
 */
import { pause, stopwatch } from '../src/base/clock.ts'

export interface BenchOptions {
  /** Small sizes that only show that the bench works, within seconds. The bounds of the issue apply to the full size. */
  readonly small: boolean
  readonly rounds?: number | undefined
  /** Duration of a bench without a natural end. */
  readonly minutes?: number | undefined
  /** Reports the current step. */
  readonly progress: (text: string) => void
}

export interface Peer {
  readonly name: string
  readonly version: string
  readonly value: number
}

/** The published figure. Other measurements are in `settings` or in further fields. */
export interface Figure {
  readonly bench: string
  readonly unit: string
  readonly spillway: number
  /** `null`, with `ratio`, if no other system does this work, or if the baseline is missing at a small size. */
  readonly peer: Peer | null
  /** Message about a missing baseline, and how to install it. */
  readonly peerMissing?: string
  /** Above 1: Spillway is better. */
  readonly ratio: number | null
  readonly rounds: number
  readonly settings: Readonly<Record<string, unknown>>
  readonly [more: string]: unknown
}

export interface Outcome {
  readonly figure: Figure
  /** Failed checks: a different result, or a missed bound. */
  readonly failures: readonly string[]
}

export interface Bench {
  readonly name: string
  readonly run: (options: BenchOptions) => Promise<Outcome>
}

/** Thrown by a bench whose baseline is not installed: no ratio is printed against a remembered number. */
export class MissingPeerError extends Error {
  override readonly name = 'MissingPeerError'
  constructor(peer: string, fix: string) {
    super(`the peer ${peer} is not installed; ${fix}`)
  }
}

/** Starts a baseline. A missing one ends a bench, except at a small size, whose figure says that it has none. */
export async function peerIfThere<T>(start: () => Promise<T>, { small, progress }: BenchOptions): Promise<T | MissingPeerError> {
  try {
    return await start()
  } catch (error) {
    if (!(error instanceof MissingPeerError) || !small) throw error
    progress(error.message)
    return error
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The median round by one of its figures, among rounds without failures. */
export function middleRound<R extends { readonly failures: readonly string[] }>(
  rounds: readonly R[],
  by: (round: R) => number,
): Omit<R, 'failures'> {
  const { failures: _, ...middle } = rounds.toSorted((a, b) => by(a) - by(b))[rounds.length >> 1]
  return middle
}

export type Side = () => unknown

/** Seconds of each round of one side. */
export interface Seconds {
  readonly wall: number[]
  /** Of all threads of the process: the cost of the work on any number of cores, however busy the machine is. */
  readonly cpu: number[]
}

/** Time for V8 to return collected memory, which it does on other threads and no side may pay for. */
const SWEEP_MS = 300

/**
 * Alternates the sides, with another first in each round, since the previous work leaves traces in caches and memory. The garbage of one
 * side is collected before the next is timed.
 */
export async function inTurn<Name extends string>(
  rounds: number,
  sides: Readonly<Record<Name, Side>>,
  sweepMs = SWEEP_MS,
): Promise<Record<Name, Seconds>> {
  const names = Object.keys(sides) as Name[]
  const seconds = Object.fromEntries(names.map(name => [name, { wall: [], cpu: [] }])) as unknown as Record<Name, Seconds>
  for (let round = 0; round < rounds; round++)
    for (const name of [...names.slice(round % names.length), ...names.slice(0, round % names.length)]) {
      globalThis.gc?.()
      await pause(sweepMs)
      const before = process.cpuUsage()
      const start = stopwatch()
      await sides[name]()
      seconds[name].wall.push((stopwatch() - start) / 1000)
      const { user, system } = process.cpuUsage(before)
      seconds[name].cpu.push((user + system) / 1e6)
    }
  return seconds
}

/** Above 1 if Spillway is better, for either direction of the unit. */
export const ratioOf = (better: 'higher' | 'lower', spillway: number, peer: number): number =>
  better === 'higher' ? spillway / peer : peer / spillway
