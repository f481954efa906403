/** The run of `bench decide`, in a process of its own. Arguments: its data folder, and the milliseconds that each fsync takes longer. */
import pipeline from '../../examples/fraud/fraud.ts'
import { serveAndAnswer } from './serving-run.ts'

const [data, fsyncMs] = process.argv.slice(2)
await serveAndAnswer({ pipeline, data, disk: { fsyncMs: Number(fsyncMs) } })
