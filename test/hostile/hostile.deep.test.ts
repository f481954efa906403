/** Effects of hostile clients on other clients, except waiting times: `npm run prove -- hostile` measures those. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { scratchFolder } from '../scratch.ts'
import { attacks, type AttackName } from './attacks.ts'
import { HostileSuite, RSS_BYTES_MAX } from './suite.ts'

const ROUNDS = 8

const suite = new HostileSuite(scratchFolder('hostile'))
after(() => suite.close())

const all = { 'ingest 200': ROUNDS, 'lines 200': ROUNDS, 'decide 200': ROUNDS, 'webhook 200': ROUNDS }
let accepted = 0

for (const name of Object.keys(attacks) as AttackName[])
  test(`${name}: another client is answered each time, and memory is bounded`, async t => {
    if (name === 'distinct long texts' && !(await suite.boundsKeys()))
      return t.skip('texts are not bounded in this tree yet (issue 21, item 14): a long key was accepted')
    const { answered, responses, rss } = await suite.under(name, ROUNDS)
    assert.deepEqual(answered.statuses, all, JSON.stringify(answered.messages))
    assert.ok(rss <= RSS_BYTES_MAX, `${rss} bytes of ${RSS_BYTES_MAX}`)
    accepted += responses.accepted
    if (name.startsWith('a flood')) assert.ok(Object.keys(responses.statuses).length > 0, 'the attack was answered')
    if (name === 'distinct long texts') {
      assert.equal(responses.accepted, 0, 'no record with a long text is accepted')
      const { 422: events = 0, 400: requests = 0 } = responses.statuses
      assert.ok(events > 0 && requests > 0, JSON.stringify(responses.statuses))
    }
  })

test('nothing that was acknowledged is lost, though the server is killed', async () => {
  const entries = await suite.entries()
  await suite.crash()
  assert.deepEqual(await suite.missing(), [])
  assert.ok(accepted > 0)
  assert.ok((await suite.entries()) >= entries, 'nor what the log had')
  assert.ok(entries >= accepted, `${entries} entries, and ${accepted} acknowledged to hostile clients`)
})
