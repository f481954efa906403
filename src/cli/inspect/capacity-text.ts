/** The capacity of a run as text: load, memory, disk, and the keys in memory. */
import { spanTitle } from '../../base/index.ts'
import type { LoadFigure, RunCapacity } from '../../operate/index.ts'
import { formatBytes, formatNumber, joinLines, paddedTable, sharePercent, timeText } from '../command/text-format.ts'

/** The capacity of a run as tables. */
export function capacityText({ at, load, memoryBytes, groups, disk }: RunCapacity): string {
  return joinLines(
    load &&
      paddedTable(
        ['load', 'last hour', 'busiest 5 min of the day'],
        [
          ['accepted events a second', ...loadTexts(load.eventsPerSecond, rate => formatNumber(Number(rate.toPrecision(2))))],
          ['event loop busy', ...loadTexts(load.loopBusy, sharePercent)],
        ],
      ),
    load && '',
    `last sample of the run: ${timeText(at)}`,
    `memory of the process: ${formatBytes(memoryBytes)}`,
    disk && diskText(disk),
    groups.length > 0 && '',
    paddedTable(
      ['feature group', 'keys in memory', 'bytes', 'bytes a key'],
      groups.map(({ group, keys, bytes }) => [group, keys, bytes, keys === 0 ? '' : Math.round(bytes / keys)]),
    ),
  )
}

const loadTexts = ({ lastHour, busiest }: LoadFigure, textOf: (value: number) => string): string[] => [textOf(lastHour), textOf(busiest)]

function diskText({ freeBytes, usedBytes, growthPerDay, growthMs, daysUntilFull }: NonNullable<RunCapacity['disk']>): string {
  const sizes = `disk: ${formatBytes(freeBytes)} free, ${formatBytes(usedBytes)} used by the folder`
  if (growthPerDay === undefined) return sizes
  const span = spanTitle(growthMs!)
  if (daysUntilFull === undefined) return `${sizes}, which has not grown in ${span}`
  return `${sizes}, ${formatBytes(growthPerDay)} more a day by the last ${span}: full in ${formatNumber(Math.floor(daysUntilFull))} days`
}
