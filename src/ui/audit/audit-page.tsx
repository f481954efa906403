/** The report of the last audit, embedded, and how to make a new one. */
import { browserNow } from '../core/clock.ts'
import { useResource } from '../core/resource.ts'
import { prefix } from '../core/router.tsx'
import { agoText, timeStamp } from '../core/text.ts'
import { AuditStart } from './audit-start.tsx'

interface AuditAnswer {
  readonly pipeline: string
  readonly model: string
  readonly summary: { readonly recommendation?: string; readonly reason?: string }
  readonly writtenAt: number
  readonly isCurrent: boolean
  /** Since the report before, if it is of the same pipeline and model. */
  readonly changes?: AuditChanges
}

interface AuditChanges {
  readonly since: number
  readonly changes: readonly { readonly name: string; readonly text: string }[]
}

export function Audit() {
  const { value, error } = useResource<AuditAnswer>('/audit', 10_000)
  return (
    <>
      <h1>Audit</h1>
      {!value && !error && <p class="soft">Reading the report …</p>}
      {error && (
        <p>
          {error.status === 404
            ? 'There is no report yet. An audit replays the history with older features, and tells which features are worth being fresh.'
            : error.message}
        </p>
      )}
      {value && <Report audit={value} />}
      <AuditStart />
    </>
  )
}

function Report({ audit: { summary, model, writtenAt, isCurrent, changes } }: { readonly audit: AuditAnswer }) {
  return (
    <>
      <p>
        <strong>{summary.recommendation}</strong> {summary.reason}
      </p>
      <p class="soft">
        Of model {model}, written {agoText(writtenAt, browserNow())}, {timeStamp(writtenAt)} UTC.
      </p>
      {!isCurrent && <p class="banner">The pipeline has changed since: this report is of an earlier version.</p>}
      {changes && <Changes changes={changes} />}
      <p>
        <a href={`${prefix}/audit/page`}>The report alone</a>
      </p>
      <iframe class="report" title="Report of the audit" src={`${prefix}/audit/page`} sandbox="" />
    </>
  )
}

function Changes({ changes: { since, changes } }: { readonly changes: AuditChanges }) {
  return (
    <section aria-labelledby="report-changes">
      <h2 id="report-changes">Since the report before</h2>
      <p class="soft">That of {timeStamp(since)} UTC. A loss counts as changed where the intervals of both reports do not overlap.</p>
      {changes.length === 0 ? (
        <p>Nothing changed.</p>
      ) : (
        <ul>
          {changes.map(({ name, text }) => (
            <li key={`${name} ${text}`}>
              <strong>{name}</strong> {text}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
