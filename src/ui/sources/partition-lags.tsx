/** The lag of each partition of a source that its readers measure, the furthest behind first. */
import { useResource } from '../core/resource.ts'
import { countText, spanText } from '../core/text.ts'
import { agePartText, furthestBehind, type SourceLagAnswer, transactionTexts, verdictTexts } from './partition-lag.ts'

/** The run measures lags every 15 s. */
const POLL_MS = 15_000

export function PartitionLags({ source }: { readonly source: string }) {
  const { value, error } = useResource<SourceLagAnswer>(`/sources/${encodeURIComponent(source)}/lag`, POLL_MS)
  const readers = value?.readers ?? []
  const problems = readers.flatMap(({ problem, failure }) => failure ?? problem ?? [])
  const { rows, omitted } = furthestBehind(readers)
  if (!error && problems.length === 0 && rows.length === 0) return null
  return (
    <section aria-labelledby="partitions">
      <h2 id="partitions">Lag by partition</h2>
      {error && <p class="banner">{error.message}</p>}
      {problems.map(problem => (
        <p key={problem} class="banner">
          {problem}
        </p>
      ))}
      {transactionTexts(readers).map(text => (
        <p key={text} class="notice">
          {text}
        </p>
      ))}
      {rows.length > 0 && (
        <table class="list">
          <thead>
            <tr>
              <th scope="col">Partition</th>
              {['Behind', 'Oldest unread', 'Caught up in'].map(title => (
                <th key={title} scope="col" class="number">
                  {title}
                </th>
              ))}
              <th scope="col">Verdict</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ title, lag, unit, age, catchUpMs, verdict }) => (
              <tr key={title}>
                <th scope="row">{title}</th>
                <td class="number" data-label="behind">
                  {countText(lag)} {unit}
                </td>
                <td class="number" data-label="oldest unread">
                  {agePartText(age)}
                </td>
                <td class="number" data-label="caught up in">
                  {catchUpMs === undefined ? '—' : spanText(catchUpMs)}
                </td>
                <td class={verdict === 'OK' ? '' : 'bad'}>{verdictTexts[verdict]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {omitted > 0 && <p class="soft">{countText(omitted)} more are less far behind.</p>}
    </section>
  )
}
