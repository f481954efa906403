/** The process of a run with its dashboard, to be stopped or killed. Arguments: its data folder, and its port. Prints its address on stderr. */
import { serveDashboard } from './dashboard-run.ts'

const [data, port] = process.argv.slice(2)
const { url, close } = await serveDashboard(data, { port: Number(port) })
process.once('SIGTERM', () => void close())
// A reader of this line may stop the process at once.
console.error(`listening at ${url}`)
