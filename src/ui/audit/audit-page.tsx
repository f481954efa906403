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

function Report({ audit: { summary, model, writtenAt, isCurrent } }: { readonly audit: AuditAnswer }) {
  return (
    <>
      <p>
        <strong>{summary.recommendation}</strong> {summary.reason}
      </p>
      <p class="soft">
        Of model {model}, written {agoText(writtenAt, browserNow())}, {timeStamp(writtenAt)} UTC.
      </p>
      {!isCurrent && <p class="banner">The pipeline has changed since: this report is of an earlier version.</p>}
      <p>
        <a href={`${prefix}/audit/page`}>The report alone</a>
      </p>
      <iframe class="report" title="Report of the audit" src={`${prefix}/audit/page`} sandbox="" />
    </>
  )
}
