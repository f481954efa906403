/** The thread of a backfill: requests work, does it, and requests more. */
import { once } from 'node:events'
import { join } from 'node:path'
import { parentPort, threadId, workerData } from 'node:worker_threads'
import { failureMessage } from '../../base/index.ts'
import { readDataFolder } from '../../log/sqlite/index.ts'
import { openParquetWriter } from '../../offline/parquet/index.ts'
import { backfillStopped, type EventSource, type BackfillThreadMessage, type BackfillThreadInput } from './workers.ts'
import { openSharedEvents, type EventHistory } from './events.ts'
import { fillWork } from './fill.ts'
import { EventsOfLog } from './log-events.ts'
import type { BackfillWork } from './work.ts'

const port = parentPort!
const stop = workerData as Int32Array
const send = (message: BackfillThreadMessage): void => port.postMessage(message)

try {
  const [data] = (await once(port, 'message')) as [BackfillThreadInput]
  const { groups, from, scratch, folder, unit } = data
  const [events, close] = open(from)
  const writer = scratch === undefined ? undefined : await openParquetWriter(folder, unit, join(scratch, String(threadId)))
  for (;;) {
    const next = once(port, 'message') as Promise<[BackfillWork | undefined]>
    send({ kind: 'ready' })
    const [work] = await next
    if (!work) break
    const onRows = (): void => {
      if (Atomics.load(stop, 0) > 0) throw backfillStopped()
    }
    const onFilled = (filled: Extract<BackfillThreadMessage, { kind: 'filled' }>['filled']): void => send({ kind: 'filled', filled })
    await fillWork(
      work,
      groups.find(({ group }) => group.name === work.group)!,
      { ...data, events, writer, onRows, onFilled },
    )
  }
  writer?.close()
  close()
} catch (error) {
  send(failureMessage(error))
}

function open(from: EventSource): readonly [EventHistory, () => void] {
  if (from.kind === 'memory') return [openSharedEvents(from.shared), () => {}]
  const reader = readDataFolder(from.data)
  return [new EventsOfLog(reader, from.sources, from.end), () => reader.close()]
}
