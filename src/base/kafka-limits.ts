/** Limits of sources and destinations of Kafka; part of `limits`. */
export const kafkaLimits = {
  // Kafka.

  /** Bytes of one partition in an answer of a broker; a larger first batch comes all the same. */
  KAFKA_PARTITION_FETCH_BYTES: 1 << 20,
  /** Bytes of records that a reader has fetched and the run has not taken; one answer more may pass it. */
  KAFKA_FETCHED_BYTES: 1 << 24,
  /** Bytes of a decompressed batch of records. */
  KAFKA_BATCH_BYTES_MAX: 1 << 27,
  /** Bytes of records that are sent to a topic at once. A topic takes batches of 1 MiB unless it says otherwise. */
  KAFKA_SEND_BYTES: 1 << 18,
  /** Deliveries to one topic that wait for an acknowledgement. */
  KAFKA_DELIVERIES_AT_ONCE: 256,
  /** Time that a function or a file has to give a token for a login to Kafka, ms. */
  KAFKA_TOKEN_MS: 8000,
  /** Greatest delay between two attempts to reconnect to Kafka, ms. */
  KAFKA_RETRY_MS_MAX: 5000,
  /** Timeout of a connection to a broker of Kafka, ms. */
  KAFKA_CONNECT_MS: 10_000,
  /** Time that a broker has for an answer, after which it counts as away, ms. */
  KAFKA_REQUEST_MS: 30_000,
  /** Ids within `dedupe` that a gate remembers for one partition, about 150 bytes each. */
  GATE_IDS_MAX: 4_000_000,
  /** Records of a fetch, and their bytes with keys and headers, that are decoded before other work has its turn; one record may have more bytes. */
  KAFKA_SLICE_RECORDS: 256,
  KAFKA_SLICE_BYTES: 1 << 16,
  /** Limit on the time to a gate's decision about an HTTP event, ms; beyond it the answer is 503, and the sender retries. */
  GATE_DECISION_MS: 30_000,
  /** Interval between two times that a gate stores its offsets in its group, ms. */
  GATE_OFFSETS_MS: 3_600_000,
  /** Interval between two samples of the ends of a gate's topics, for its metrics, ms. */
  GATE_SAMPLE_MS: 5000,
  /** Age from which Kafka aborts a transaction of a writer that is gone, ms; it looks every 10 s, and until then readers are held back. */
  KAFKA_TRANSACTION_MS: 10_000,
  /** Reads of a corrupt batch, after which its source ends with an error. */
  KAFKA_CORRUPT_READS: 5,
  /** Time to store the last offsets in a group, and to close connections, when reading ends, ms. */
  KAFKA_CLOSE_MS: 3000,
  /** Time that a topic that was read may be missing, after which its source ends, ms: a broker that starts may not know it yet. */
  KAFKA_MISSING_MS: 10_000,
  /** Time without a heartbeat after which a classic group expels a member, ms. */
  KAFKA_SESSION_MS: 30_000,
  /** Time that the members of a group have to give partitions up, ms: less than a request may take. */
  KAFKA_REBALANCE_MS: 25_000,
  /** Interval between two heartbeats of a member of a group, ms, unless the coordinator says another. */
  KAFKA_HEARTBEAT_MS: 3000,
  /** Interval between two looks for new partitions of a topic, ms. */
  KAFKA_TOPIC_CHECK_MS: 30_000,
} as const
