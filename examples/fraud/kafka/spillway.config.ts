/** Payments of the topic `payments`, by the brokers of KAFKA_BROKERS. A cluster with a login needs `sasl` and `tls` here and in pipeline.ts. */
import { defineConfig, kafka } from 'spillway/config'

export default defineConfig({
  pipeline: 'pipeline.ts',
  data: '.spillway',
  sources: { payments: { feed: kafka({ topic: 'payments', group: 'fraud' }), history: kafka({ topic: 'payments' }) } },
})
