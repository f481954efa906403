/** Effects of actions by state, with their deadlines; retry and drop of dead ones. */
import type { EffectAnswer, EffectCountAnswer, EffectStateName, PipelineAnswer } from '../core/answers.ts'
import { browserNow } from '../core/clock.ts'
import type { View } from '../core/location.ts'
import { keyParameter } from '../core/mask.ts'
import { useResource } from '../core/resource.ts'
import { Link, setFilters } from '../core/router.tsx'
import { call, queryText } from '../core/server.ts'
import { useRole } from '../core/session.ts'
import { countText, pluralText, spanText, timeStamp, valueText } from '../core/text.ts'
import { DropForm } from '../letters/drop-form.tsx'
import { ChangeNotice } from '../parts/change-notice.tsx'
import { SelectFilter } from '../parts/select-filter.tsx'
import { type Change, useChange } from '../parts/use-change.ts'
import { deadlineText } from './deadline.ts'
import { attemptText, receiverText, RETRY_NOTE, shownText, unsettledFirst } from './effect-text.ts'

const SHOWN = 100
const states: readonly EffectStateName[] = ['pending', 'delivered', 'dead', 'dropped', 'dry']

interface EffectList {
  readonly effects: readonly EffectAnswer[]
}

interface EffectsProps {
  readonly view: View
  readonly pipeline: PipelineAnswer
}

export function Effects({ view, pipeline }: EffectsProps) {
  const { action, state } = view.query
  const path = `/effects${queryText({ action, state, limit: SHOWN })}`
  const { value, error, reload } = useResource<EffectList>(path, 3000)
  const all = useResource<{ counts: EffectCountAnswer[] }>('/effects?limit=1', 3000).value?.counts ?? []
  // Among the newest effects, one that is dead or pending may not be.
  const pathOf = (unsettled: EffectStateName): string | undefined => {
    const isThere = all.some(count => count.state === unsettled && count.effects > 0 && (action === undefined || count.action === action))
    return state === undefined && isThere ? `/effects${queryText({ action, state: unsettled, limit: SHOWN })}` : undefined
  }
  const deadOnes = useResource<EffectList>(pathOf('dead'), 3000)
  const pendingOnes = useResource<EffectList>(pathOf('pending'), 3000)
  const change = useChange(() => [{ reload }, deadOnes, pendingOnes].forEach(resource => resource.reload()))
  const mayOperate = useRole('operate')
  const lists = [deadOnes.value, pendingOnes.value, value].map(list => list?.effects ?? [])
  const effects = state === undefined ? unsettledFirst(lists) : (value?.effects.toReversed() ?? [])
  const dead = effects.filter(effect => effect.state === 'dead')
  return (
    <>
      <h1>Actions</h1>
      {pipeline.actions.length === 0 ? (
        <p>
          This pipeline has no actions: its decisions are recorded, and nothing follows. <code>action(…)</code> adds one.
        </p>
      ) : (
        <StateTable pipeline={pipeline} counts={all} />
      )}
      <div class="filters">
        <SelectFilter
          label="Action"
          value={action}
          choices={pipeline.actions.map(({ name }) => name)}
          onChoose={name => setFilters(view, { action: name })}
        />
        <SelectFilter label="State" value={state} choices={states} onChoose={name => setFilters(view, { state: name })} />
        {mayOperate && dead.length > 0 && (
          <>
            <button type="button" disabled={change.isBusy} onClick={() => void change.run(() => retryEffects(dead))}>
              Retry the {countText(dead.length)} dead ones shown
            </button>
            <DropForm count={dead.length} isBusy={change.isBusy} onDrop={why => change.run(() => dropEffects(dead, why))} />
          </>
        )}
      </div>
      <ChangeNotice change={change} />
      <p class="soft">{value ? shownText(effects.length, state) : (error?.message ?? 'Reading …')}</p>
      {effects.some(effect => effect.state === 'pending') && <p class="soft">{RETRY_NOTE}</p>}
      {effects.length > 0 && (
        <EffectTable effects={effects} pipeline={pipeline} mayOperate={mayOperate && dead.length > 0} change={change} />
      )}
    </>
  )
}

async function retryEffects(effects: readonly EffectAnswer[]): Promise<string> {
  for (const { number } of effects) await call('POST', `/effects/${number}/retry`)
  return `${pluralText(effects.length, 'effect')} will be tried again now, under the same idempotency key.`
}

async function dropEffects(effects: readonly EffectAnswer[], why: string): Promise<string> {
  for (const { number } of effects) await call('POST', `/effects/${number}/drop`, { why })
  return `${pluralText(effects.length, 'effect')} dropped.`
}

function StateTable({ pipeline, counts }: { readonly pipeline: PipelineAnswer; readonly counts: readonly EffectCountAnswer[] }) {
  const of = (action: string, state: string): number => counts.find(count => count.action === action && count.state === state)?.effects ?? 0
  return (
    <table class="list">
      <thead>
        <tr>
          <th scope="col">Action</th>
          <th scope="col">When</th>
          <th scope="col" class="number">
            Deadline
          </th>
          {states.map(state => (
            <th key={state} scope="col" class="number">
              {state === 'dry' ? 'not sent' : state}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {pipeline.actions.map(({ name, model, when, deadline, effect }) => (
          <tr key={name}>
            <th scope="row">
              <Link page="actions" query={{ action: name }}>
                {name}
              </Link>{' '}
              <span class="soft">to {receiverText(effect)}</span>
            </th>
            <td>
              <Link page="models" item={model}>
                {model}
              </Link>{' '}
              {when}
            </td>
            <td class="number">{deadline === undefined ? '—' : spanText(deadline)}</td>
            {states.map(state => (
              <td key={state} class={`number ${state === 'dead' && of(name, state) > 0 ? 'bad' : ''}`}>
                {countText(of(name, state))}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface TableProps {
  readonly effects: readonly EffectAnswer[]
  readonly pipeline: PipelineAnswer
  /** Shows the changes of dead effects: no other effect can be changed. */
  readonly mayOperate: boolean
  readonly change: Change
}

function EffectTable({ effects, pipeline, mayOperate, change }: TableProps) {
  const attemptsOf = new Map(pipeline.actions.map(({ name, attempts }) => [name, attempts]))
  const now = browserNow()
  return (
    <table class="list">
      <thead>
        <tr>
          <th scope="col">Decided (UTC)</th>
          <th scope="col">Action</th>
          <th scope="col">Key</th>
          <th scope="col">State</th>
          <th scope="col">Deadline</th>
          {mayOperate && <th scope="col">Change</th>}
        </tr>
      </thead>
      <tbody>
        {effects.map(effect => (
          <tr key={effect.number}>
            <td>
              <Link page="decisions" item={effect.entry} query={{ key: keyParameter(effect.key) }} isRow>
                {timeStamp(effect.t)}
              </Link>
            </td>
            <td>
              {effect.action} <span class="soft">{effect.number}</span>
            </td>
            <td class="key">{valueText(effect.key)}</td>
            <td>
              <strong class={effect.state === 'dead' ? 'bad' : effect.state === 'delivered' ? 'good' : ''}>{effect.state}</strong>{' '}
              <span class="soft">{attemptText(effect, attemptsOf.get(effect.action), now)}</span>
            </td>
            <td>{deadlineText(effect, now)}</td>
            {mayOperate && (
              <td>
                {effect.state === 'dead' && (
                  <button
                    type="button"
                    disabled={change.isBusy}
                    aria-label={`Retry effect ${effect.number}`}
                    onClick={() => void change.run(() => retryEffects([effect]))}
                  >
                    Retry
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
