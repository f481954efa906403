/** The run of `bench decide`, in a separate process. Arguments: its data folder, and the delay of each fsync, ms. */
import pipeline from '../../examples/fraud/fraud.ts'
import { serveAndAnswer } from './serving-run.ts'

const [data, fsyncMs] = process.argv.slice(2)
await serveAndAnswer({ pipeline, data, disk: { fsyncMs: Number(fsyncMs) } })
