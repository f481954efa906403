/** The versions of a model: drift, what decides, and the changes that people make: train, promote, roll back. */
import type { ModelAnswer, VersionAnswer } from '../core/answers.ts'
import { useResource } from '../core/resource.ts'
import { call } from '../core/server.ts'
import { useRole } from '../core/session.ts'
import { timeStamp } from '../core/text.ts'
import { ChangeNotice } from '../parts/change-notice.tsx'
import { type Change, useChange } from '../parts/use-change.ts'
import { DriftSection } from './drift-section.tsx'
import { isTrainedOnDrift, metricsText, ruleText, scorerText, scoringText, trainingText } from './version-text.ts'

interface VersionsProps {
  readonly model: string
  /** Kind of the score in the definition, such as rules. */
  readonly scoreKind: string
}

export function Versions({ model, scoreKind }: VersionsProps) {
  const { value, error, reload } = useResource<{ models: ModelAnswer[] }>(`/models?model=${encodeURIComponent(model)}`, 5000)
  const change = useChange(reload)
  const mayOperate = useRole('operate')
  const state = value?.models[0]
  const path = `/models/${encodeURIComponent(model)}`
  const train = async (): Promise<string> => {
    const version = await call<VersionAnswer>('POST', `${path}/train`)
    return `Trained version ${version.number}: ${version.state}${version.verdict === undefined ? '' : `, ${version.verdict}`}.`
  }
  const promote = async (version: number): Promise<string> => {
    const { scores } = await call<{ scores: number }>('POST', `${path}/promote`, { version })
    return `From now on ${scorerText(scores, scoreKind)} decides.`
  }
  const rule = state?.versions.at(-1)?.train?.promote
  const rollback = state?.rollback
  return (
    <>
      <DriftSection state={state} />
      <section aria-labelledby="versions">
        <h2 id="versions">Versions</h2>
        {state && (
          <p>
            {scoringText(state.scores, scoreKind)}
            {rule && ` A version is promoted by this rule: ${ruleText(rule)}.`}
          </p>
        )}
        {mayOperate && (
          <>
            <div class="buttons">
              <button type="button" disabled={change.isBusy} onClick={() => void change.run(train)}>
                Train now
              </button>
              {rollback !== undefined && (
                // The version that it names: for a second person "the previous version" is the one that was rolled back.
                <button type="button" disabled={change.isBusy} onClick={() => void change.run(() => promote(rollback))}>
                  Roll back to {scorerText(rollback, scoreKind)}
                </button>
              )}
              {state && state.scores !== 0 && rollback !== 0 && (
                <button type="button" disabled={change.isBusy} onClick={() => void change.run(() => promote(0))}>
                  Use {scorerText(0, scoreKind)}
                </button>
              )}
            </div>
            <p class="soft">
              Training reads all decisions with settled labels, and the new version decides only once it is promoted. A promotion or
              rollback is for new decisions, from the next commit on; recorded decisions stay as they are.
            </p>
          </>
        )}
        <ChangeNotice change={change} />
        {error && <p class="banner">{error.message}</p>}
        {state && state.versions.length === 0 && <p class="soft">No version is trained yet.</p>}
        {state && state.versions.length > 0 && <VersionTable state={state} mayOperate={mayOperate} change={change} promote={promote} />}
      </section>
    </>
  )
}

interface VersionTableProps {
  readonly state: ModelAnswer
  readonly mayOperate: boolean
  readonly change: Change
  readonly promote: (version: number) => Promise<string>
}

function VersionTable({ state, mayOperate, change, promote }: VersionTableProps) {
  const rule = state.versions.at(-1)?.train?.promote
  return (
    <table class="list">
      <thead>
        <tr>
          <th scope="col">Version</th>
          <th scope="col">State</th>
          <th scope="col">Trained (UTC)</th>
          <th scope="col">Trained on (UTC)</th>
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
            <td>
              {version.trained?.split && trainingText(version.trained.split)}
              {isTrainedOnDrift(version.trained?.split, state.drift) && <div class="warning">some after drift was first found</div>}
            </td>
            <td>{metricsText(version.trained?.metrics)}</td>
            <td>
              {version.shadowed ? `${metricsText(version.shadowed.metrics)}; champion ${metricsText(version.shadowed.champion)}` : ''}
            </td>
            <td>
              {version.verdict ?? version.error ?? ''}
              {version.train && rule && ruleText(version.train.promote) !== ruleText(rule) && (
                <div class="soft">rule then: {ruleText(version.train.promote)}</div>
              )}
            </td>
            {mayOperate && (
              <td>
                {version.trained && version.number !== state.scores && (
                  <button type="button" disabled={change.isBusy} onClick={() => void change.run(() => promote(version.number))}>
                    Promote version {version.number}
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
