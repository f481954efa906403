/** Guidance for the person who answers an alert: the view that shows its cause, and what becomes of the work once it is mended. */
import type { PageName } from '../core/location.ts'
import { type AlertAnswer, severityTexts } from './alert-answers.ts'

/** A view, with the words of its link. */
export interface GuidedView {
  readonly text: string
  readonly page: PageName
  readonly item?: string
  readonly query?: Readonly<Record<string, string>>
}

type Concerned = Pick<AlertAnswer, 'cause' | 'subject'>

/** The view where the cause of an alert shows. */
export function causeView({ cause, subject: { kind, name } }: Concerned): GuidedView {
  switch (cause) {
    case 'effects':
    case 'deadline':
      return { text: `effects of ${name}`, page: 'actions', query: { action: name } }
    case 'dead-letters':
      return { text: `rejected records of ${name}`, page: 'dead-letters', query: { source: name } }
    case 'batch-run':
      return { text: `batch runs of ${name}`, page: 'runs', query: { group: name } }
    case 'report':
    case 'reconciliation':
      return { text: `${cause} runs`, page: 'runs', query: { kind: cause } }
    default:
      return subjectView(kind, name)
  }
}

function subjectView(kind: string, name: string): GuidedView {
  if (kind === 'source') return { text: `source ${name}`, page: 'sources', item: name }
  if (kind === 'group') return { text: `feature group ${name}`, page: 'features', item: name }
  if (kind === 'model') return { text: `model ${name}`, page: 'models', item: name }
  return { text: 'the overview', page: 'overview' }
}

const aftermaths: Readonly<Record<string, string>> = {
  freshness: 'Decisions went on with older values, and stand. There is nothing to replay.',
  deadline: 'Late effects are sent all the same. Decisions stand.',
  errors: 'A request that was answered with an error was not accepted: its sender sends it again.',
  availability: 'Records that were not acknowledged were not accepted: their senders send them again.',
  'source-stopped': 'The reader goes on where it was. There is nothing to replay.',
  lag: 'The records wait where they are, and are read in order. There is nothing to replay; their decisions are late.',
  'dead-letters':
    'Rejected records are kept whole: rename or set their fields, or let the source read the new name, then replay them. Their decisions are made then, late.',
  effects: 'Pending effects are sent again by themselves, late ones too. Dead ones wait until you retry them.',
  disk: 'Nothing acknowledged is lost. Senders of what was not acknowledged send it again.',
  drift:
    'Decisions stand. If the new data is right, train on it. If it is wrong, mend its sender first, then go back to a version trained before it began.',
  'batch-run': 'Decisions went on with the values of the run before, and stand. The next run reads all events: there is nothing to replay.',
  training: 'The champion scores on. The next training is by its schedule, or by hand.',
  report: 'The last file stays in use until the report is made again.',
  reconciliation: 'Recorded decisions stay as they are. Report what differs.',
  backup: 'The run goes on. The last whole backup can be restored.',
}

/** The fate of the work once the cause is mended; empty for a cause of a later version. */
export const aftermathText = ({ cause }: Pick<AlertAnswer, 'cause'>): string => aftermaths[cause] ?? ''

/** The meaning of the buttons of an alert that fires. */
export const ANSWERS_NOTE =
  'Acknowledge: others see that you look at it. Silence: no notification for an hour. Resolve closes the alert and mends nothing; while its condition goes on, it opens again after 6 h. By itself it resolves 5 min after its condition has ended.'

/** The mark of a part of the pipeline in trouble. */
export interface TroubleMark {
  readonly level: 'bad' | 'warning'
  readonly text: string
}

/** Alerts that are about a part, and alerts that reach it. `kind`: as in the subjects of alerts. */
export function alertsOf(
  alerts: readonly AlertAnswer[],
  kind: string,
  name: string,
): { readonly own: readonly AlertAnswer[]; readonly above: readonly AlertAnswer[] } {
  const isIts = ({ subject }: AlertAnswer): boolean => subject.kind === kind && subject.name === name
  const reaches = ({ affected: { groups, models, actions } }: AlertAnswer): boolean =>
    ({ group: groups, model: models, action: actions })[kind]?.includes(name) ?? false
  return { own: alerts.filter(isIts), above: alerts.filter(alert => reaches(alert) && !isIts(alert)) }
}

/** The mark of a part: an alert is about it, or reaches it. `from`: the time, in UTC, before which an alert does not reach it. */
export function troubleOf(
  alerts: readonly AlertAnswer[],
  kind: string,
  name: string,
  from?: (alert: AlertAnswer) => string | undefined,
): TroubleMark | undefined {
  const worst = (some: readonly AlertAnswer[]): AlertAnswer | undefined => some.find(({ severity }) => severity === 'page') ?? some[0]
  const { own, above } = alertsOf(alerts, kind, name)
  const reaching = above.filter(alert => from?.(alert) === undefined)
  const [about, reached] = [worst(own), worst(reaching)]
  const level = [about, reached].some(alert => alert?.severity === 'page') ? 'bad' : 'warning'
  if (about) return { level, text: severityTexts[about.severity] }
  if (reached) return { level, text: 'affected' }
  const later = above.length > 0 ? from?.(above[0]) : undefined
  return later === undefined ? undefined : { level: 'warning', text: `from ${later} on` }
}
