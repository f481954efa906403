/** Markers of time series: starts and deployments of a run, swaps of batch results, promotions and alerts, each with its time. */
import { limits } from '../../base/index.ts'
import { batchRunsIn } from '../../batch/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import { namedJson, type NamedValues, type NamedWrite } from '../../log/index.ts'
import { promotionsOf } from '../../training/registry/index.ts'

export const seriesMarkerKinds = ['start', 'deployment', 'swap', 'promotion', 'alert'] as const

/** An event that may explain a change in the series. */
export interface SeriesMarker {
  /** UTC ms. */
  readonly at: number
  readonly kind: (typeof seriesMarkerKinds)[number]
  /** The part of the pipeline that changed; absent for the whole. */
  readonly name?: string
  /** For people, without the time. */
  readonly text: string
}

/** An alert as far as its marker shows it. */
export interface MarkedAlert {
  readonly id: string
  /** When it began to fire, UTC ms. */
  readonly opened: number
  readonly summary: string
}

/** A start of a run, as stored. */
interface StoredStart {
  readonly at: number
  readonly fingerprint: string
}

const STARTS = 'series/starts'

const startsIn = (store: Pick<NamedValues, 'get'>): readonly StoredStart[] => namedJson<StoredStart[]>(store, STARTS) ?? []

/** Time of the last start with changed definitions, UTC ms; `undefined` if none is stored. */
export function lastDeployment(store: Pick<NamedValues, 'get'>): number | undefined {
  return startsIn(store).findLast((start, i, starts) => i > 0 && start.fingerprint !== starts[i - 1].fingerprint)?.at
}

/** The named value that records a start at `at`, UTC ms, of the pipeline with a fingerprint. */
export function recordedStart(store: Pick<NamedValues, 'get'>, at: number, fingerprint: string): NamedWrite {
  return [STARTS, JSON.stringify([...startsIn(store), { at, fingerprint }].slice(-limits.SERIES_MARKERS_MAX))]
}

/**
 * The markers of a range that begins at `since`, UTC ms, oldest first; at most the newest `SERIES_MARKERS_MAX`. `alerts`: all of
 * the run.
 */
export function seriesMarkers(
  store: NamedValues,
  ir: Pick<PipelineIR, 'models'> | undefined,
  since: number,
  alerts: readonly MarkedAlert[],
): SeriesMarker[] {
  const starts = startsIn(store)
  const markers: SeriesMarker[] = [
    ...starts.map(({ at, fingerprint }, i) => startMarker(at, fingerprint, starts[i - 1]?.fingerprint)),
    ...batchRunsIn(store).flatMap(({ number, group, swappedAt }): SeriesMarker[] =>
      swappedAt === undefined ? [] : [{ at: swappedAt, kind: 'swap', name: group, text: `group '${group}' uses batch run ${number}` }],
    ),
    ...(ir?.models ?? []).flatMap(({ name }) =>
      promotionsOf(store, name).map(({ at, version }): SeriesMarker => {
        const scorer = version === 0 ? 'the score of its definition' : `version ${version}`
        return { at, kind: 'promotion', name, text: `model '${name}' scores with ${scorer}` }
      }),
    ),
  ]
  for (const { id, opened, summary } of alerts) markers.push({ at: opened, kind: 'alert', name: id, text: summary })
  return markers
    .filter(({ at }) => at >= since)
    .sort((a, b) => a.at - b.at)
    .slice(-limits.SERIES_MARKERS_MAX)
}

function startMarker(at: number, fingerprint: string, previous: string | undefined): SeriesMarker {
  if (previous === undefined || previous === fingerprint) return { at, kind: 'start', text: 'the run started' }
  return { at, kind: 'deployment', text: 'the run started with changed definitions' }
}
