/** `spillway jobs`: cancels a batch run, a report, a training, a reconciliation or a backup of the run that holds a data folder. */
import { didYouMean } from '../../base/index.ts'
import { isSingleJobKind, jobKinds } from '../../operate/index.ts'
import { subcommandOf } from '../command/arguments.ts'
import { defineCommand, UsageError } from '../command/command.ts'
import { dataFolderOf, dataOption, withControl } from '../command/data-folder.ts'
import { printJson, printLines } from '../command/print.ts'

/** The command `spillway jobs`. */
export const jobsCommand = defineCommand({
  name: 'jobs',
  task: 'Run',
  usage: 'cancel batch-run GROUP | cancel report NAME | cancel training MODEL | cancel reconciliation | cancel backup',
  summary: 'cancel a job of the run that holds a data folder: a batch run, report, training, reconciliation or backup',
  options: {
    data: dataOption,
    json: { help: 'print the cancelled job as one JSON object' },
  },
  run({ json = false, ...folder }, [verb, kind, name, ...extra]) {
    subcommandOf('jobs', ['cancel'], verb)
    if (kind === undefined) throw new UsageError(`name the kind of the job: ${jobKinds.join(', ')}`)
    const known = jobKinds.find(candidate => candidate === kind)
    if (known === undefined) throw new UsageError(`there is no kind '${kind}'${didYouMean(kind, jobKinds)}`)
    const isNamed = !isSingleJobKind(known)
    if (isNamed && name === undefined) throw new UsageError(`name one job: jobs cancel ${known} NAME`)
    const surplus = isNamed || name === undefined ? extra : [name, ...extra]
    if (surplus.length > 0) throw new UsageError(`one job is cancelled at a time, but got also ${surplus.join(', ')}`)
    const cancellation = { kind: known, ...(isNamed && { name }) }
    return withControl(dataFolderOf(folder), {}, async ({ control }, by) => {
      await control.cancelJob(cancellation, by)
      if (json) printJson({ cancelled: cancellation })
      else printLines(`Cancelled: ${isNamed ? `${known} ${name}` : known}. It runs again at its next time.`)
      return 0
    })
  },
})
