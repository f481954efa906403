/**
 * What a bench is: a figure beside a peer, on the same work, in the same run.
 *
 * A bench first checks that both sides computed the same result, then takes rounds in turn (ours, peer, ours, peer …), so that a slow minute
 * of the machine falls on both, and compares medians.
 */
import { pause, stopwatch } from '../src/base/clock.ts'

export interface BenchOptions {
  /** Sizes that show that the bench works, within seconds. The bounds of the issue are for the full size and do not decide then. */
  readonly small: boolean
  readonly rounds?: number | undefined
  /** How long a bench goes on that is as long as one likes. */
  readonly minutes?: number | undefined
  /** Says what is being done. */
  readonly progress: (text: string) => void
}

export interface Peer {
  readonly name: string
  readonly version: string
  readonly value: number
}

/** The published shape. Whatever else a bench measured stands in `settings` or in further fields. */
export interface Figure {
  readonly bench: string
  readonly unit: string
  readonly spillway: number
  /** `null`, with `ratio`, where no peer does this work, or where it is missing at a small size. */
  readonly peer: Peer | null
  /** That the peer is missing, and what brings it. */
  readonly peerMissing?: string
  /** Above 1: Spillway is better. */
  readonly ratio: number | null
  readonly rounds: number
  readonly settings: Readonly<Record<string, unknown>>
  readonly [more: string]: unknown
}

export interface Outcome {
  readonly figure: Figure
  /** What does not hold: a result that differs, a bound that was missed. */
  readonly failures: readonly string[]
}

export interface Bench {
  readonly name: string
  readonly run: (options: BenchOptions) => Promise<Outcome>
}

/** Thrown by a bench whose peer is not installed: no ratio is printed against a remembered number. */
export class PeerMissing extends Error {
  override readonly name = 'PeerMissing'
  constructor(peer: string, fix: string) {
    super(`the peer ${peer} is not installed; ${fix}`)
  }
}

/** Starts a peer. One that is missing ends a bench, but not at a small size: our side is shown to work, and the figure says that it stands alone. */
export async function peerIfThere<T>(start: () => Promise<T>, { small, progress }: BenchOptions): Promise<T | PeerMissing> {
  try {
    return await start()
  } catch (error) {
    if (!(error instanceof PeerMissing) || !small) throw error
    progress(error.message)
    return error
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Of some rounds the one in the middle by a figure of theirs, without what did not hold. */
export function middleRound<R extends { readonly failures: readonly string[] }>(
  rounds: readonly R[],
  by: (round: R) => number,
): Omit<R, 'failures'> {
  const { failures: _, ...shown } = rounds.toSorted((a, b) => by(a) - by(b))[rounds.length >> 1]
  return shown
}

export type Side = () => unknown

/** Seconds of each round of one side. */
export interface Seconds {
  readonly wall: number[]
  /** Of all threads of the process: what the work costs on any number of cores, however busy the machine is. */
  readonly cpu: number[]
}

/** For V8 to give the memory of what was collected back, which it does on other threads and a side must not pay for. */
const SWEEP_MS = 300

/**
 * The sides taken in turn, another one first in each round, since what ran before leaves its traces in caches and memory; garbage of one
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

/** Above 1 if Spillway is better, whichever way the unit runs. */
export const ratioOf = (better: 'higher' | 'lower', spillway: number, peer: number): number =>
  better === 'higher' ? spillway / peer : peer / spillway
