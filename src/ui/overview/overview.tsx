/** The first page: health, what is wrong now with its cause, the pipeline with live figures, rates, and capacity. */
import type { ModelAnswer, ObjectiveAnswer, PipelineAnswer, ReconciliationAnswer, StatusAnswer } from '../core/answers.ts'
import type { BatchRunsAnswer } from '../core/batch-answers.ts'
import type { View } from '../core/location.ts'
import { type AlertAnswer, type AlertsAnswer, FIRING_ALERTS } from '../alerts/alert-answers.ts'
import { useResource } from '../core/resource.ts'
import { agoText, bytesText, countText, pluralText, rateText, timeStamp } from '../core/text.ts'
import { useAlerts } from '../live/alert-stream.ts'
import { allAccepted, allDecisions, rateOf } from '../live/status-history.ts'
import type { SeriesAnswer } from '../live/stored-series.ts'
import { useLiveStatus } from '../live/use-status.ts'
import { RateHistory, type RateLine } from '../parts/rate-history.tsx'
import { groupRunsIn } from '../runs/group-runs.ts'
import { Capacity } from './capacity.tsx'
import { PipelineGraph } from './pipeline-graph.tsx'
import { ProblemList } from './problem-list.tsx'
import { type Problem, problemsOf } from './problems.ts'

/** Ledgers change with jobs, objectives once a minute or so. */
const SLOW_MS = 10_000

export function Overview({ view, pipeline }: { readonly view: View; readonly pipeline: PipelineAnswer }) {
  const { history } = useLiveStatus()
  const objectives = useResource<{ objectives: ObjectiveAnswer[] }>('/objectives', SLOW_MS).value?.objectives
  const batch = useResource<BatchRunsAnswer>('/runs', SLOW_MS).value
  const models = useResource<{ models: ModelAnswer[] }>('/models', SLOW_MS).value?.models
  const reconciliations = useResource<{ reconciliations: ReconciliationAnswer[] }>('/reconciliations', SLOW_MS).value?.reconciliations
  const levels = useResource<SeriesAnswer>('/series?names=freshness_age_ms&since=5m&step=10s', SLOW_MS).value
  const alerts = useAlerts<AlertsAnswer>(FIRING_ALERTS).value?.alerts
  const problems = problemsOf({
    history,
    ...(alerts && { alerts }),
    ...(objectives && { objectives }),
    ...(batch && { batch }),
    pipeline,
    ...(models && { models }),
    ...(reconciliations && { reconciliations }),
  })
  const status = history.at(-1)
  return (
    <>
      <h1>{pipeline.name}</h1>
      {status && <Figures status={status} history={history} alerts={alerts ?? []} />}
      <Problems problems={problems} isKnown={status !== undefined} pipeline={pipeline} batch={batch} />
      <section aria-labelledby="pipeline">
        <h2 id="pipeline">Pipeline</h2>
        <PipelineGraph
          pipeline={pipeline}
          history={history}
          objectives={objectives ?? []}
          levels={levels}
          alerts={alerts ?? []}
          runs={batch ? groupRunsIn(batch) : []}
          models={models ?? []}
        />
      </section>
      <RateHistory view={view} lines={lines} />
      <Capacity />
    </>
  )
}

interface FiguresProps {
  readonly status: StatusAnswer
  readonly history: readonly StatusAnswer[]
  readonly alerts: readonly AlertAnswer[]
}

/** The queue holds the records that were read; those that wait before a reader that stands still are no part of it. */
function Figures({ status, history, alerts }: FiguresProps) {
  const { state, sequence, waiting, memoryBytes, started, at } = status
  const figures = [
    ['run', state === 'running' ? 'accepts events' : state === 'held' ? 'holds sources back' : state],
    ['events', rateText(rateOf(history, allAccepted))],
    ['decisions', rateText(rateOf(history, allDecisions))],
    ['log', `${countText(sequence)} entries`],
    ['queue', [pluralText(waiting, 'record'), ...unreadSources(alerts).map(source => `more wait at ${source}`)].join('; ')],
    ['memory', bytesText(memoryBytes)],
    ['process', `started ${agoText(started, at)}`],
  ] as const
  return (
    <dl class="figures">
      {figures.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd
            class={label === 'run' && state !== 'running' ? 'bad' : ''}
            title={label === 'process' ? `${timeStamp(started)} UTC` : undefined}
          >
            {value}
          </dd>
        </div>
      ))}
    </dl>
  )
}

interface ProblemsProps {
  readonly problems: readonly Problem[]
  readonly isKnown: boolean
  readonly pipeline: PipelineAnswer
  readonly batch: BatchRunsAnswer | undefined
}

/** Sources whose records wait to be read, by the alerts that fire. */
const unreadSources = (alerts: readonly AlertAnswer[]): string[] =>
  alerts.flatMap(({ cause, subject }) => (cause === 'lag' ? [subject.name] : []))

function Problems({ problems, isKnown, pipeline, batch }: ProblemsProps) {
  return (
    <section aria-labelledby="problems" aria-live="polite">
      <h2 id="problems">Wrong now{problems.length > 0 && <span class="count">{countText(problems.length)}</span>}</h2>
      {!isKnown ? (
        <p class="soft">Reading the state of the run …</p>
      ) : problems.length === 0 ? (
        <p class="fine">
          <span aria-hidden="true">✓</span> Nothing that this page looks at: the run, rejected records, effects, objectives, batch runs,
          models, reconciliations.
        </p>
      ) : (
        <ProblemList problems={problems} pipeline={pipeline} batch={batch} />
      )}
    </section>
  )
}

const lines: readonly RateLine[] = [
  { label: 'events', colour: '--incident', count: allAccepted, measure: 'events', labels: { outcome: 'accepted' } },
  { label: 'decisions', colour: '--planned', count: allDecisions, measure: 'decisions', labels: {} },
]
