/** `spillway jobs`: cancels a batch run, a report, a training or a reconciliation of the run that holds a data folder. */
import { didYouMean } from '../../base/index.ts'
import { jobKinds } from '../../operate/index.ts'
import { UsageError, type Command } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-option.ts'
import { withControl } from '../command/operator-control.ts'
import { printJson, printLines } from '../command/print.ts'

/** The command `spillway jobs`. */
export const jobsCommand: Command = {
  name: 'jobs',
  usage: 'cancel batch-run GROUP | cancel report NAME | cancel training MODEL | cancel reconciliation',
  summary: 'cancel a job of the run that holds a data folder: a batch run, report, training or reconciliation',
  options: {
    data: dataOption,
    json: { type: 'boolean', help: 'print the cancelled job as one JSON object' },
  },
  run(values, [verb, kind, name, ...extra]) {
    if (verb !== 'cancel')
      throw new UsageError(
        verb === undefined ? 'expected a subcommand: cancel' : `jobs has no subcommand '${verb}'${didYouMean(verb, ['cancel'])}`,
      )
    if (kind === undefined) throw new UsageError(`name the kind of the job: ${jobKinds.join(', ')}`)
    const known = jobKinds.find(candidate => candidate === kind)
    if (known === undefined) throw new UsageError(`there is no kind '${kind}'${didYouMean(kind, jobKinds)}`)
    const names = known === 'reconciliation' ? 0 : 1
    if (names === 1 && name === undefined) throw new UsageError(`name one job: jobs cancel ${known} NAME`)
    const surplus = [...(names === 0 && name !== undefined ? [name] : []), ...extra]
    if (surplus.length > 0) throw new UsageError(`one job is cancelled at a time, but got also ${surplus.join(', ')}`)
    const cancellation = { kind: known, ...(names === 1 && { name }) }
    return withControl(dataFolderOf(values), {}, async ({ control }, by) => {
      await control.cancelJob(cancellation, by)
      if (values['json'] === true) printJson({ cancelled: cancellation })
      else printLines(`Cancelled: ${[known, ...(names === 1 ? [name] : [])].join(' ')}. It runs again at its next time.`)
      return 0
    })
  },
}
