/** `spillway inspect`: prints the contents of a data folder, and verifies them with `--verify`. A run may hold the folder. */
import { logDamageText } from '../../log/index.ts'
import { withFolder, type FolderHealth } from '../../operate/index.ts'
import { readUpToText } from '../../sources/index.ts'
import { UsageError, type Command } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-option.ts'
import { objectivesText } from './objectives-text.ts'
import { ProgressLine } from '../command/progress.ts'
import { pluralize, formatNumber, paddedTable } from '../command/text-format.ts'
import { timeText } from '../command/time-text.ts'
import { printEach } from '../command/print.ts'

/** The command `spillway inspect`. */
export const inspectCommand: Command = {
  name: 'inspect',
  usage: '[--verify]',
  summary: 'print the contents of a data folder: log, sources, decisions, dead letters, and the process that holds it',
  options: {
    verify: { type: 'boolean', help: 'read the whole log and all decisions, and list all damage; exit code 1 if there is any' },
    data: dataOption,
    json: { type: 'boolean', help: 'print one JSON object, and nothing else' },
  },
  run(values, extra) {
    if (extra.length > 0) throw new UsageError(`the folder is named by --data, not by ${extra.join(', ')}`)
    const { verify = false, json = false } = values as { verify?: boolean; json?: boolean }
    const progress = new ProgressLine()
    return withFolder(dataFolderOf(values), folder => {
      const report = folder.health({ verify, onProgress: (entries, of) => progress.show('reading the log', entries / of) })
      progress.clear()
      printEach([report], { json, textOf: reportText })
      return report.damage.length === 0 ? 0 : 1
    })
  },
}

function reportText(report: FolderHealth): string {
  const { sources, decisions, dead, files } = report
  return [
    headText(report),
    sources.length === 0
      ? ''
      : paddedTable(
          ['source', 'columns versions', 'partitions', 'events', 'next offsets'],
          sources.map(({ source, schemas, offsets }) => [
            source,
            schemas.join(', '),
            formatNumber(offsets.length),
            formatNumber(offsets.reduce((sum, next) => sum + next, 0)),
            offsets.join(', '),
          ]),
        ),
    decisions.length === 0
      ? ''
      : paddedTable(
          ['model', 'decisions', 'first entry', 'last entry', 'bytes'],
          decisions.map(({ model, decisions: count, first, last, bytes }) => [
            model,
            formatNumber(count),
            formatNumber(first),
            formatNumber(last),
            formatNumber(bytes),
          ]),
        ),
    objectivesText(report.objectives),
    positionsText(report),
    dead.length === 0
      ? ''
      : paddedTable(
          ['dead letters of', 'reason', 'letters'],
          dead.map(({ source, reason, letters }) => [source ?? '(unknown)', reason, formatNumber(letters)]),
        ),
    settledText(report),
    paddedTable(
      ['file', 'bytes'],
      Object.entries(files).map(([name, bytes]) => [name, formatNumber(bytes)]),
    ),
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
  const retention = begins
    ? [`starts at entry ${formatNumber(begins.entry)}: events that arrived up to ${timeText(begins.arrival)} were deleted`]
    : []
  return [
    `${folder}: format ${format}, ${holderText}`,
    `${entries === 1 ? '1 entry' : `${formatNumber(entries)} entries`} in ${pluralize(segments.count, 'segment')} of ${formatNumber(segments.averageBytes)} bytes on average${arrivals}`,
    ...retention,
    undecided === 0
      ? 'all entries are decided'
      : `decided up to entry ${formatNumber(decided.entry)}: ${formatNumber(undecided)} to go, which the next run makes first`,
  ].join('\n')
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
