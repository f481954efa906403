/** The run of `bench action`, in a process of its own as `spillway run --listen` is one. Arguments: its data folder, and where effects go. */
import { sendingsOf } from '../../src/action/sendings.ts'
import { openFolder } from '../../src/log/sqlite/data-folder.ts'
import { Running } from '../../src/run/running.ts'
import { Feed } from '../../src/serve/feed.ts'
import { listen, type Listening } from '../../src/serve/listen.ts'
import { alarms, HOOK } from './alarms.ts'
import { answering } from './forked.ts'
import { watching } from './served.ts'

const [data, hook] = process.argv.slice(2)
const folder = await openFolder(data)
const feed = new Feed()
const reports: string[] = []
const running = await Running.in(folder, alarms, {
  sendings: await sendingsOf(alarms, { [HOOK]: hook }),
  onRecorded: feed.tell,
  onReport: report => reports.push(report),
})
const { run } = running
const server: Listening = await listen({ port: 0, run, pipeline: alarms, data, feed, onError: error => reports.push(String(error)) })
const counted = () => ({ events: run.counts.accepted, decisions: run.counts.decisions, fsyncs: folder.store.transactions })

answering({
  url: () => server.url,
  ...watching(counted, () => running.idle()),
  /** What it reported that should not have been. */
  end: async (): Promise<readonly string[]> => {
    await server.close()
    await running.stop()
    return reports
  },
})
