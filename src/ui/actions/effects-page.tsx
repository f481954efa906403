/** Effects of actions by state, with their deadlines; retry and drop of dead ones. */
import { PartAlerts } from '../alerts/part-alerts.tsx'
import type { EffectAnswer, EffectCountAnswer, EffectsAnswer, EffectStateName, PipelineAnswer } from '../core/answers.ts'
import type { View } from '../core/location.ts'
import { keyParameter } from '../core/mask.ts'
import { useResource } from '../core/resource.ts'
import { Link, setFilters } from '../core/router.tsx'
import { queryText } from '../core/query-text.ts'
import { useRole } from '../core/session.ts'
import { countText, spanText, timeStamp, valueText } from '../core/text.ts'
import { useServerNow } from '../live/use-status.ts'
import { DropForm } from '../dead-letters/drop-form.tsx'
import { ChangeNotice } from '../parts/change-notice.tsx'
import { SelectFilter } from '../parts/select-filter.tsx'
import { type Change, useChange } from '../parts/use-change.ts'
import { deadlineText } from './deadline.ts'
import { dropEffects, retryEffects } from './effect-changes.ts'
import {
  attemptText,
  earlierOfKey,
  pastDeadline,
  receiverText,
  RETRY_NOTE,
  shownText,
  UNSETTLED_SHOWN,
  unsettledFirst,
  unshownTexts,
} from './effect-text.ts'

const SHOWN = 100
const states: readonly EffectStateName[] = ['pending', 'delivered', 'dead', 'dropped', 'dry']

interface EffectsProps {
  readonly view: View
  readonly pipeline: PipelineAnswer
}

export function Effects({ view, pipeline }: EffectsProps) {
  const { action, state } = view.query
  const path = `/effects${queryText({ action, state, limit: SHOWN })}`
  const { value, error, reload } = useResource<EffectsAnswer>(path, 3000)
  const all = useResource<{ counts: EffectCountAnswer[] }>('/effects?limit=1', 3000).value?.counts ?? []
  // Among the newest effects, one that is dead or pending may not be.
  const counts = all.filter(count => action === undefined || count.action === action)
  const hasAny = (sought: EffectStateName): boolean => counts.some(count => count.state === sought && count.effects > 0)
  const pathOf = (sought: EffectStateName, limit = SHOWN): string | undefined =>
    state === undefined && hasAny(sought) ? `/effects${queryText({ action, state: sought, limit })}` : undefined
  const deadOnes = useResource<EffectsAnswer>(pathOf('dead'), 3000)
  const pendingOnes = useResource<EffectsAnswer>(pathOf('pending'), 3000)
  // In an outage none of the newest is delivered.
  const isUnsettled = hasAny('dead') || hasAny('pending')
  const deliveredOnes = useResource<EffectsAnswer>(isUnsettled ? pathOf('delivered', UNSETTLED_SHOWN) : undefined, 3000)
  const change = useChange(() => [{ reload }, deadOnes, pendingOnes, deliveredOnes].forEach(resource => resource.reload()))
  const mayOperate = useRole('operate')
  const lists = [deadOnes.value, pendingOnes.value, deliveredOnes.value, value].map(list => list?.effects ?? [])
  const effects = state === undefined ? unsettledFirst(lists) : (value?.effects.toReversed() ?? [])
  const dead = effects.filter(effect => effect.state === 'dead')
  const pending = (state === 'pending' ? value : pendingOnes.value)?.effects ?? []
  return (
    <>
      <h1>Actions</h1>
      {action !== undefined && <PartAlerts kind="action" name={action} />}
      {pipeline.actions.length === 0 ? (
        <p>
          This pipeline has no actions: its decisions are recorded, and nothing follows. <code>action(…)</code> adds one.
        </p>
      ) : (
        <StateTable pipeline={pipeline} counts={all} pending={pending} />
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
              Retry the {dead.length === 1 ? 'dead one' : `${countText(dead.length)} dead ones`} shown
            </button>
            <DropForm items={dead} isBusy={change.isBusy} onDrop={(reviewed, why) => change.run(() => dropEffects(reviewed, why))} />
          </>
        )}
      </div>
      <ChangeNotice change={change} />
      <p class="soft">{value ? shownText(effects.length, state) : (error?.message ?? 'Reading …')}</p>
      {state === undefined &&
        unshownTexts(effects, counts).map(({ state: unshown, text }) => (
          <p key={unshown}>
            {text}:{' '}
            <Link page="actions" query={{ action, state: unshown }}>
              more {unshown} ones
            </Link>
          </p>
        ))}
      {effects.some(effect => effect.state === 'pending') && <p class="soft">{RETRY_NOTE}</p>}
      {effects.length > 0 && (
        <EffectTable effects={effects} pending={pending} pipeline={pipeline} mayOperate={mayOperate && dead.length > 0} change={change} />
      )}
    </>
  )
}

interface StateTableProps {
  readonly pipeline: PipelineAnswer
  readonly counts: readonly EffectCountAnswer[]
  /** The newest pending effects. */
  readonly pending: readonly EffectAnswer[]
}

function StateTable({ pipeline, counts, pending }: StateTableProps) {
  const now = useServerNow()
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
            <td class="number" data-label="deadline">
              {deadline === undefined ? '—' : spanText(deadline)}
            </td>
            {states.map(state => (
              <td
                key={state}
                class={`number ${state === 'dead' && of(name, state) > 0 ? 'bad' : ''}`}
                data-label={state === 'dry' ? 'not sent' : state}
              >
                {countText(of(name, state))}
                {state === 'pending' && (
                  <PastDeadline of={of(name, state)} newest={pending.filter(({ action }) => action === name)} now={now} />
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface PastDeadlineProps {
  /** Pending effects of an action, and the newest of them. */
  readonly of: number
  readonly newest: readonly EffectAnswer[]
  readonly now: number
}

function PastDeadline({ of: total, newest, now }: PastDeadlineProps) {
  const past = pastDeadline(newest, total, now) ?? 0
  return past > 0 ? <span class="bad"> ({countText(past)} past the deadline)</span> : null
}

interface TableProps {
  readonly effects: readonly EffectAnswer[]
  /** Pending effects, also those that are not shown. */
  readonly pending: readonly EffectAnswer[]
  readonly pipeline: PipelineAnswer
  /** Shows the changes of dead effects: no other effect can be changed. */
  readonly mayOperate: boolean
  readonly change: Change
}

function EffectTable({ effects, pending, pipeline, mayOperate, change }: TableProps) {
  const attemptsOf = new Map(pipeline.actions.map(({ name, attempts }) => [name, attempts]))
  const now = useServerNow()
  const earlier = earlierOfKey(pending)
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
              <span class="soft">{attemptText(effect, attemptsOf.get(effect.action), now, earlier.get(effect.number))}</span>
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
