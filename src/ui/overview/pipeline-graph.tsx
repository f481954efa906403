/** The pipeline as a picture of cards and arrows; on a phone, where it does not fit, as lists. Each card leads to its page. */
import type { ObjectiveAnswer, PipelineAnswer, StatusAnswer } from '../core/answers.ts'
import type { PageName } from '../core/location.ts'
import { Link } from '../core/router.tsx'
import { countText, percentText, rateText, spanText } from '../core/text.ts'
import type { AlertAnswer } from '../alerts/alert-answers.ts'
import { type TroubleMark, troubleOf } from '../alerts/alert-guidance.ts'
import { acceptedOf, decisionsOf, rateOf, rateSeries } from '../live/status-history.ts'
import { newestLevel, type SeriesAnswer } from '../live/stored-series.ts'
import { SparkLine } from '../parts/spark-line.tsx'
import { edgePath, type GraphNode, layoutPipeline, NODE_HEIGHT, NODE_WIDTH, type NodeKind } from './graph-layout.ts'

interface GraphProps {
  readonly pipeline: PipelineAnswer
  readonly history: readonly StatusAnswer[]
  readonly objectives: readonly ObjectiveAnswer[]
  /** Ages of groups, as the last samples have them. */
  readonly levels: SeriesAnswer | undefined
  /** Alerts that fire. */
  readonly alerts: readonly AlertAnswer[]
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

function Card({ node: { kind, name }, pipeline, history, objectives, levels, alerts }: GraphProps & { readonly node: GraphNode }) {
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
    case 'group': {
      const group = pipeline.groups.find(candidate => candidate.name === name)!
      const objective = objectives.find(candidate => candidate.group === name)
      const age = levels && newestLevel(levels, 'freshness_age_ms', { group: name })
      return (
        <CardLink page="features" kind="feature group" trouble={trouble} name={name}>
          <span>
            {group.placement.text}
            {age !== undefined && <span class={objective && age > objective.age ? 'bad' : 'soft'}> · {ageText(age)}</span>}
          </span>
          <span class={objective && isMissed(objective) ? 'bad' : 'soft'}>{groupNote(group.features.length, objective)}</span>
        </CardLink>
      )
    }
    case 'model': {
      const model = pipeline.models.find(candidate => candidate.name === name)!
      return (
        <CardLink page="models" kind="model" trouble={trouble} name={name}>
          <Rate history={history} count={decisionsOf(name)} />
          <span class="soft">
            {model.trigger} · {model.score}
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
  const { accepted, rejected, late } = counts
  return [
    `${countText(accepted)} events`,
    ...(rejected > 0 ? [`${countText(rejected)} rejected`] : []),
    ...(late > 0 ? [`${countText(late)} late`] : []),
  ].join(' · ')
}

/** The age of the values that decisions read in the last sample. */
const ageText = (age: number): string => (age < 1000 ? 'current' : `${spanText(age)} old`)

const isMissed = ({ share, recent }: ObjectiveAnswer): boolean =>
  recent !== undefined && recent.decisions > 0 && recent.within / recent.decisions < share

function groupNote(features: number, objective: ObjectiveAnswer | undefined): string {
  const count = `${features} feature${features === 1 ? '' : 's'}`
  if (!objective) return count
  const { age, recent } = objective
  const met = recent && recent.decisions > 0 ? `, ${percentText(recent.within / recent.decisions)} of the last hour` : ''
  return `${count} · at most ${spanText(age)} old${met}`
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
