/** Sources: rates, duplicates, late and rejected records, columns, events and the decisions that follow as they come. */
import { PartAlerts } from '../alerts/part-alerts.tsx'
import type { DecisionAnswer, LetterCounts, PipelineAnswer, SourceAnswer } from '../core/answers.ts'
import type { View } from '../core/location.ts'
import { Link, setFilters } from '../core/router.tsx'
import { useRole } from '../core/session.ts'
import { countText, percentText, pluralText, rateText, spanText } from '../core/text.ts'
import { DecisionTable } from '../decisions/decision-list.tsx'
import { useEventTail } from '../live/event-tail.ts'
import { DelayHistory } from './delay-history.tsx'
import { EventTailList } from './event-tail-list.tsx'
import { lagText } from './lag-text.ts'
import { PartitionLags } from './partition-lags.tsx'
import { quietText } from './quiet-source.ts'
import { durationOr, LAG_TITLE, useSourceDelays } from './source-delays.ts'
import { SchemaVersions } from './schema-versions.tsx'
import { acceptedOf, rateOf } from '../live/status-history.ts'
import { useLiveStatus, useServerNow } from '../live/use-status.ts'
import { RateHistory, type RateLine } from '../parts/rate-history.tsx'

interface SourcesProps {
  readonly view: View
  readonly pipeline: PipelineAnswer
}

export function Sources({ view, pipeline }: SourcesProps) {
  const source = pipeline.sources.find(({ name }) => name === view.item)
  if (source) return <SourcePage view={view} source={source} pipeline={pipeline} />
  return (
    <>
      <h1>Sources</h1>
      {view.item !== undefined && <p class="banner">There is no source '{view.item}'.</p>}
      <SourceTable pipeline={pipeline} />
    </>
  )
}

function SourceTable({ pipeline }: { readonly pipeline: PipelineAnswer }) {
  const { history } = useLiveStatus()
  const counts = history.at(-1)?.sources ?? []
  const delaysOf = useSourceDelays()
  const now = useServerNow()
  return (
    <table class="list">
      <caption>{COUNTS_NOTE}</caption>
      <thead>
        <tr>
          <th scope="col">Source</th>
          <th scope="col">Read by</th>
          {['Rate', 'Delay', 'Lag', 'Events', 'Duplicates', 'Late', 'Rejected'].map(title => (
            <th key={title} scope="col" class="number" title={columnTitles[title]}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {pipeline.sources.map(({ name, allowedLateness }) => {
          const { delay, ...lag } = delaysOf(name)
          const own = counts.find(({ source }) => source === name)
          const quiet = quietText(own?.lastArrival, now)
          return (
            <tr key={name}>
              <th scope="row">
                <Link page="sources" item={name} isRow>
                  {name}
                </Link>
              </th>
              <td>{readersOf(pipeline, name).join(', ')}</td>
              <td class="number">{rateText(rateOf(history, acceptedOf(name)))}</td>
              <td class="number" data-label="delay">
                {durationOr('…', delay)}
                {quiet !== '' && <span class="soft"> {quiet}</span>}
              </td>
              <td class="number" data-label="lag">
                {lagText(lag)}
              </td>
              <td class="number" data-label="events">
                {own && countText(own.accepted)}
              </td>
              <td class="number" data-label="duplicates">
                {own && countText(own.duplicates)}
              </td>
              <td class="number" data-label="late" title={lateTitle(allowedLateness)}>
                {own && countText(own.late)}
              </td>
              <td class={`number ${own && own.rejected > 0 ? 'bad' : ''}`} data-label="rejected">
                {own && countText(own.rejected)}
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

const COUNTS_NOTE = 'Counts since the last start of the run; the log also has the events from before it.'

const lateTitle = (allowedLateness: number): string =>
  `Accepted events that arrived more than ${spanText(allowedLateness)} (allowedLateness) after their event time; a shorter delay does not count here`

const columnTitles: Readonly<Record<string, string>> = {
  Delay: 'Arrival of the newest event less its event time',
  Lag: LAG_TITLE,
  Late: 'Accepted events that arrived later than the allowedLateness of the source; a shorter delay does not count here',
}

const readersOf = ({ groups, models }: PipelineAnswer, source: string): string[] => [
  ...groups.filter(group => group.source === source).map(({ name }) => name),
  ...models.filter(model => model.source === source).map(({ name }) => name),
]

function SourcePage({ view, source, pipeline }: SourcesProps & { readonly source: SourceAnswer }) {
  const { history } = useLiveStatus()
  const status = history.at(-1)
  const { name } = source
  const counts = status?.sources.find(candidate => candidate.source === name)
  const { delay, ...lag } = useSourceDelays()(name)
  const now = useServerNow()
  return (
    <>
      <p>
        <Link page="sources">← Sources</Link>
      </p>
      <h1>{name}</h1>
      <PartAlerts kind="source" name={name} />
      {counts && (
        <dl class="figures">
          {(
            [
              ['rate', rateText(rateOf(history, acceptedOf(name)))],
              ['events', countText(counts.accepted)],
              [
                'delay of its events',
                [durationOr('…', delay), quietText(counts.lastArrival, now)].filter(Boolean).join('; '),
                columnTitles['Delay'],
              ],
              ['lag', lagText(lag), LAG_TITLE],
              ['duplicates', countText(counts.duplicates)],
              [`late, beyond ${spanText(source.allowedLateness)}`, countText(counts.late), lateTitle(source.allowedLateness)],
              [
                'rejected',
                `${countText(counts.rejected)} (${percentText(counts.rejected / Math.max(1, counts.rejected + counts.accepted))})`,
              ],
            ] as const
          ).map(([label, value, title]) => (
            <div key={label} title={title}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      <p class="soft">{COUNTS_NOTE}</p>
      <Rejections source={name} letters={status?.deadLetters ?? []} />
      <RateHistory view={view} lines={[sourceLine(name)]} />
      <DelayHistory view={view} source={name} />
      <PartitionLags source={name} />
      <Columns source={source} />
      <SchemaVersions source={name} />
      <EventTailList
        view={view}
        source={name}
        columns={source.columns}
        isDecidedOn={pipeline.models.some(model => model.source === name)}
      />
      <LiveDecisions view={view} source={name} pipeline={pipeline} />
    </>
  )
}

const sourceLine = (source: string): RateLine => ({
  label: 'events',
  colour: '--incident',
  count: acceptedOf(source),
  measure: 'events',
  labels: { source, outcome: 'accepted' },
})

function Rejections({ source, letters }: { readonly source: string; readonly letters: readonly LetterCounts[] }) {
  const mayOperate = useRole('operate')
  const own = letters.filter(count => count.source === source)
  if (own.length === 0) return null
  return (
    <section aria-labelledby="rejections">
      <h2 id="rejections">Dead letters to settle</h2>
      <ul>
        {own.map(({ reason, letters: count }) => (
          <li key={reason}>
            {mayOperate ? (
              <Link page="dead-letters" query={{ source, reason }}>
                {pluralText(count, 'record')} for '{reason}'
              </Link>
            ) : (
              `${pluralText(count, 'record')} for '${reason}'`
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Columns({ source: { columns, key, time, id, dedupe } }: { readonly source: SourceAnswer }) {
  const roleOf = (name: string): string =>
    [name === key && 'key', name === time && 'event time', name === id && 'id'].filter(Boolean).join(', ')
  return (
    <section aria-labelledby="columns">
      <h2 id="columns">Schema</h2>
      <table>
        <caption>
          {id === undefined
            ? 'Events have no id, so duplicates count.'
            : `Events with the same ${id} within ${spanText(dedupe)} count once.`}
        </caption>
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Type</th>
            <th scope="col">Use</th>
            <th scope="col">Values</th>
          </tr>
        </thead>
        <tbody>
          {columns.map(({ name, type, definition }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{type}</td>
              <td>{roleOf(name)}</td>
              <td>{definition ?? ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function LiveDecisions({ view, source, pipeline }: SourcesProps & { readonly source: string }) {
  const models = pipeline.models.filter(model => model.source === source)
  const isLive = view.query['live'] !== undefined
  const tail = useEventTail<DecisionAnswer>(
    '/events',
    'decision',
    { model: models.length === 1 ? models[0].name : undefined, vector: 'false' },
    {
      isOpen: isLive && models.length > 0,
      matches: models.length === 1 ? undefined : ({ model }) => models.some(({ name }) => name === model),
    },
  )
  if (models.length === 0) return null
  return (
    <section aria-labelledby="live">
      <h2 id="live">Decisions on its events</h2>
      <div class="filters">
        <label class="check">
          <input type="checkbox" checked={isLive} onChange={() => setFilters(view, { live: isLive ? undefined : '1' })} />
          Live
        </label>
        {isLive && <span class="soft">{pluralText(tail.total, 'decision')} since you are watching</span>}
      </div>
      <DecisionTable decisions={tail.events.slice(0, 50)} />
    </section>
  )
}
