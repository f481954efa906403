/** The pipeline as a picture of cards and arrows; on a phone, where it does not fit, as lists. Each card leads to its page. */
import type { ModelAnswer, ObjectiveAnswer, PipelineAnswer, StatusAnswer } from '../core/answers.ts'
import type { PageName } from '../core/location.ts'
import { Link } from '../core/router.tsx'
import { countText, rateText, spanText } from '../core/text.ts'
import type { AlertAnswer } from '../alerts/alert-answers.ts'
import { type TroubleMark, troubleOf } from '../alerts/alert-guidance.ts'
import { groupLack, laterGroups } from '../alerts/source-trouble.ts'
import { ageText, isTooOld, metText } from '../features/group-age.ts'
import { acceptedOf, decisionsOf, rateOf, rateSeries } from '../live/status-history.ts'
import { newestLevel, type SeriesAnswer } from '../live/stored-series.ts'
import { scorerNote } from '../models/version-text.ts'
import { quietText } from '../sources/quiet-source.ts'
import { SparkLine } from '../parts/spark-line.tsx'
import type { GroupRuns } from '../runs/group-runs.ts'
import { edgePath, type GraphNode, layoutPipeline, NODE_HEIGHT, NODE_WIDTH, type NodeKind } from './graph-layout.ts'

interface GraphProps {
  readonly pipeline: PipelineAnswer
  readonly history: readonly StatusAnswer[]
  readonly objectives: readonly ObjectiveAnswer[]
  /** Ages of groups, as the last samples have them. */
  readonly levels: SeriesAnswer | undefined
  /** Alerts that fire. */
  readonly alerts: readonly AlertAnswer[]
  /** Groups with batch runs. */
  readonly runs: readonly GroupRuns[]
  readonly models: readonly ModelAnswer[]
}

const columnTitles: Readonly<Record<NodeKind, string>> = {
  source: 'Sources',
  group: 'Feature groups',
  model: 'Models',
  action: 'Actions',
  report: 'Reports',
}

/** Points of a card's line: the last two minutes. */
const SPARK_POINTS = 120

export function PipelineGraph(props: GraphProps) {
  const graph = layoutPipeline(props.pipeline)
  const { nodes, edges, width, height } = graph
  const kinds = (Object.keys(columnTitles) as NodeKind[]).filter(kind => nodes.some(node => node.kind === kind))
  return (
    <div class="graph" style={{ '--graph-width': `${width}px`, '--graph-height': `${height}px` }}>
      <svg class="edges" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        {edges.map(edge => (
          <path key={edgePath(edge)} d={edgePath(edge)} />
        ))}
      </svg>
      {kinds.map(kind => {
        const own = nodes.filter(node => node.kind === kind)
        return (
          <div key={kind} class="graph-column">
            <h3 style={nodeStyle(own[0])}>{columnTitles[kind]}</h3>
            {own.map(node => (
              <div key={node.name} class="graph-node" style={nodeStyle(node)}>
                <Card node={node} {...props} />
              </div>
            ))}
          </div>
        )
      })}
    </div>
  )
}

const nodeStyle = ({ x, y }: GraphNode): Record<string, string> => ({
  '--x': `${x}px`,
  '--y': `${y}px`,
  '--w': `${NODE_WIDTH}px`,
  '--h': `${NODE_HEIGHT}px`,
})

function Card({ node, ...props }: GraphProps & { readonly node: GraphNode }) {
  const { kind, name } = node
  const { pipeline, history, alerts } = props
  const trouble = troubleOf(alerts, kind, name)
  const status = history.at(-1)
  switch (kind) {
    case 'source':
      return (
        <CardLink page="sources" kind="source" trouble={trouble} name={name}>
          <Rate history={history} count={acceptedOf(name)} />
          <span class="soft">{sourceNote(name, status)}</span>
        </CardLink>
      )
    case 'group':
      return <GroupCard {...props} name={name} />
    case 'model': {
      const model = pipeline.models.find(candidate => candidate.name === name)!
      return (
        <CardLink page="models" kind="model" trouble={trouble} name={name}>
          <Rate history={history} count={decisionsOf(name)} />
          <span class="soft">
            {model.trigger} · {scorerNote(model, props.models)}
          </span>
        </CardLink>
      )
    }
    case 'action':
      return (
        <CardLink page="actions" kind="action" trouble={trouble} query={{ action: name }} name={name}>
          <ActionCounts name={name} status={status} />
          <span class="soft">{pipeline.actions.find(candidate => candidate.name === name)!.when}</span>
        </CardLink>
      )
    case 'report':
      return (
        <CardLink page="runs" kind="report" trouble={trouble} query={{ kind: 'report' }} name={name}>
          <span>{pipeline.reports.find(candidate => candidate.name === name)!.schedule}</span>
        </CardLink>
      )
  }
}

function GroupCard({ name, pipeline, history, objectives, levels, alerts, runs: allRuns }: GraphProps & { readonly name: string }) {
  const group = pipeline.groups.find(candidate => candidate.name === name)!
  const objective = objectives.find(candidate => candidate.group === name)
  const age = levels && newestLevel(levels, 'freshness_age_ms', { group: name })
  const runs = allRuns.find(candidate => candidate.group === name)
  const now = history.at(-1)?.at ?? 0
  const lack = groupLack(alerts, group, runs, now)
  const trouble = troubleOf(alerts, 'group', name, alert => laterGroups(alert, [group], allRuns, now).get(name))
  return (
    <CardLink page="features" kind="feature group" trouble={trouble} name={name}>
      <span>
        {group.placement.text}
        {age !== undefined && (
          <span class={lack?.isReached === true || isTooOld(age, objective, runs) ? 'bad' : 'soft'}>
            {' '}
            · {ageText(age, lack?.isReached ? lack : undefined)}
          </span>
        )}
      </span>
      <span class={objective && isMissed(objective) ? 'bad' : 'soft'}>{groupNote(group.features.length, objective)}</span>
    </CardLink>
  )
}

interface CardProps {
  readonly page: PageName
  readonly kind: string
  readonly name: string
  readonly trouble: TroubleMark | undefined
  readonly query?: Readonly<Record<string, string>>
  readonly children: preact.ComponentChildren
}

const CardLink = ({ page, kind, name, trouble, query, children }: CardProps) => (
  <Link
    page={page}
    item={query ? undefined : name}
    {...(query && { query })}
    class={`card ${kind.split(' ')[0]} ${trouble ? `trouble-${trouble.level}` : ''}`}
    isRow
  >
    <strong title={`${kind} ${name}`}>
      {name}
      {trouble && <span class={`mark ${trouble.level}`}>{trouble.text}</span>}
    </strong>
    {children}
  </Link>
)

function Rate({ history, count }: { readonly history: readonly StatusAnswer[]; readonly count: (status: StatusAnswer) => number }) {
  return (
    <span class="rate">
      {rateText(rateOf(history, count))}
      <SparkLine values={rateSeries(history.slice(-SPARK_POINTS), count).rates} />
    </span>
  )
}

function sourceNote(name: string, status: StatusAnswer | undefined): string {
  const counts = status?.sources.find(({ source }) => source === name)
  if (!counts) return ''
  const { accepted, rejected, late, lastArrival } = counts
  const quiet = quietText(lastArrival, status!.at)
  return [
    `${countText(accepted)} events`,
    ...(quiet === '' ? [] : [quiet]),
    ...(rejected > 0 ? [`${countText(rejected)} rejected`] : []),
    ...(late > 0 ? [`${countText(late)} late`] : []),
  ].join(' · ')
}

const isMissed = ({ share, recent }: ObjectiveAnswer): boolean =>
  recent !== undefined && recent.decisions > 0 && recent.within / recent.decisions < share

function groupNote(features: number, objective: ObjectiveAnswer | undefined): string {
  const count = `${features} feature${features === 1 ? '' : 's'}`
  if (!objective) return count
  const met = metText(objective)
  return `${count} · at most ${spanText(objective.age)} old${met && `: ${met}`}`
}

function ActionCounts({ name, status }: { readonly name: string; readonly status: StatusAnswer | undefined }) {
  const counts = (status?.effects ?? []).filter(({ action }) => action === name)
  if (counts.length === 0) return <span class="soft">no effects yet</span>
  return (
    <span class="states">
      {counts.map(({ state, effects }) => (
        <span key={state} class={state === 'dead' ? 'bad' : ''}>
          {countText(effects)} {state === 'dry' ? 'not sent' : state}
        </span>
      ))}
    </span>
  )
}
