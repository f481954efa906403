/** The newest decisions: searched by model, key, score and time, or live as they become durable. */
import type { DecisionAnswer, PipelineAnswer } from '../core/answers.ts'
import type { View } from '../core/location.ts'
import { keyParameter } from '../core/mask.ts'
import { useResource } from '../core/resource.ts'
import { Link, setFilters } from '../core/router.tsx'
import { queryText } from '../core/query-text.ts'
import { countText, pluralText, timeStamp, valueText } from '../core/text.ts'
import { useEventTail } from '../live/event-tail.ts'
import { SelectFilter } from '../parts/select-filter.tsx'
import { TextFilter } from '../parts/text-filter.tsx'
import { decisionFilter, decisionPageText, scoreDigits, SHOWN_DECISIONS } from './decision-filter.ts'

export function DecisionList({ view, pipeline }: { readonly view: View; readonly pipeline: PipelineAnswer }) {
  const { model, key, before } = view.query
  const isLive = view.query['live'] !== undefined
  const { filter, parameters, problem } = decisionFilter(view.query)
  const isFiltered = Object.keys(parameters).length > 0
  const path = isLive ? undefined : `/decisions${queryText({ model, key, ...parameters, before, limit: SHOWN_DECISIONS })}`
  const { value, error, reload } = useResource<{ decisions: DecisionAnswer[]; next?: string; lookedAt?: number; lookedTo?: number }>(path)
  const matches = (decision: DecisionAnswer): boolean => (key === undefined || String(decision.key) === key) && filter(decision)
  const tail = useEventTail<DecisionAnswer>(
    '/events',
    'decision',
    { model, vector: 'false' },
    {
      isOpen: isLive,
      matches: key === undefined && !isFiltered ? undefined : matches,
    },
  )
  const page = isLive || !value ? undefined : { ...value, ...parameters, before, decisions: value.decisions.toReversed() }
  const shown = isLive ? tail.events.filter(matches).slice(0, SHOWN_DECISIONS) : page?.decisions
  return (
    <>
      <h1>Decisions</h1>
      <ListFilters view={view} pipeline={pipeline} onReload={reload} />
      {problem !== undefined && <p class="bad">{problem}</p>}
      <p class="soft" aria-live="polite">
        {isLive ? liveText(tail) : page ? decisionPageText(page) : (error?.message ?? 'Searching …')}
      </p>
      {tail.gaps.map(gap => (
        <p key={gap} class="banner">
          {gap}
        </p>
      ))}
      <DecisionTable decisions={shown ?? []} />
      {page?.before !== undefined && (
        <p>
          <Link page="decisions" query={{ ...view.query, before: undefined }}>
            Newest decisions
          </Link>
        </p>
      )}
      {page?.next !== undefined && (
        <p>
          <Link page="decisions" query={{ ...view.query, before: page.next }}>
            Older decisions
          </Link>
        </p>
      )}
    </>
  )
}

interface ListFiltersProps {
  readonly view: View
  readonly pipeline: PipelineAnswer
  readonly onReload: () => void
}

function ListFilters({ view, pipeline, onReload }: ListFiltersProps) {
  const { query } = view
  const isLive = query['live'] !== undefined
  // Other filters begin with the newest decisions.
  const filter = (filters: Readonly<Record<string, string | undefined>>): void => setFilters(view, { ...filters, before: undefined })
  return (
    <div class="filters">
      <SelectFilter
        label="Model"
        value={query['model']}
        choices={pipeline.models.map(({ name }) => name)}
        onChoose={chosen => filter({ model: chosen })}
      />
      <TextFilter label="Key" value={query['key']} onChange={text => filter({ key: text })} />
      <TextFilter label="Least score" value={query['min']} size={6} onChange={text => filter({ min: text })} />
      <TextFilter label="Since (UTC)" value={query['since']} placeholder="2026-01-01 11:00" onChange={text => filter({ since: text })} />
      <TextFilter label="Until (UTC)" value={query['until']} placeholder="2026-01-01 12:00" onChange={text => filter({ until: text })} />
      <label class="check">
        <input type="checkbox" checked={isLive} onChange={() => filter({ live: isLive ? undefined : '1' })} />
        Live
      </label>
      {!isLive && (
        <button type="button" onClick={onReload}>
          Read again
        </button>
      )}
    </div>
  )
}

const liveText = ({ total, isConnected }: { readonly total: number; readonly isConnected: boolean }): string =>
  `${pluralText(total, 'decision')} since you are watching${isConnected ? '' : '; connecting, and nothing is lost meanwhile'}`

export function DecisionTable({ decisions }: { readonly decisions: readonly DecisionAnswer[] }) {
  if (decisions.length === 0) return null
  return (
    <table class="list">
      <thead>
        <tr>
          <th scope="col">Time (UTC)</th>
          <th scope="col">Model</th>
          <th scope="col">Key</th>
          <th scope="col" class="number">
            Score
          </th>
          <th scope="col" class="number">
            Entry
          </th>
        </tr>
      </thead>
      <tbody>
        {decisions.map(({ t, model, key, score, entry, version }) => (
          <tr key={`${model} ${entry} ${valueText(key)}`}>
            <td>
              <Link page="decisions" item={entry} query={{ model, key: keyParameter(key) }} isRow>
                {timeStamp(t)}
              </Link>
            </td>
            <td>
              {model}
              {version === undefined ? '' : ` v${version}`}
            </td>
            <td class="key">{valueText(key)}</td>
            <td class="number" title={score === null ? undefined : String(score)}>
              {scoreDigits(score)}
            </td>
            <td class="number soft">{countText(entry)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
