import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isOtherTopic, topicIdText } from './topic-id.ts'

test('the id of a topic has the form of kafka-topics --describe', () => {
  assert.equal(topicIdText('00000000-0000-0000-0000-000000000001'), 'AAAAAAAAAAAAAAAAAAAAAQ')
  assert.equal(topicIdText('fbfefffe-7f3f-4a5b-8c9d-0123456789ab'), '-_7__n8_SluMnQEjRWeJqw')
})

test('zeros, and the name of a topic, are no id of it', () => {
  for (const id of ['00000000-0000-0000-0000-000000000000', 'payments', '']) assert.equal(topicIdText(id), undefined)
})

test('a topic is another one if both ids are known', () => {
  assert.deepEqual(
    [isOtherTopic('a', 'b'), isOtherTopic('a', 'a'), isOtherTopic(undefined, 'a'), isOtherTopic('a', undefined)],
    [true, false, false, false],
  )
})
