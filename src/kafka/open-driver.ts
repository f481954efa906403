/** Opens the driver of a cluster. Its client library is a package that only pipelines with Kafka need. */
import { SpillwayError } from '../base/index.ts'
import type { KafkaConnection, KafkaDriver } from './port/driver.ts'
import { threadedDriver } from './thread/threaded-driver.ts'

/** @throws `SPILL_PACKAGE` without the package `@platformatic/kafka`. */
export function openKafkaDriver(connection: KafkaConnection): KafkaDriver {
  try {
    // The thread would tell only that it ended.
    import.meta.resolve('@platformatic/kafka')
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new SpillwayError('SPILL_PACKAGE', "Kafka needs the package '@platformatic/kafka': npm install @platformatic/kafka@2", {
      cause: error,
    })
  }
  return threadedDriver(connection)
}
