/** Lives through one history in a process of its own: `node replay-child.ts PLAN`, in JSON. Prints the judged history as JSON. */
import type { HistoryPlan } from './history.ts'
import { replay } from './replay.ts'

console.log(JSON.stringify(await replay(JSON.parse(process.argv[2]) as HistoryPlan)))
