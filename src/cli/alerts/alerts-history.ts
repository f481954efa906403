/** `spillway alerts list`, `ack`, `silence` and `resolve`: the alerts of a data folder, and what people do about them. */
import { durationMs, SpillwayError, type StrictOmit, wallClock } from '../../base/index.ts'
import { type FolderAlerts, openFolder, type RunControl } from '../../operate/index.ts'
import { UsageError } from '../command/command.ts'
import { withControl } from '../command/data-folder.ts'
import { printEach, printLines } from '../command/print.ts'
import { pluralize, timeText } from '../command/text-format.ts'

type ListedAlert = ReturnType<FolderAlerts['list']>[number]

/** The newest resolved alerts that the text output lists. */
const SHOWN = 20

/** Lists the alerts that fire, and with `all` also the resolved ones with their cost by week. */
export function listAlerts(data: string, { all = false, json = false }: { readonly all?: boolean; readonly json?: boolean }): number {
  const folder = openFolder(data)
  try {
    const alerts = folder.alerts.list(all ? {} : { state: 'firing' })
    printEach(json ? alerts : alerts.slice(-SHOWN), { json, textOf: alertText })
    if (json) return 0
    printLines(
      alerts.length === 0
        ? 'No alert.'
        : `${pluralize(alerts.length, 'alert')}${alerts.length > SHOWN ? `; the newest ${SHOWN} are shown` : ''}.`,
    )
    if (all)
      for (const { week, pages, tickets, acted, noise, hours } of folder.alerts.weeks())
        printLines(
          `week of ${timeText(week).slice(0, 10)}: ${pluralize(pages, 'page')}, ${pluralize(tickets, 'ticket')}; acted on ${acted}, noise ${noise}, ${hours} h`,
        )
    return 0
  } finally {
    folder.close()
  }
}

function alertText(alert: ListedAlert): string {
  const { id, severity, state, began, opened, resolved, summary, command, runbook, affected, inhibited, acknowledged, silenced, outcome } =
    alert
  const end = state === 'firing' ? '' : `, resolved ${timeText(resolved ?? opened)}`
  const parts = (['groups', 'models', 'actions'] as const).flatMap(kind =>
    affected[kind].length > 0 ? [`${kind} ${affected[kind].join(', ')}`] : [],
  )
  const notes = [
    ...(acknowledged ? [`acknowledged by ${acknowledged.by}${acknowledged.note === undefined ? '' : `: ${acknowledged.note}`}`] : []),
    ...(silenced && state === 'firing' ? [`silenced until ${timeText(silenced.until)}`] : []),
    ...(outcome ? [`${outcome.kind}${outcome.minutes === undefined ? '' : `, ${outcome.minutes} min`}`] : []),
    ...(inhibited.length > 0 ? [`explains ${inhibited.map(({ cause, subject }) => `${cause} of ${subject.name}`).join(', ')}`] : []),
    ...(parts.length > 0 ? [`affects ${parts.join('; ')}`] : []),
  ]
  return [
    `${id}  ${severity}  ${began === undefined ? '' : `began ${timeText(began)}, `}alerted ${timeText(opened)}${end}`,
    `  ${summary}`,
    ...notes.map(note => `  ${note}`),
    `  ${command}`,
    `  ${runbook}`,
  ].join('\n')
}

/** The options of a change. */
interface AlertChangeValues {
  readonly note?: string | undefined
  readonly for?: string | undefined
  readonly outcome?: string | undefined
  readonly minutes?: string | undefined
}

const changes = { ack: 'acknowledge', silence: 'silence', resolve: 'resolve' } as const

/** Changes alerts by their ids, through the run if one holds the folder. */
export async function changeAlerts(
  data: string,
  verb: keyof typeof changes,
  ids: readonly string[],
  { note, for: length, outcome, minutes }: AlertChangeValues,
): Promise<number> {
  if (ids.length === 0) throw new UsageError(`name the alert by its id: spillway alerts ${verb} ID`)
  if (verb === 'silence' && length === undefined) throw new UsageError('give the length of the silence: --for 2h')
  const kind = outcome === 'acted' || outcome === 'noise' ? outcome : undefined
  if (outcome !== kind) throw new UsageError('--outcome is acted or noise')
  if (minutes !== undefined && (outcome === undefined || !/^\d{1,5}$/.test(minutes)))
    throw new UsageError('--minutes is a whole number of minutes that people spent, beside --outcome')
  const edit: StrictOmit<Parameters<RunControl['editAlert']>[0], 'id'> = {
    change: changes[verb],
    ...(note !== undefined && { note }),
    ...(length !== undefined && { until: wallClock() + lengthOf(length) }),
    ...(kind && { outcome: kind }),
    ...(minutes !== undefined && { minutes: Number(minutes) }),
  }
  await withControl(data, {}, async ({ control }, by) => {
    for (const id of ids) {
      const alert = await control.editAlert({ ...edit, id }, by)
      printLines(`${id} is ${doneTexts[verb]}${alert.silenced && verb === 'silence' ? ` until ${timeText(alert.silenced.until)}` : ''}`)
    }
  })
  return 0
}

const doneTexts = { ack: 'acknowledged', silence: 'silenced', resolve: 'resolved' } as const

function lengthOf(text: string): number {
  try {
    return durationMs(text as never)
  } catch (error) {
    throw error instanceof SpillwayError ? new UsageError(`--for ${text}: ${error.message}`) : error
  }
}
