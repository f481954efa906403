/** The run of `bench action`, in a separate process. Arguments: its data folder, and the receiver's address. */
import { openActionDestinations } from '../../src/action/open-destinations.ts'
import { alarms, HOOK } from './alarm-pipeline.ts'
import { serveAndAnswer } from './serving-run.ts'

const [data, hook] = process.argv.slice(2)
await serveAndAnswer({ pipeline: alarms, data, sendings: await openActionDestinations(alarms, { [HOOK]: hook }) })
