import type { KafkaDriver } from '../../src/kafka/port/driver.ts'

/** A driver of which some methods are others. */
export const changedDriver = (driver: KafkaDriver, changes: Partial<KafkaDriver>): KafkaDriver =>
  new Proxy(driver, {
    get: (target, name) => {
      const method = name as keyof KafkaDriver
      return changes[method] ?? (target[method] as (...args: unknown[]) => unknown).bind(target)
    },
  })
