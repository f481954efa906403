/** `spillway inspect`: prints the contents of a data folder, and verifies them with `--verify`. A run may hold the folder. */
import { logDamageText } from '../../log/index.ts'
import { withFolder, type FolderHealth, type ObjectiveReport } from '../../operate/index.ts'
import { readUpToText } from '../../sources/index.ts'
import { defineCommand, UsageError } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-folder.ts'
import { ProgressLine } from '../command/progress.ts'
import { pluralize, formatNumber, paddedTable, sharePercent, timeText, joinLines } from '../command/text-format.ts'
import { printEach } from '../command/print.ts'
import { capacityText } from './capacity-text.ts'
import { limits, spanTitle } from '../../base/index.ts'

/** The command `spillway inspect`. */
export const inspectCommand = defineCommand({
  name: 'inspect',
  task: 'Inspect',
  usage: '[--verify]',
  summary: 'print the contents of a data folder: log, sources, decisions, dead letters, and the process that holds it',
  options: {
    verify: { help: 'read the whole log and all decisions, and list all damage; exit code 1 if there is any' },
    data: dataOption,
    json: { help: 'print one JSON object, and nothing else' },
  },
  run({ verify = false, json = false, ...folder }, extra) {
    if (extra.length > 0) throw new UsageError(`the folder is named by --data, not by ${extra.join(', ')}`)
    const progress = new ProgressLine()
    return withFolder(dataFolderOf(folder), view => {
      const report = view.health({ verify, onProgress: (entries, of) => progress.show('reading the log', entries / of, of) })
      progress.clear()
      printEach([report], { json, textOf: reportText })
      return report.damage.length === 0 ? 0 : 1
    })
  },
})

function reportText(report: FolderHealth): string {
  const { sources, decisions, dead, files } = report
  return [
    headText(report),
    paddedTable(
      ['source', 'columns versions', 'partitions', 'events', 'next offsets'],
      sources.map(({ source, schemas, offsets }) => {
        const events = offsets.reduce((sum, next) => sum + next, 0)
        return [source, schemas.join(', '), offsets.length, events, offsets.join(', ')]
      }),
    ),
    paddedTable(
      ['model', 'decisions', 'first entry', 'last entry', 'bytes'],
      decisions.map(({ model, decisions: count, first, last, bytes }) => [model, count, first, last, bytes]),
    ),
    objectivesText(report.objectives),
    report.capacity ? capacityText(report.capacity) : '',
    backupText(report),
    positionsText(report),
    paddedTable(
      ['dead letters of', 'reason', 'letters'],
      dead.map(({ source, reason, letters }) => [source ?? '(unknown)', reason, letters]),
    ),
    settledText(report),
    paddedTable(['file', 'bytes'], Object.entries(files)),
    verdict(report),
  ]
    .filter(text => text !== '')
    .join('\n\n')
}

function headText({ folder, format, holder, entries, segments, begins, firstArrival, lastArrival, decided }: FolderHealth): string {
  const holderText = holder.holds ? `held by process ${holder.pid ?? '(unknown)'}` : 'not held'
  const arrivals =
    firstArrival === undefined || lastArrival === undefined ? '' : `, arrivals ${timeText(firstArrival)} to ${timeText(lastArrival)}`
  const undecided = entries - decided.entry
  return joinLines(
    `${folder}: format ${format}, ${holderText}`,
    `${pluralize(entries, 'entry')} in ${pluralize(segments.count, 'segment')} of ${formatNumber(segments.averageBytes)} bytes on average${arrivals}`,
    begins && `starts at entry ${formatNumber(begins.entry)}: events that arrived up to ${timeText(begins.arrival)} were deleted`,
    undecided === 0
      ? 'all entries are decided'
      : `decided up to entry ${formatNumber(decided.entry)}: ${formatNumber(undecided)} to go, which the next run makes first`,
  )
}

function backupText({ backup, restored }: FolderHealth): string {
  return joinLines(
    restored && `restored from backup ${restored.backup} at ${timeText(restored.at)}`,
    backup?.at !== undefined && `last backup: ${backup.backup} of ${timeText(backup.at)}, in ${backup.to}`,
    backup?.error !== undefined && `the last attempt to back up failed: ${backup.error}`,
  )
}

function positionsText({ positions }: FolderHealth): string {
  if (positions.length === 0) return ''
  return ['read up to', ...positions.map(({ name, position }) => `  ${name}  ${readUpToText(position)}`)].join('\n')
}

function settledText({ settled }: FolderHealth): string {
  const all = Object.entries(settled).map(([outcome, letters]) => `${formatNumber(letters)} ${outcome}`)
  return all.length === 0 ? '' : `settled dead letters: ${all.join(', ')}`
}

function verdict({ verified, damage }: FolderHealth): string {
  if (damage.length > 0)
    return [`Damaged in ${pluralize(damage.length, 'place')}:`, ...damage.map(place => `  ${logDamageText(place)}`)].join('\n')
  return verified ? 'Intact: every segment and every decision is as it was written.' : ''
}

/** The objectives as a table; empty without objectives. */
export const objectivesText = (objectives: readonly ObjectiveReport[]): string =>
  paddedTable(
    ['feature group', 'freshness objective', `decisions within it, in ${spanTitle(limits.FRESHNESS_WINDOW_MS)}`, 'until'],
    objectives.map(({ group, age, share, recent }) => [
      group,
      `${sharePercent(share)} within ${spanTitle(age)}`,
      recent ? attainedText(recent, share) : 'none counted yet',
      recent ? timeText(recent.until) : '',
    ]),
  )

function attainedText({ decisions, within }: { readonly decisions: number; readonly within: number }, share: number): string {
  if (decisions === 0) return 'no decision'
  const verdict = within / decisions >= share ? 'met' : 'missed'
  return `${sharePercent(within / decisions)} of ${formatNumber(decisions)}: ${verdict}`
}
