/** Feature groups: definition, placement, lineage both ways, and the values of a key now. */
import { type AlertsAnswer, FIRING_ALERTS } from '../alerts/alert-answers.ts'
import { PartAlerts } from '../alerts/part-alerts.tsx'
import { groupLack } from '../alerts/source-trouble.ts'
import type { GroupAnswer, ObjectiveAnswer, PipelineAnswer } from '../core/answers.ts'
import type { BatchRunsAnswer } from '../core/batch-answers.ts'
import type { View } from '../core/location.ts'
import { useResource } from '../core/resource.ts'
import { Link, setFilters } from '../core/router.tsx'
import { percentText, pluralText, spanText, timeStamp, valueText } from '../core/text.ts'
import { useAlerts } from '../live/alert-stream.ts'
import { newestLevel, type SeriesAnswer } from '../live/stored-series.ts'
import { useServerNow } from '../live/use-status.ts'
import { TextFilter } from '../parts/text-filter.tsx'
import { groupRunsIn } from '../runs/group-runs.ts'
import { delayText, metText, noObjectiveText } from './group-age.ts'
import { GroupCells, GroupFigures, type GroupState } from './group-state.tsx'
import { valuesPath } from './values-path.ts'
import { LineageTable } from './lineage-table.tsx'

interface FeaturesProps {
  readonly view: View
  readonly pipeline: PipelineAnswer
}

export function Features({ view, pipeline }: FeaturesProps) {
  const group = pipeline.groups.find(({ name }) => name === view.item)
  const objectives = useResource<{ objectives: ObjectiveAnswer[] }>('/objectives', 10_000).value?.objectives ?? []
  const levels = useResource<SeriesAnswer>('/series?names=freshness_age_ms,source_delay_ms&since=5m&step=10s', 10_000).value
  const answer = useResource<BatchRunsAnswer>('/runs', 10_000).value
  const allRuns = answer ? groupRunsIn(answer) : []
  const delayOf = (source: string): string | undefined => levels && delayText(newestLevel(levels, 'source_delay_ms', { source }))
  const alerts = useAlerts<AlertsAnswer>(FIRING_ALERTS).value?.alerts ?? []
  const now = useServerNow()
  const stateOf = (group: GroupAnswer): GroupState => {
    const { name, source } = group
    const runs = allRuns.find(candidate => candidate.group === name)
    return {
      delay: delayOf(source),
      lack: groupLack(alerts, group, runs, now),
      objective: objectives.find(candidate => candidate.group === name),
      age: levels && newestLevel(levels, 'freshness_age_ms', { group: name }),
      runs,
    }
  }
  if (group) return <GroupPage view={view} group={group} state={stateOf(group)} />
  return (
    <>
      <h1>Features</h1>
      {view.item !== undefined && <p class="banner">There is no feature group '{view.item}'.</p>}
      <table class="list">
        <thead>
          <tr>
            <th scope="col">Feature group</th>
            <th scope="col">Placement</th>
            <th scope="col">Key</th>
            <th scope="col">Source</th>
            <th scope="col" class="number">
              Features
            </th>
            <th scope="col">Age</th>
            <th scope="col">Batch run</th>
            <th scope="col">Objective</th>
          </tr>
        </thead>
        <tbody>
          {pipeline.groups.map(group => {
            const { name, placement, key, source, features } = group
            const state = stateOf(group)
            return (
              <tr key={name}>
                <th scope="row">
                  <Link page="features" item={name} isRow>
                    {name}
                  </Link>
                </th>
                <td>{placement.text}</td>
                <td>{key.join(', ')}</td>
                <td>
                  <Link page="sources" item={source}>
                    {source}
                  </Link>
                </td>
                <td class="number">{features.length}</td>
                <GroupCells state={state} />
                <td title={state.objective ? undefined : noObjectiveText(state.runs)}>{objectiveText(state.objective)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </>
  )
}

function objectiveText(objective: ObjectiveAnswer | undefined): string {
  if (!objective) return 'none'
  const { age, share } = objective
  const met = metText(objective)
  return `${percentText(share)} of decisions at most ${spanText(age)} old${met && `; ${met}`}`
}

interface GroupProps {
  readonly view: View
  readonly group: GroupAnswer
  readonly state: GroupState
}

function GroupPage({ view, group, state }: GroupProps) {
  const { objective } = state
  const { name, source, key, placement, features, owner, description } = group
  return (
    <>
      <p>
        <Link page="features">← Features</Link>
      </p>
      <h1>{name}</h1>
      <PartAlerts kind="group" name={name} {...(state.lack?.isReached === false && { reach: 'affected later' })} />
      {description !== undefined && <p>{description}</p>}
      <dl class="figures">
        <div>
          <dt>placement</dt>
          <dd>{placement.text}</dd>
        </div>
        <div>
          <dt>from</dt>
          <dd>
            <Link page="sources" item={source}>
              {source}
            </Link>{' '}
            by {key.join(', ')}
          </dd>
        </div>
        <GroupFigures group={name} state={state} />
        <div>
          <dt>freshness objective</dt>
          <dd>
            {objectiveText(objective)}
            {!objective && <span class="soft">: {noObjectiveText(state.runs)}</span>}
          </dd>
        </div>
        {owner !== undefined && (
          <div>
            <dt>owner</dt>
            <dd>{owner}</dd>
          </div>
        )}
      </dl>
      <section aria-labelledby="values">
        <h2 id="values">{pluralText(features.length, 'feature')}</h2>
        <KeyValues view={view} group={group} />
      </section>
      <LineageTable group={group} feature={view.query['feature']} />
    </>
  )
}

interface FeatureValues {
  readonly t: number
  readonly asOf: number | null
  readonly visibleEvents: number
  readonly layer?: string
  /** Of a past time: events of the key up to then. */
  readonly ofKey?: number
  readonly ageMs?: number | null
  readonly degraded?: string
  readonly features: Readonly<Record<string, unknown>>
  readonly rejected?: Readonly<Record<string, string>>
}

/** Definitions, and beside them the values of a key as they are now. */
function KeyValues({ view, group }: { readonly view: View; readonly group: GroupAnswer }) {
  const { key, at } = view.query
  const path = valuesPath(group, key, at)
  const {
    value: answer,
    error,
    reload,
  } = useResource<FeatureValues | { readonly features: FeatureValues }>(path, at === undefined ? 2000 : undefined)
  const value = answer && ('t' in answer ? answer : answer.features)
  return (
    <>
      <div class="filters">
        <TextFilter
          label={`Values of ${group.key.join(', ')}`}
          value={key}
          placeholder={group.key.length > 1 ? 'a,b' : 'a key'}
          onChange={text => setFilters(view, { key: text })}
        />
        <TextFilter
          label="As of (UTC), now if empty"
          value={at}
          placeholder="2026-01-01 12:00"
          size={20}
          onChange={text => setFilters(view, { at: text })}
        />
        {key !== undefined && (
          <>
            <button type="button" onClick={reload}>
              Read again
            </button>
            <Link page="decisions" query={{ key }}>
              Its decisions
            </Link>
          </>
        )}
      </div>
      {error && <p class="banner">{error.message}</p>}
      {path !== undefined && !error && (
        <p class="soft" aria-live={at === undefined ? 'off' : 'polite'}>
          {value ? valuesText(value) : at === undefined ? 'Reading …' : 'Reading the log up to then …'}
        </p>
      )}
      <FeatureTable group={group} shownKey={key} value={value} />
    </>
  )
}

interface FeatureTableProps {
  readonly group: GroupAnswer
  readonly shownKey: string | undefined
  readonly value: FeatureValues | undefined
}

function FeatureTable({ group, shownKey: key, value }: FeatureTableProps) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Feature</th>
          <th scope="col">Type</th>
          <th scope="col">Definition</th>
          {key !== undefined && (
            <th scope="col" class="number">
              Value of {key}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {group.features.map(({ name, type, definition }) => (
          <tr key={name}>
            <th scope="row">
              <Link page="features" item={group.name} query={{ key, feature: name }}>
                {name}
              </Link>
            </th>
            <td>{type}</td>
            <td>{definition}</td>
            {key !== undefined && <td class="number">{value?.rejected?.[name] ?? valueText(value?.features[name])}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function valuesText({ t, asOf, visibleEvents, layer, ageMs, degraded, ofKey }: FeatureValues): string {
  const asOfText = asOf === null ? 'no snapshot is in use yet' : `as of ${timeStamp(asOf)} UTC`
  const age = ageMs !== undefined && ageMs !== null && ageMs > 0 ? `, ${spanText(ageMs)} old` : ''
  const warning = degraded === undefined ? '' : `; degraded: ${degraded}`
  const origin = layer === undefined ? 'from the log' : `from ${layer}`
  const events = ofKey === undefined ? '' : `, ${pluralText(ofKey, 'event')} of this key`
  return `Read for ${timeStamp(t)} UTC, ${asOfText}${age}, ${origin} with ${pluralText(visibleEvents, 'visible event')}${events}${warning}.`
}
