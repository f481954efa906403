/** One decision: its stages on the left; inputs with origin and age, and its effects, on the right; for a request, the same question again. */
import { useState } from 'preact/hooks'
import type { DecisionAnswer, PipelineAnswer, TraceAnswer } from '../core/answers.ts'
import type { View } from '../core/location.ts'
import { useResource } from '../core/resource.ts'
import { Link } from '../core/router.tsx'
import { queryText } from '../core/query-text.ts'
import { type CallError } from '../core/server.ts'
import { useRole } from '../core/session.ts'
import { countText, percentText, spanText, timeStamp, valueText } from '../core/text.ts'
import { DecideAgain } from './decide-again.tsx'
import { noDecisionText } from './decision-filter.ts'
import { decisionDifferences, decisionInputs } from './decision-inputs.ts'
import { DecisionList } from './decision-list.tsx'
import { Differences } from './differences.tsx'
import { ValuesNow } from './values-now.tsx'
import { waterfallOf, waterfallText } from './waterfall.ts'

interface DecisionProps {
  readonly view: View
  readonly pipeline: PipelineAnswer
}

export const Decisions = ({ view, pipeline }: DecisionProps) =>
  view.item === undefined ? <DecisionList view={view} pipeline={pipeline} /> : <DecisionPage view={view} pipeline={pipeline} />

function DecisionPage({ view, pipeline }: DecisionProps) {
  const { model, key } = view.query
  const { value, error } = useResource<{ traces: TraceAnswer[] }>(
    `/decisions/${encodeURIComponent(view.item!)}/trace${queryText({ model, key })}`,
  )
  return (
    <>
      <p>
        <Link page="decisions" query={{ model }}>
          ← Decisions
        </Link>
      </p>
      {error && error.status !== 404 && <p class="banner">{error.message}</p>}
      {error?.status === 404 && <NoDecision view={view} error={error} />}
      {!value && !error && <p class="soft">Reading the decision …</p>}
      {value?.traces.map(trace => (
        <Trace key={`${trace.decision.model} ${valueText(trace.decision.key)}`} trace={trace} pipeline={pipeline} />
      ))}
    </>
  )
}

/** The server's 404, in the words of the page, with a way on. */
function NoDecision({ view, error }: { readonly view: View; readonly error: CallError }) {
  const { model, key } = view.query
  const nearby = error.body['nearby'] as { readonly before?: number; readonly after?: number } | undefined
  const links = [
    ['before', nearby?.before],
    ['after', nearby?.after],
  ] as const
  if (!nearby) return <p class="banner">{error.message}</p>
  return (
    <p class="banner">
      {noDecisionText(view.item!, model, key)}
      {links.map(([side, entry]) =>
        entry === undefined ? null : (
          <span key={side}>
            {' '}
            <Link page="decisions" item={entry} query={{ model }}>
              A decision {side} it: entry {countText(entry)}
            </Link>
            .
          </span>
        ),
      )}
    </p>
  )
}

function Trace({ trace, pipeline }: { readonly trace: TraceAnswer; readonly pipeline: PipelineAnswer }) {
  const { decision, on } = trace
  const mayDecide = useRole('decide')
  const [again, setAgain] = useState<DecisionAnswer>()
  return (
    <article>
      <h1>
        {decision.model}: {valueText(decision.key)}
      </h1>
      <Facts trace={trace} />
      <div class="halves">
        <section aria-label="Stages">
          <h2>Stages</h2>
          <Stages trace={trace} />
          {on && <Trigger on={on} />}
        </section>
        <section aria-label="Inputs">
          <h2>Inputs</h2>
          <Inputs decision={decision} pipeline={pipeline} />
          <ValuesNow decision={decision} on={on} pipeline={pipeline} />
        </section>
      </div>
      {on?.kind === 'request' && mayDecide && <DecideAgain model={decision.model} fields={on.fields} onAnswer={setAgain} />}
      {again && <Differences title="Served then, and answered now" rows={decisionDifferences(decision, again)} />}
    </article>
  )
}

function Facts({ trace: { decision } }: { readonly trace: TraceAnswer }) {
  const { score, t, entry, version, challenger, unscored, rejected, explored, id } = decision
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['score', score === null ? '—' : String(score)],
    ['time (UTC)', timeStamp(t)],
    ['entry', String(entry)],
    ['id', id === undefined ? undefined : valueText(id)],
    ['version', version === undefined ? undefined : String(version)],
    ['challenger', challenger && `version ${challenger.version}: ${challenger.score ?? '—'}`],
    ['no score', unscored ?? rejected],
    [
      'explored',
      explored &&
        Object.entries(explored)
          .map(([action, share]) => `${action}, ${percentText(share)}`)
          .join('; '),
    ],
  ]
  return (
    <dl class="figures">
      {facts.map(([label, value]) =>
        value === undefined ? null : (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  )
}

function Stages({ trace }: { readonly trace: TraceAnswer }) {
  const waterfall = waterfallOf(trace)
  if (waterfall.bars.length === 0) return <p class="soft">No stage times are stored for this decision. {waterfallText(waterfall)}</p>
  const share = (ms: number): string => `${((ms / waterfall.total) * 100).toFixed(2)}%`
  return (
    <>
      <table class="waterfall">
        <thead class="hidden">
          <tr>
            <th scope="col">Stage</th>
            <th scope="col">Bar</th>
            <th scope="col">Time</th>
          </tr>
        </thead>
        <tbody>
          {waterfall.bars.map(({ stage, label, start, ms, note }) => (
            <tr key={label} title={note}>
              <th scope="row">
                {label}
                {note !== undefined && <span class="bad note">{note}</span>}
              </th>
              <td class="bar-cell">
                <span class={`bar ${stage}`} style={{ marginLeft: share(start), width: share(ms) }} />
              </td>
              <td class="number">{spanText(ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="soft">{waterfallText(waterfall)}</p>
    </>
  )
}

function Trigger({ on }: { readonly on: NonNullable<TraceAnswer['on']> }) {
  const title =
    on.kind === 'event'
      ? `Event of ${on.source}, ${timeStamp(on.time)} UTC`
      : on.kind === 'tick'
        ? `Tick of ${timeStamp(on.t)} UTC`
        : 'Request'
  return (
    <>
      <h3>{title}</h3>
      {on.kind !== 'tick' && <pre class="record">{JSON.stringify(on.fields, null, 2)}</pre>}
    </>
  )
}

function Inputs({ decision, pipeline }: { readonly decision: DecisionAnswer; readonly pipeline: PipelineAnswer }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Input</th>
          <th scope="col" class="number">
            Value
          </th>
          <th scope="col">Origin</th>
          <th scope="col" class="number">
            Age
          </th>
        </tr>
      </thead>
      <tbody>
        {decisionInputs(decision, pipeline).map(({ name, value, origin, group, ageMs }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="number">{valueText(value)}</td>
            <td>
              {group === undefined ? (
                origin
              ) : (
                <Link page="features" item={group}>
                  {origin}
                </Link>
              )}
            </td>
            <td class="number">{ageMs === undefined ? '' : ageMs <= 0 ? 'current' : spanText(ageMs)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
