/** Finds the broker that coordinates a group or the transactions of an id. */
import * as client from '@platformatic/kafka'
import { KafkaError } from '../port/driver.ts'

type CoordinatedKind = keyof typeof client.FindCoordinatorKeyTypes

/** The id of the broker. @throws errors of the client. */
export async function findCoordinator(admin: client.Admin, kind: CoordinatedKind, key: string): Promise<number> {
  // The client would know the brokers of its first request for ever, and connect to one that is gone.
  await admin.metadata({ topics: [], forceUpdate: true })
  const [{ nodeId }] = await admin.findCoordinator({ keyType: client.FindCoordinatorKeyTypes[kind], keys: [key] })
  return nodeId
}

/** @throws errors of the client, and `unavailable` for a broker that the cluster does not name. */
export async function connectToCoordinator(admin: client.Admin, node: number, key: string): Promise<client.Connection> {
  const connection = (await admin.connectToBrokers([node])).get(node)
  if (!connection) throw new KafkaError('unavailable', `broker ${node}, the coordinator of '${key}', cannot be reached`)
  return connection
}
