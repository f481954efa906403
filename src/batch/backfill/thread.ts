/** The thread of a backfill: requests work, does it, and requests more. */
import { once } from 'node:events'
import { join } from 'node:path'
import { parentPort, threadId, workerData } from 'node:worker_threads'
import { failed } from '../../base/thread-error.ts'
import { ColumnFiles } from '../../files/column-files.ts'
import { readFolder } from '../../log/sqlite/data-folder.ts'
import { stopped, type EventsFrom, type FromThread, type ThreadData } from './crew.ts'
import type { Events } from './events.ts'
import { fill } from './fill.ts'
import { EventsOfLog } from './log-events.ts'
import { eventsOf } from './shared.ts'
import type { Work } from './work.ts'

const port = parentPort!
const stop = workerData as Int32Array
const send = (message: FromThread): void => port.postMessage(message)

try {
  const [data] = (await once(port, 'message')) as [ThreadData]
  const { asked, from, scratch } = data
  const [events, close] = open(from)
  const files = scratch === undefined ? undefined : await ColumnFiles.open(join(scratch, String(threadId)))
  for (;;) {
    const next = once(port, 'message') as Promise<[Work | undefined]>
    send({ kind: 'ready' })
    const [work] = await next
    if (!work) break
    const onRows = (): void => {
      if (Atomics.load(stop, 0) > 0) throw stopped()
    }
    const onFilled = (filled: Extract<FromThread, { kind: 'filled' }>['filled']): void => send({ kind: 'filled', filled })
    await fill(
      work,
      asked.find(({ group }) => group.name === work.group)!,
      { ...data, events, files, onRows, onFilled },
    )
  }
  files?.close()
  close()
} catch (error) {
  send(failed(error))
}

function open(from: EventsFrom): readonly [Events, () => void] {
  if (from.kind === 'memory') return [eventsOf(from.shared), () => {}]
  const reader = readFolder(from.data)
  return [new EventsOfLog(reader, from.sources, from.end), () => reader.close()]
}
