/** Alerts that fire, with what a person does about them; resolved ones with their outcomes, their cost by week, and objectives. */
import { useState } from 'preact/hooks'
import { useResource } from '../core/resource.ts'
import { Link, prefix } from '../core/router.tsx'
import { call } from '../core/server.ts'
import { useRole } from '../core/session.ts'
import { countText, timeStamp } from '../core/text.ts'
import { useAlerts } from '../live/alert-stream.ts'
import { useServerNow } from '../live/use-status.ts'
import { ChangeNotice } from '../parts/change-notice.tsx'
import { type Change, useChange } from '../parts/use-change.ts'
import { aftermathText, ANSWERS_NOTE, causeView } from './alert-guidance.ts'
import {
  affectedPartsText,
  type AlertAnswer,
  type AlertsAnswer,
  alertStateText,
  type AlertWeekAnswer,
  receiverTexts,
  severityTexts,
  sortedAlerts,
} from './alert-answers.ts'
import type { ObjectivesAnswer } from './objective-rates.ts'
import { ObjectivesTable } from './objectives-table.tsx'

const SHOWN = 200
const POLL_MS = 5000

export function Alerts() {
  const { value, error, reload } = useAlerts<AlertsAnswer>(`/alerts?limit=${SHOWN}`)
  const objectives = useResource<ObjectivesAnswer>('/objectives', POLL_MS).value
  const change = useChange(reload)
  const now = useServerNow()
  const mayOperate = useRole('operate')
  const { firing, resolved } = sortedAlerts(value?.alerts ?? [])
  return (
    <>
      <h1>Alerts</h1>
      {error && <p class="banner">{error.message}</p>}
      {!value && !error && <p class="soft">Reading …</p>}
      <ChangeNotice change={change} />
      {receiverTexts(value?.receivers ?? [], now).map(text => (
        <p key={text} class="banner" role="alert">
          Alerts do not get out: {text}
        </p>
      ))}
      {value && firing.length === 0 && (
        <p class="fine">
          <span aria-hidden="true">✓</span> No alert fires.
        </p>
      )}
      {firing.length > 0 && mayOperate && <p class="soft">{ANSWERS_NOTE}</p>}
      {firing.length > 0 && (
        <ul class="alerts" aria-label="Alerts that fire">
          {firing.map(alert => (
            <FiringAlert key={alert.id} alert={alert} change={change} />
          ))}
        </ul>
      )}
      {objectives && <ObjectivesTable answer={objectives} />}
      {resolved.length > 0 && <ResolvedAlerts alerts={resolved} change={change} />}
      {value && value.weeks.length > 0 && <Weeks weeks={value.weeks} />}
    </>
  )
}

const editAlert = async (id: string, edit: 'acknowledge' | 'silence' | 'resolve', fields: object, result: string): Promise<string> => {
  await call('POST', `/alerts/${encodeURIComponent(id)}/${edit}`, fields)
  return result
}

function FiringAlert({ alert, change }: { readonly alert: AlertAnswer; readonly change: Change }) {
  const { id, severity, cause, summary, runbook, command, inhibited } = alert
  const now = useServerNow()
  const view = causeView(alert)
  const aftermath = aftermathText(alert)
  const mayOperate = useRole('operate')
  return (
    <li class={severity === 'page' ? 'bad' : 'warning'}>
      <p class="alert-title">
        <span class="badge">{severityTexts[severity]}</span> <strong>{alert.now ?? summary}</strong>
      </p>
      <p class="soft">{alertStateText(alert, now)}</p>
      {affectedPartsText(alert) !== '' && <p>{affectedPartsText(alert)}</p>}
      {inhibited.length > 0 && <p class="soft">It explains: {inhibited.map(condition => condition.summary).join('; ')}</p>}
      <p>
        First:{' '}
        <Link page={view.page} item={view.item} {...(view.query && { query: view.query })}>
          {view.text}
        </Link>
        <span class="soft">
          , or <code>{command}</code>.{' '}
          <a href={`${prefix}/ui/runbook/${encodeURIComponent(cause)}`} title={runbook}>
            Runbook
          </a>
        </span>
      </p>
      {aftermath !== '' && <p>Once it is mended: {aftermath}</p>}
      {mayOperate && <AlertButtons id={id} isAcknowledged={alert.acknowledged !== undefined} change={change} />}
    </li>
  )
}

interface ButtonsProps {
  readonly id: string
  readonly isAcknowledged: boolean
  readonly change: Change
}

function AlertButtons({ id, isAcknowledged, change }: ButtonsProps) {
  const [note, setNote] = useState('')
  const noteField = note.trim() === '' ? {} : { note: note.trim() }
  const run = (edit: 'acknowledge' | 'silence' | 'resolve', fields: object, result: string): void =>
    void change.run(() => editAlert(id, edit, { ...fields, ...noteField }, result))
  return (
    <div class="buttons">
      <label class="check">
        Note
        <input type="text" value={note} onInput={event => setNote(event.currentTarget.value)} />
      </label>
      <button type="button" disabled={isAcknowledged || change.isBusy} onClick={() => run('acknowledge', {}, 'Acknowledged.')}>
        Acknowledge
      </button>
      <button type="button" disabled={change.isBusy} onClick={() => run('silence', { minutes: 60 }, 'Silenced for an hour.')}>
        Silence 1 h
      </button>
      <button type="button" disabled={change.isBusy} onClick={() => run('resolve', {}, 'Resolved.')}>
        Resolve
      </button>
    </div>
  )
}

/** An outcome is asked for after the fact: was there something to do? */
function ResolvedAlerts({ alerts, change }: { readonly alerts: readonly AlertAnswer[]; readonly change: Change }) {
  const mayOperate = useRole('operate')
  const now = useServerNow()
  const record = (id: string, outcome: 'acted' | 'noise'): void =>
    void change.run(() => editAlert(id, 'resolve', { outcome }, `Recorded as ${outcome}.`))
  return (
    <section aria-labelledby="resolved">
      <h2 id="resolved">Resolved</h2>
      <table class="list">
        <thead>
          <tr>
            <th scope="col">Resolved (UTC)</th>
            <th scope="col">Alert</th>
            <th scope="col">State</th>
            {mayOperate && <th scope="col">Outcome</th>}
          </tr>
        </thead>
        <tbody>
          {alerts.map(alert => (
            <tr key={alert.id}>
              <td>{alert.resolved !== undefined && timeStamp(alert.resolved)}</td>
              <td>
                <strong>{severityTexts[alert.severity]}</strong> {alert.summary}
              </td>
              <td class="soft">{alertStateText(alert, now)}</td>
              {mayOperate && (
                <td>
                  {(['acted', 'noise'] as const).map(outcome => (
                    <button
                      key={outcome}
                      type="button"
                      disabled={change.isBusy || alert.outcome?.kind === outcome}
                      aria-label={`Record ${alert.id} as ${outcome}`}
                      onClick={() => record(alert.id, outcome)}
                    >
                      {outcome}
                    </button>
                  ))}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Weeks({ weeks }: { readonly weeks: readonly AlertWeekAnswer[] }) {
  return (
    <section aria-labelledby="weeks">
      <h2 id="weeks">Cost by week</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Week of</th>
            {['Pages', 'Tickets', 'Acted on', 'Noise', 'Hours'].map(title => (
              <th key={title} scope="col" class="number">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.toReversed().map(({ week, pages, tickets, acted, noise, hours }) => (
            <tr key={week}>
              <th scope="row">{timeStamp(week).slice(0, 10)}</th>
              {[pages, tickets, acted, noise].map((count, i) => (
                <td key={i} class="number">
                  {countText(count)}
                </td>
              ))}
              <td class="number">{hours}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
