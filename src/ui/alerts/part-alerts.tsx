/** The alerts about a part of the pipeline, or that reach it, at the top of its page. */
import { Link } from '../core/router.tsx'
import { useAlerts } from '../live/alert-stream.ts'
import { type AlertsAnswer, FIRING_ALERTS, severityTexts } from './alert-answers.ts'
import { alertsOf } from './alert-guidance.ts'

interface PartAlertsProps {
  /** As in the subjects of alerts. */
  readonly kind: 'source' | 'group' | 'model' | 'action'
  readonly name: string
  /** The mark of an alert that reaches it. */
  readonly reach?: string
}

export function PartAlerts({ kind, name, reach = 'affected' }: PartAlertsProps) {
  const alerts = useAlerts<AlertsAnswer>(FIRING_ALERTS).value?.alerts ?? []
  const { own, above } = alertsOf(alerts, kind, name)
  return (
    <>
      {[...own, ...above].map(alert => (
        <p key={alert.id} class={alert.severity === 'page' ? 'banner' : 'banner ticket'}>
          <strong>{own.includes(alert) ? severityTexts[alert.severity] : reach}</strong> {alert.now ?? alert.summary}{' '}
          <Link page="alerts">Alerts</Link>
        </p>
      ))}
    </>
  )
}
