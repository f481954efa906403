/** The run of `bench action`, in a process of its own. Arguments: its data folder, and where effects go. */
import { openRoutes } from '../../src/action/routes.ts'
import { alarms, HOOK } from './alarms.ts'
import { serveAndAnswer } from './serving-run.ts'

const [data, hook] = process.argv.slice(2)
await serveAndAnswer({ pipeline: alarms, data, sendings: await openRoutes(alarms, { [HOOK]: hook }) })
