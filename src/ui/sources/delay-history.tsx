/** Delay and lag of a source over the range of its rates, with markers of starts, deployments, swaps, promotions and alerts. */
import type { View } from '../core/location.ts'
import { useResource } from '../core/resource.ts'
import { countText, spanText } from '../core/text.ts'
import { chosenRange, markerTimes, type SeriesAnswer, seriesTimes, storedLevels } from '../live/stored-series.ts'
import { useServerNow } from '../live/use-status.ts'
import { type ChartUnit, RateChart } from '../parts/rate-chart.tsx'
import { rangeTexts } from '../parts/rate-history.tsx'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const duration: ChartUnit = {
  textOf: ms => (ms === undefined ? '…' : spanText(ms)),
  steps: [
    ...[1, 10, 100, SECOND].flatMap(unit => [unit, 2 * unit, 5 * unit]),
    ...[10, 15, 30].map(seconds => seconds * SECOND),
    ...[1, 2, 5, 10, 30].map(minutes => minutes * MINUTE),
    ...[1, 2, 6, 12, 24, 48, 120].map(hours => hours * HOUR),
  ],
}

const records: ChartUnit = {
  textOf: count => (count === undefined ? '…' : countText(count)),
  steps: Array.from({ length: 10 }, (_, digits) => 10 ** digits).flatMap(unit => [unit, 2 * unit, 5 * unit]),
}

export function DelayHistory({ view, source }: { readonly view: View; readonly source: string }) {
  // Unless a range is chosen, hours: a person looks for the time at which a delay began.
  const chosen = chosenRange(view.query['range'])
  const range = chosen === undefined || chosen === 'live' ? '6h' : chosen
  const now = useServerNow()
  const { value, error } = useResource<SeriesAnswer>(`/series?names=source_delay_ms,source_lag_ms,source_lag&since=${range}`, 10_000)
  const lag = value && storedLevels(value, 'source_lag_ms', { source })
  const lagRecords = value && storedLevels(value, 'source_lag', { source })
  return (
    <section aria-labelledby="delays">
      <h2 id="delays">Delay and lag, {rangeTexts[range]}</h2>
      <p class="soft">
        Delay: arrival of the newest event less its event time; it stays the same while nothing arrives. Lag: waiting time of the oldest
        record that is not read and durable, where the reader can tell, to 15 s; and the number of these records.
      </p>
      {error && <p class="banner">{error.message}</p>}
      {value && (
        <RateChart
          label={`Delay and lag of ${source}, ${rangeTexts[range]}`}
          times={seriesTimes(value, now)}
          lines={[
            { label: 'delay', colour: '--incident', values: storedLevels(value, 'source_delay_ms', { source }) },
            ...(lag?.some(ms => ms !== null) ? [{ label: 'lag', colour: '--planned', values: lag }] : []),
          ]}
          marks={markerTimes(value)}
          unit={duration}
        />
      )}
      {value && lagRecords?.some(count => count !== null) && (
        <RateChart
          label={`Unread records of ${source}, ${rangeTexts[range]}`}
          times={seriesTimes(value, now)}
          lines={[{ label: 'records behind', colour: '--planned', values: lagRecords }]}
          marks={markerTimes(value)}
          unit={records}
        />
      )}
    </section>
  )
}
