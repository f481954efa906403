/** Models: definition, versions with their metrics, champion and challenger, drift; train, promote and roll back. */
import type { ModelAnswer, ModelDefinitionAnswer, PipelineAnswer, VersionAnswer } from '../core/answers.ts'
import type { View } from '../core/location.ts'
import { useResource } from '../core/resource.ts'
import { Link } from '../core/router.tsx'
import { call } from '../core/server.ts'
import { useRole } from '../core/session.ts'
import { countText, pluralText, rateText, timeStamp } from '../core/text.ts'
import { decisionsOf, rateOf } from '../live/status-history.ts'
import { useLiveStatus } from '../live/use-status.ts'
import { ChangeNotice } from '../parts/change-notice.tsx'
import { type Change, useChange } from '../parts/use-change.ts'

interface ModelsProps {
  readonly view: View
  readonly pipeline: PipelineAnswer
}

export function Models({ view, pipeline }: ModelsProps) {
  const model = pipeline.models.find(({ name }) => name === view.item)
  if (model) return <ModelPage key={model.name} model={model} pipeline={pipeline} />
  return (
    <>
      <h1>Models</h1>
      {view.item !== undefined && <p class="banner">There is no model '{view.item}'.</p>}
      <ModelTable pipeline={pipeline} />
    </>
  )
}

function ModelTable({ pipeline }: { readonly pipeline: PipelineAnswer }) {
  const { history } = useLiveStatus()
  const versions = useResource<{ models: ModelAnswer[] }>('/models', 10_000).value?.models ?? []
  return (
    <table class="list">
      <thead>
        <tr>
          <th scope="col">Model</th>
          <th scope="col">Decides</th>
          <th scope="col">Score</th>
          <th scope="col" class="number">
            Decisions
          </th>
          <th scope="col">Champion</th>
          <th scope="col">Drift</th>
        </tr>
      </thead>
      <tbody>
        {pipeline.models.map(({ name, trigger, score, isTrained }) => {
          const trained = versions.find(({ model }) => model === name)
          return (
            <tr key={name}>
              <th scope="row">
                <Link page="models" item={name} isRow>
                  {name}
                </Link>
              </th>
              <td>{trigger}</td>
              <td>{score}</td>
              <td class="number">{rateText(rateOf(history, decisionsOf(name)))}</td>
              <td>{isTrained ? championText(trained) : 'not trained'}</td>
              <td class={trained?.drift?.because === undefined ? '' : 'warning'}>{isTrained ? modelDriftText(trained) : ''}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

const championText = (model: ModelAnswer | undefined): string =>
  model === undefined ? '…' : model.scores === 0 ? 'the definition' : `version ${model.scores}`

export function modelDriftText(model: ModelAnswer | undefined): string {
  const drift = model?.drift
  if (!drift) return 'not checked'
  return drift.because ?? drift.silent ?? `none, of ${pluralText(drift.rows.recent, 'decision')}`
}

function ModelPage({ model, pipeline }: { readonly model: ModelDefinitionAnswer; readonly pipeline: PipelineAnswer }) {
  const { history } = useLiveStatus()
  const { name, trigger, score, isTrained, inputs, description, owner } = model
  const actions = pipeline.actions.filter(action => action.model === name)
  return (
    <>
      <p>
        <Link page="models">← Models</Link>
      </p>
      <h1>{name}</h1>
      {description !== undefined && <p>{description}</p>}
      <dl class="figures">
        {(
          [
            ['decides', trigger],
            ['score', score],
            ['decisions', rateText(rateOf(history, decisionsOf(name)))],
            ...(owner === undefined ? [] : [['owner', owner] as const]),
          ] as const
        ).map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p>
        <Link page="decisions" query={{ model: name }}>
          Its decisions
        </Link>
        {actions.map(action => (
          <span key={action.name}>
            {' · '}
            <Link page="actions" query={{ action: action.name }}>
              action {action.name}, when {action.when}
            </Link>
          </span>
        ))}
      </p>
      {isTrained && <Versions model={name} />}
      <section aria-labelledby="inputs">
        <h2 id="inputs">{pluralText(inputs.length, 'input')}</h2>
        <table>
          <thead>
            <tr>
              <th scope="col">Input</th>
              <th scope="col">Type</th>
              <th scope="col">Definition</th>
            </tr>
          </thead>
          <tbody>
            {inputs.map(input => (
              <tr key={input.name}>
                <th scope="row">{input.name}</th>
                <td>{input.type}</td>
                <td>{input.definition}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  )
}

function Versions({ model }: { readonly model: string }) {
  const { value, error, reload } = useResource<{ models: ModelAnswer[] }>(`/models?model=${encodeURIComponent(model)}`, 5000)
  const change = useChange(reload)
  const mayOperate = useRole('operate')
  const state = value?.models[0]
  const path = `/models/${encodeURIComponent(model)}`
  const train = async (): Promise<string> => {
    const version = await call<VersionAnswer>('POST', `${path}/train`)
    return `Trained version ${version.number}: ${version.state}${version.verdict === undefined ? '' : `, ${version.verdict}`}.`
  }
  const promote = async (version: number | 'previous'): Promise<string> => {
    const { scores } = await call<{ scores: number }>('POST', `${path}/promote`, { version })
    return `${scores === 0 ? 'The score of the definition' : `Version ${scores}`} decides from now on.`
  }
  return (
    <section aria-labelledby="versions">
      <h2 id="versions">Versions</h2>
      <p class={state?.drift?.because === undefined ? 'soft' : 'warning'}>Drift: {modelDriftText(state)}</p>
      {mayOperate && (
        <div class="buttons">
          <button type="button" disabled={change.isBusy} onClick={() => void change.run(train)}>
            Train now
          </button>
          <button type="button" disabled={change.isBusy} onClick={() => void change.run(() => promote('previous'))}>
            Roll back
          </button>
          {state && state.scores !== 0 && (
            <button type="button" disabled={change.isBusy} onClick={() => void change.run(() => promote(0))}>
              Use the score of the definition
            </button>
          )}
        </div>
      )}
      <ChangeNotice change={change} />
      {error && <p class="banner">{error.message}</p>}
      {state && state.versions.length === 0 && <p class="soft">No version is trained yet; the score of the definition decides.</p>}
      {state && state.versions.length > 0 && <VersionTable state={state} mayOperate={mayOperate} change={change} promote={promote} />}
    </section>
  )
}

interface VersionTableProps {
  readonly state: ModelAnswer
  readonly mayOperate: boolean
  readonly change: Change
  readonly promote: (version: number) => Promise<string>
}

function VersionTable({ state, mayOperate, change, promote }: VersionTableProps) {
  return (
    <table class="list">
      <thead>
        <tr>
          <th scope="col">Version</th>
          <th scope="col">State</th>
          <th scope="col">Trained (UTC)</th>
          <th scope="col">Metrics</th>
          <th scope="col">Against the champion</th>
          <th scope="col">Verdict</th>
          {mayOperate && <th scope="col">Change</th>}
        </tr>
      </thead>
      <tbody>
        {state.versions.toReversed().map(version => (
          <tr key={version.number} class={version.number === state.scores ? 'different' : ''}>
            <th scope="row">
              {version.number}
              {version.number === state.scores && ' champion'}
            </th>
            <td class={version.state === 'failed' ? 'bad' : ''}>{version.state}</td>
            <td>
              {timeStamp(version.began)} <span class="soft">{version.because ?? version.why}</span>
            </td>
            <td>{metricsText(version.trained?.metrics)}</td>
            <td>
              {version.shadowed ? `${metricsText(version.shadowed.metrics)}; champion ${metricsText(version.shadowed.champion)}` : ''}
            </td>
            <td>{version.verdict ?? version.error ?? ''}</td>
            {mayOperate && (
              <td>
                {version.trained && version.number !== state.scores && (
                  <button
                    type="button"
                    disabled={change.isBusy}
                    aria-label={`Promote version ${version.number}`}
                    onClick={() => void change.run(() => promote(version.number))}
                  >
                    Promote
                  </button>
                )}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** `auc 0.91, log loss 0.21`. */
export const metricsText = (metrics: Readonly<Record<string, number>> | undefined): string =>
  Object.entries(metrics ?? {})
    .filter(([, value]) => typeof value === 'number')
    .map(([name, value]) => `${name} ${Number.isInteger(value) ? countText(value) : Number(value.toPrecision(3))}`)
    .join(', ')
