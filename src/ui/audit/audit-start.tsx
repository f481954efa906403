/** Starts an audit on the server, shows its progress, and cancels it. */
import { useState } from 'preact/hooks'
import { browserNow } from '../core/clock.ts'
import { useResource } from '../core/resource.ts'
import { call } from '../core/server.ts'
import { useRole } from '../core/session.ts'
import { spanText } from '../core/text.ts'
import { ChangeNotice } from '../parts/change-notice.tsx'
import { useChange } from '../parts/use-change.ts'

interface AuditJobAnswer {
  readonly state: 'running' | 'done' | 'failed' | 'cancelled'
  readonly began: number
  readonly model?: string
  readonly stage?: string
  readonly ended?: number
  readonly error?: string
}

interface JobAnswer {
  readonly models: readonly string[]
  readonly canStart: boolean
  readonly job?: AuditJobAnswer
}

const POLL_MS = 2000

export function AuditStart() {
  const { value, reload } = useResource<JobAnswer>('/audit/job', POLL_MS)
  const mayOperate = useRole('operate')
  const change = useChange(reload)
  const [chosen, setChosen] = useState('')
  if (!value) return null
  const { models, canStart, job } = value
  const isRunning = job?.state === 'running'
  // Several models with a label: the audit needs the name of one.
  const isNamed = models.length < 2 || chosen !== ''
  const start = async (): Promise<string> => {
    await call('POST', '/audit', chosen === '' ? {} : { model: chosen })
    return 'The audit has begun.'
  }
  const cancel = async (): Promise<string> => {
    await call('POST', '/audit/cancel')
    return 'The audit is cancelled.'
  }
  return (
    <section aria-labelledby="make-report">
      <h2 id="make-report">Make a report</h2>
      <p>
        An audit replays the log of the run with older features. It takes minutes, in a process of its own with less of the processor than
        the run. It writes the report and the freshness objectives of the run.
      </p>
      {job && <JobText job={job} />}
      {models.length === 0 && <p class="soft">No model has a label, so that decisions have no outcomes: there is nothing to audit.</p>}
      {models.length > 0 && !canStart && (
        <p class="soft">
          This server starts no audits. In the folder of the project: <code>npx spillway audit --data DIR</code>
        </p>
      )}
      {mayOperate && canStart && (
        <div class="buttons">
          {models.length > 1 && !isRunning && (
            <label>
              Model
              <select value={chosen} onChange={event => setChosen(event.currentTarget.value)}>
                <option value="">choose one</option>
                {models.map(name => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
          )}
          {isRunning ? (
            <button type="button" disabled={change.isBusy} onClick={() => void change.run(cancel)}>
              Cancel the audit
            </button>
          ) : (
            <button type="button" class="primary" disabled={change.isBusy || !isNamed} onClick={() => void change.run(start)}>
              Start an audit
            </button>
          )}
        </div>
      )}
      <ChangeNotice change={change} />
      <p class="soft">
        <code>npx spillway audit --data DIR --apply</code> also writes the proposed placements into your files.
      </p>
    </section>
  )
}

function JobText({ job: { state, began, stage, ended, error, model } }: { readonly job: AuditJobAnswer }) {
  const of = model === undefined ? '' : ` of ${model}`
  const took = spanText((ended ?? browserNow()) - began)
  return (
    <div aria-live="polite">
      {state === 'running' && (
        <p class="notice">
          An audit{of} runs for {took}: {stage ?? 'it starts'}
        </p>
      )}
      {state === 'done' && (
        <p class="notice">
          The audit{of} took {took}; its report is above.
        </p>
      )}
      {state === 'failed' && (
        <p class="banner">
          The audit{of} ended without a report: {error}
        </p>
      )}
      {state === 'cancelled' && <p class="soft">The audit{of} was cancelled.</p>}
    </div>
  )
}
