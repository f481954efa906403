/**
 * The thread of a driver: connections, decompression and decoding of batches. A batch of megabytes so never stands in the way of the run, and
 * an exception inside the client ends this thread alone.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { FetchedRecords, GroupMember, TopicFetch, TransactionWriter } from '../port/driver.ts'
import { clientDriver } from '../platformatic/client-driver.ts'
import { kafkaError } from '../platformatic/errors.ts'
import { connectionInThread, type ThreadConnection } from './thread-connection.ts'
import type { DriverAnswer, DriverCall, DriverCalls, FetchChange } from './messages.ts'

const port = parentPort!
const driver = clientDriver(connectionInThread(workerData as ThreadConnection))
const fetches = new Map<number, TopicFetch>()
const writers = new Map<number, TransactionWriter>()
const members = new Map<number, GroupMember>()

const calls: { readonly [Name in keyof DriverCalls]: (...args: Parameters<DriverCalls[Name]>) => Promise<ReturnType<DriverCalls[Name]>> } =
  {
    describe: topic => driver.describe(topic),
    offsets: (topic, partitions, query) => driver.offsets(topic, partitions, query),
    send: (topic, records) => driver.send(topic, records),
    commitOffsets: (group, topic, offsets) => driver.commitOffsets(group, topic, offsets),
    groupOffsets: (group, topic, partitions) => driver.groupOffsets(group, topic, partitions),
    openWriter(number, id, previous) {
      if (!writers.has(number)) writers.set(number, driver.transactions(id))
      return writers.get(number)!.open(previous)
    },
    write: (number, records) => writers.get(number)!.write(records),
    closeWriter: async number => writers.get(number)?.close(),
    memberPartitions(number, options) {
      if (!members.has(number)) members.set(number, driver.member(options))
      return members.get(number)!.partitions()
    },
    memberOffsets: (number, partitions) => members.get(number)!.offsets(partitions),
    memberStore: (number, offsets) => members.get(number)!.store(offsets),
    leaveGroup: async number => members.get(number)?.leave(),
    next: async fetch => fetches.get(fetch)?.next(),
    closeFetch: async fetch => fetches.get(fetch)?.close(),
    async close() {
      await driver.close()
      port.close()
    },
  }

function change(message: FetchChange): void {
  if (message.change === 'open') fetches.set(message.fetch, driver.fetch(message.topic, message.options))
  else if (message.change === 'assign') fetches.get(message.fetch)?.assign(message.partition, message.place)
  else fetches.get(message.fetch)?.revoke(message.partition)
}

async function answer({ id, call, args }: DriverCall): Promise<void> {
  try {
    const value = await (calls[call] as (...list: readonly unknown[]) => Promise<unknown>)(...args)
    port.postMessage({ id, value } satisfies DriverAnswer, call === 'next' ? memoryOf(value as FetchedRecords | undefined) : [])
  } catch (error) {
    const { kind, message, place } = kafkaError(error)
    port.postMessage({ id, error: { kind, message, place } } satisfies DriverAnswer)
  }
}

/** The memory that is moved and not copied. */
function memoryOf(fetched: FetchedRecords | undefined): readonly ArrayBuffer[] {
  if (!fetched) return []
  const { offsets, timestamps, keys, values, headers, bytes } = fetched.records
  return [offsets, timestamps, keys, values, headers, bytes].map(({ buffer }) => buffer)
}

port.on('message', (message: DriverCall | FetchChange) => {
  if ('change' in message) change(message)
  else void answer(message)
})
