/** Kinds and texts of errors, from answers of brokers as the client reports them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as client from '@platformatic/kafka'
import { apiCodeOf, codeError, kafkaError } from './errors.ts'

const [PRODUCE, PRODUCE_VERSION] = [0, 9]
const INVALID_RECORD = 87
const NO_KEY = 'Compacted topic cannot accept message without key in topic partition rejected-0.'

test('a record that a topic rejects is an error that names the topic, the reason of the broker and the fix', () => {
  const accepted = new client.ResponseError(
    PRODUCE,
    PRODUCE_VERSION,
    { '/responses/0/partition_responses/0': [-1, null] },
    { responses: [{ name: 'other' }] },
  )
  const rejected = new client.ResponseError(
    PRODUCE,
    PRODUCE_VERSION,
    {
      '/responses/1/partition_responses/0/record_errors/0': [-1, NO_KEY],
      '/responses/1/partition_responses/0': [INVALID_RECORD, 'One or more records have been rejected'],
    },
    { responses: [{ name: 'checked' }, { name: 'rejected' }] },
  )
  const { kind, message } = kafkaError(new client.MultipleErrors('Produce failed.', [rejected, accepted]))
  assert.equal(kind, 'rejected')
  assert.equal(
    message,
    `topic 'rejected': INVALID_RECORD: ${NO_KEY} A topic with cleanup.policy=compact takes no record without a key, as rejected ones are: set cleanup.policy=delete there`,
  )
  assert.equal(apiCodeOf(rejected), INVALID_RECORD)
  assert.equal(kafkaError(accepted).kind, 'unavailable')
})

test('a code that a setting causes has a kind of its own and the fix; codes that pass when a gate begins anew have not', () => {
  const { kind, message } = kafkaError(new client.ProtocolError(50))
  assert.equal(kind, 'rejected')
  assert.match(
    message,
    /^the broker answers: INVALID_TRANSACTION_TIMEOUT: .*\. Set transaction\.max\.timeout\.ms of the brokers to 10000 or more \(KAFKA_TRANSACTION_MS\)$/,
  )
  for (const code of [17, 32, 43, 44]) assert.equal(codeError(code, "topic 'rejected'").kind, 'rejected')
  for (const code of [42, 45, 46, 48, 49, 51, 52, 59, 120]) assert.equal(codeError(code, "topic 'rejected'").kind, 'protocol')
})
