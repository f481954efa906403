/**
 * Judges the lag of a consumer by its movement over a window of samples, not by a threshold: a consumer that is far behind and gains is
 * healthy, one that is a little behind and stands still is not.
 *
 * The rules are those of LinkedIn's Burrow (https://github.com/linkedin/Burrow/wiki/Consumer-Lag-Evaluation-Rules). The first rule that
 * applies gives the verdict:
 *
 * 1. The present lag is at most the allowed lag: `OK`.
 * 2. The newest sample is older than the window is long (`now - last > last - first`), and no recent end of the place was at or before the
 *    position: `STOP`.
 * 3. The newest position is before an earlier position of the window: `REWIND`. Burrow looks at the first step back of a window alone.
 * 4. Some sample of the window had at most the allowed lag: `OK`.
 * 5. The position is the same in all samples: `STALL`.
 * 6. The lag never became smaller from one sample to the next: `WARN`.
 * 7. Otherwise `OK`.
 *
 * A run takes a sample of a source at fixed intervals while the reader of the source lives. So a reader that has ended gives `STOP`, and a
 * reader that lives and reads nothing gives `STALL`. Cost: some passes over the window, no allocation.
 */

/** A place in a source that can be compared: bytes of a file, a log sequence number. A later place is greater. */
export type PlacePosition = number | bigint

/** The state of a consumer at one time. */
export interface LagSample {
  /** UTC ms. */
  readonly time: number
  /** The committed position. */
  readonly position: PlacePosition
  /** Distance from the position to the end of the place, in the unit of the source (bytes, rows); undefined if it is unknown. */
  readonly lag: number | undefined
}

/** The evidence for a verdict about one partition of a source. */
export interface LagEvidence {
  /** In order of time, at equal intervals, about. */
  readonly samples: readonly LagSample[]
  /** Recent ends of the place. An end at or before the newest position shows that the consumer was caught up a short time ago. */
  readonly recentEnds?: readonly PlacePosition[]
  /** The present lag, in the unit of the samples. */
  readonly lag: number
  /** UTC ms. */
  readonly now: number
  /** Lag that counts as caught up, in the unit of the samples. Default 0. */
  readonly allowedLag?: number
}

/** A verdict about one partition. */
export type LagVerdict = 'OK' | 'WARN' | 'STOP' | 'STALL' | 'REWIND'

/** A verdict about a source with all its partitions. */
export type SourceLagVerdict = 'OK' | 'WARN' | 'ERR'

/**
 * The verdict about one partition.
 *
 * @example
 * lagVerdict({ samples: [{ time: 0, position: 10, lag: 5 }, { time: 15_000, position: 10, lag: 9 }], lag: 9, now: 16_000 }) // 'STALL'
 */
export function lagVerdict({ samples, recentEnds = [], lag, now, allowedLag = 0 }: LagEvidence): LagVerdict {
  const first = samples.at(0)
  const last = samples.at(-1)
  if (!first || !last || lag <= allowedLag) return 'OK'
  const hasStopped = now - last.time > last.time - first.time
  if (hasStopped && !recentEnds.some(end => end <= last.position)) return 'STOP'
  if (samples.some(({ position }) => position > last.position)) return 'REWIND'
  if (samples.some(sample => sample.lag !== undefined && sample.lag <= allowedLag)) return 'OK'
  if (samples.every(({ position }) => position === first.position)) return 'STALL'
  return isLagFalling(samples) ? 'OK' : 'WARN'
}

/** The verdict about a source: `ERR` if a partition stands still or went back, otherwise `WARN` if one falls behind. */
export function sourceLagVerdict(partitions: readonly LagVerdict[]): SourceLagVerdict {
  if (partitions.some(verdict => verdict !== 'OK' && verdict !== 'WARN')) return 'ERR'
  return partitions.includes('WARN') ? 'WARN' : 'OK'
}

/** True if the lag is smaller than before in some sample. Samples without a lag are passed over. */
function isLagFalling(samples: readonly LagSample[]): boolean {
  let before: number | undefined
  for (const { lag } of samples) {
    if (lag === undefined) continue
    if (before !== undefined && lag < before) return true
    before = lag
  }
  return false
}
