/** Rates live or over hours and days, with markers of starts, deployments, swaps, promotions and alerts. */
import type { StatusAnswer } from '../core/answers.ts'
import type { View } from '../core/location.ts'
import { useResource } from '../core/resource.ts'
import { setFilters } from '../core/router.tsx'
import { rateText, timeStamp } from '../core/text.ts'
import { rateSeries } from '../live/status-history.ts'
import {
  type ChartRange,
  chartRanges,
  chosenRange,
  endedIntervals,
  markerTimes,
  openingRange,
  SAMPLE_MS,
  type SeriesAnswer,
  seriesTimes,
  storedRates,
} from '../live/stored-series.ts'
import { useLiveStatus, useServerNow } from '../live/use-status.ts'
import { type ChartLine, RateChart } from './rate-chart.tsx'

/** One line: its count in the live status, and its stored series. */
export interface RateLine {
  readonly label: string
  readonly colour: string
  readonly count: (status: StatusAnswer) => number
  readonly measure: 'events' | 'decisions'
  readonly labels: Readonly<Record<string, string>>
}

interface RateHistoryProps {
  readonly view: View
  readonly lines: readonly RateLine[]
}

export const rangeTexts: Readonly<Record<ChartRange, string>> = {
  live: 'since this page was opened',
  '1h': 'last hour',
  '6h': 'last 6 hours',
  '24h': 'last day',
  '7d': 'last week',
}

export function RateHistory({ view, lines }: RateHistoryProps) {
  const { history } = useLiveStatus()
  const chosen = chosenRange(view.query['range'])
  // A live chart has the markers of the last hour.
  const since = chosen === undefined || chosen === 'live' ? '1h' : chosen
  const { value, error } = useResource<SeriesAnswer>(`/series?names=events,decisions&since=${since}`, SAMPLE_MS)
  const range = chosen ?? openingRange(value)
  return (
    <section aria-labelledby="rates">
      <div class="heading">
        <h2 id="rates">Rates, {rangeTexts[range]}</h2>
        <div class="ranges" role="group" aria-label="Range">
          {chartRanges.map(name => (
            <button key={name} type="button" aria-pressed={name === range} onClick={() => setFilters(view, { range: name })}>
              {name}
            </button>
          ))}
        </div>
      </div>
      {error && <p class="banner">{error.message}</p>}
      {range === 'live' ? (
        <LiveChart history={history} lines={lines} marks={value ? markerTimes(value) : []} />
      ) : (
        value && <StoredChart answer={value} lines={lines} />
      )}
    </section>
  )
}

interface LiveChartProps extends Pick<RateHistoryProps, 'lines'> {
  readonly history: readonly StatusAnswer[]
  /** Seconds since the epoch. */
  readonly marks: readonly number[]
}

function LiveChart({ history, lines, marks }: LiveChartProps) {
  const all = lines.map(({ label, colour, count }) => ({ label, colour, ...rateSeries(history, count) }))
  if (all[0].times.length < 2) return <p class="soft">Two seconds until there is a line to draw.</p>
  return <Chart times={all[0].times} lines={all.map(({ label, colour, rates }) => ({ label, colour, values: rates }))} marks={marks} />
}

function StoredChart({ answer: stored, lines }: { readonly answer: SeriesAnswer; readonly lines: readonly RateLine[] }) {
  const now = useServerNow()
  const answer = endedIntervals(stored)
  const markers = answer.markers.filter(({ at }) => at >= answer.from)
  if (answer.length < 2) return <p class="soft">No samples yet: the run takes one every 10 s.</p>
  return (
    <>
      <Chart
        times={seriesTimes(answer, now)}
        lines={lines.map(({ label, colour, measure, labels }) => ({ label, colour, values: storedRates(answer, measure, labels) }))}
        marks={markerTimes(answer)}
      />
      {markers.length > 0 && (
        <ul class="markers">
          {markers.slice(-8).map(({ at, kind, name, text }) => (
            <li key={`${at} ${text}`}>
              {timeStamp(at)} <strong>{kind}</strong> {name} <span class="soft">{text}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function Chart({
  times,
  lines,
  marks,
}: {
  readonly times: readonly number[]
  readonly lines: readonly ChartLine[]
  readonly marks: readonly number[]
}) {
  const newest = lines.map(({ label, values }) => `${label} ${rateText(values.findLast(value => value !== null) ?? undefined)}`)
  return <RateChart label={`Rates over time, at the end ${newest.join(', ')}`} times={times} lines={lines} marks={marks} />
}
