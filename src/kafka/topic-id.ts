/** Ids of topics (KIP-516). A topic that is deleted and made again under the same name has another id. */

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/
const ZERO = /^[0-]*$/

/**
 * The id of a described topic in the form that Kafka's tools print, base64url. Undefined if the cluster gives no id: brokers before Kafka 2.8, for
 * which the client returns zeros or the name of the topic.
 */
export const topicIdText = (id: string): string | undefined =>
  UUID.test(id) && !ZERO.test(id) ? Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url') : undefined

/** Are both ids known, and different? */
export const isOtherTopic = (before: string | undefined, now: string | undefined): boolean =>
  before !== undefined && now !== undefined && before !== now
