import assert from 'node:assert/strict'
import { test } from 'node:test'
import fastify from 'fastify'
import { entity, model, on, pipeline, rules, source, t } from 'spillway'
import { scratchFolder } from '../../test/scratch.ts'
import { spillway } from '../public/embed.ts'

const readings = source('readings', {
  schema: { id: t.string(), patient: entity('patient', t.string().personal()), glucose: t.int(), at: t.timestamp() },
  key: 'patient',
  time: 'at',
  id: 'id',
})
const low = model('low', {
  decide: on(readings),
  inputs: r => ({ glucose: r.glucose }),
  score: v => rules([{ when: v.glucose.lt(70), score: 1 }], 0),
})
const ward = pipeline('ward', [low])

test(
  'a stream of unmasked decisions ends once its client loses the role `personal`, and the next stream is masked',
  { timeout: 60_000 },
  async () => {
    const roles = new Set(['read', 'personal'])
    const app = fastify({ forceCloseConnections: true })
    const authorize = async (_: unknown, role: string) => roles.has(role)
    await app.register(spillway, { pipeline: ward, data: scratchFolder('stream-roles'), authorize, bounds: { heartbeatMs: 50 } })
    const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/spillway/events?after=0`
    await app.spillway.submit(readings, [{ id: '1', patient: 'ann', glucose: 60, at: Date.now() }])
    /** Reads a stream until its text matches, or until its end. */
    const read = async (body: ReadableStream<Uint8Array>, until: RegExp | 'end') => {
      let text = ''
      for await (const chunk of body.values({ preventCancel: true })) {
        text += Buffer.from(chunk).toString()
        if (until !== 'end' && until.test(text)) break
      }
      return text
    }
    const open = await fetch(url)
    assert.match(await read(open.body!, /"key"/), /"key":"ann"/)
    roles.delete('personal')
    await read(open.body!, 'end')
    const masked = await fetch(url)
    assert.match(await read(masked.body!, /"key"/), /"key":"\*\*\*"/)
    await masked.body!.cancel()
    await app.close()
  },
)
