/** The first page: health, what is wrong now with its cause, the pipeline with live figures, and rates over the last minutes. */
import type { BatchRunAnswer, ModelAnswer, ObjectiveAnswer, PipelineAnswer, ReconciliationAnswer, StatusAnswer } from '../core/answers.ts'
import { browserNow } from '../core/clock.ts'
import type { View } from '../core/location.ts'
import { type AlertsAnswer, alertTimesText, FIRING_ALERTS } from '../alerts/alert-answers.ts'
import { useResource } from '../core/resource.ts'
import { Link } from '../core/router.tsx'
import { agoText, bytesText, countText, pluralText, rateText, timeStamp } from '../core/text.ts'
import { useAlerts } from '../live/alert-stream.ts'
import { allAccepted, allDecisions, rateOf } from '../live/status-history.ts'
import type { SeriesAnswer } from '../live/stored-series.ts'
import { useLiveStatus } from '../live/use-status.ts'
import { RateHistory, type RateLine } from '../parts/rate-history.tsx'
import { PipelineGraph } from './pipeline-graph.tsx'
import { type Problem, problemsOf } from './problems.ts'

/** Ledgers change with jobs, objectives once a minute or so. */
const SLOW_MS = 10_000

export function Overview({ view, pipeline }: { readonly view: View; readonly pipeline: PipelineAnswer }) {
  const { history } = useLiveStatus()
  const objectives = useResource<{ objectives: ObjectiveAnswer[] }>('/objectives', SLOW_MS).value?.objectives
  const runs = useResource<{ runs: BatchRunAnswer[] }>('/runs', SLOW_MS).value?.runs
  const models = useResource<{ models: ModelAnswer[] }>('/models', SLOW_MS).value?.models
  const reconciliations = useResource<{ reconciliations: ReconciliationAnswer[] }>('/reconciliations', SLOW_MS).value?.reconciliations
  const levels = useResource<SeriesAnswer>('/series?names=freshness_age_ms&since=5m&step=10s', SLOW_MS).value
  const alerts = useAlerts<AlertsAnswer>(FIRING_ALERTS).value?.alerts
  const problems = problemsOf({
    history,
    ...(alerts && { alerts }),
    ...(objectives && { objectives }),
    ...(runs && { runs }),
    ...(models && { models }),
    ...(reconciliations && { reconciliations }),
  })
  const status = history.at(-1)
  return (
    <>
      <h1>{pipeline.name}</h1>
      {status && <Figures status={status} history={history} />}
      <Problems problems={problems} isKnown={status !== undefined} />
      <section aria-labelledby="pipeline">
        <h2 id="pipeline">Pipeline</h2>
        <PipelineGraph pipeline={pipeline} history={history} objectives={objectives ?? []} levels={levels} alerts={alerts ?? []} />
      </section>
      <RateHistory view={view} lines={lines} />
    </>
  )
}

function Figures({ status, history }: { readonly status: StatusAnswer; readonly history: readonly StatusAnswer[] }) {
  const { state, sequence, waiting, memoryBytes, started, at } = status
  const figures = [
    ['run', state === 'running' ? 'accepts events' : state === 'held' ? 'holds sources back' : state],
    ['events', rateText(rateOf(history, allAccepted))],
    ['decisions', rateText(rateOf(history, allDecisions))],
    ['log', `${countText(sequence)} entries`],
    ['queue', pluralText(waiting, 'record')],
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

function Problems({ problems, isKnown }: { readonly problems: readonly Problem[]; readonly isKnown: boolean }) {
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
        <ul class="problems">
          {problems.map(({ level, title, cause, times, view }) => (
            <li key={title} class={level}>
              <Link page={view.page} item={view.item} {...(view.query && { query: view.query })} isRow>
                <span class="badge">{level === 'bad' ? 'act now' : 'look'}</span>
                <strong>{title}</strong>
                <span class="cause">
                  {times && sentence(alertTimesText(times, browserNow()))}
                  {cause}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}. `

const lines: readonly RateLine[] = [
  { label: 'events', colour: '--incident', count: allAccepted, measure: 'events', labels: { outcome: 'accepted' } },
  { label: 'decisions', colour: '--planned', count: allDecisions, measure: 'decisions', labels: {} },
]
