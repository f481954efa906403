/** `spillway restore`: restores a backup into an empty data folder, and checks it. */
import { restoreData } from '../../operate/index.ts'
import { defineCommand, UsageError } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-folder.ts'
import { printJson, printLines } from '../command/print.ts'
import { ProgressLine } from '../command/progress.ts'
import { pluralize, timeText } from '../command/text-format.ts'
import { atOption, parseBackupAt } from './backup-at.ts'
import { megabytes } from './megabytes.ts'

/** The command `spillway restore`. */
export const restoreCommand = defineCommand({
  name: 'restore',
  task: 'Repair',
  usage: 'TARGET [--at TIME|BACKUP]',
  summary: 'restore a backup into an empty data folder, and check its objects and its log',
  options: {
    data: dataOption,
    at: atOption,
    json: { help: 'print one JSON object, and nothing else' },
  },
  async run({ at, json = false, ...folder }, [target, ...extra]) {
    if (target === undefined) throw new UsageError('name the target with the backups: restore /var/backups/flow, or s3://BUCKET/PREFIX')
    if (extra.length > 0) throw new UsageError(`expected one target, but also got ${extra.join(', ')}`)
    const data = dataFolderOf(folder)
    const progress = new ProgressLine()
    const result = await restoreData(target, data, process.env, {
      at: parseBackupAt(at),
      onProgress: share => progress.show('restoring', share),
    })
    progress.clear()
    if (json) printJson(result)
    else {
      const { backup, at: time, end, bytes, pending } = result
      printLines(
        `Restored backup ${backup} of ${timeText(time)} into ${data}: ${pluralize(end, 'entry')}, ${megabytes(bytes)}, checked.`,
        `The next run builds its state from the log${pending > 0 ? `, and delivers ${pluralize(pending, 'effect')} that waited, under their keys` : ''}.`,
      )
    }
    return 0
  },
})
