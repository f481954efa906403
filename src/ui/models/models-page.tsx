/** Models: definition, versions with their metrics, champion and challenger, drift; train, promote and roll back. */
import { PartAlerts } from '../alerts/part-alerts.tsx'
import type { ModelAnswer, ModelDefinitionAnswer, PipelineAnswer } from '../core/answers.ts'
import type { View } from '../core/location.ts'
import { useResource } from '../core/resource.ts'
import { Link } from '../core/router.tsx'
import { pluralText, rateText } from '../core/text.ts'
import { decisionsOf, rateOf } from '../live/status-history.ts'
import { useLiveStatus } from '../live/use-status.ts'
import { modelDriftText } from './drift-text.ts'
import { Versions } from './versions.tsx'

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
          <th scope="col">Score of the definition</th>
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
      <PartAlerts kind="model" name={name} />
      {description !== undefined && <p>{description}</p>}
      <dl class="figures">
        {(
          [
            ['decides', trigger],
            [isTrained ? 'score of the definition' : 'score', score],
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
      {isTrained && <Versions model={name} scoreKind={score} />}
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
