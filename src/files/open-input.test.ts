import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { Strings } from '../columns/strings.ts'
import { source, t } from '../index.ts'
import { HistoryBuilder } from '../intake/history-builder.ts'
import type { SourceRejection } from '../intake/rejection.ts'
import { loadFile } from './open-input.ts'

const folder = scratchFolder('take-file')
const schema = { card: t.string(), at: t.timestamp() }
const sources = ['sales', 'returns'].map(name => source(name, { schema, key: 'card', time: 'at' }))

const files = {
  'events.ndjson': 'no json\n{"card":"a","at":"2026-01-01T00:00Z"}\n{"card":1,"at":"2026-01-01T00:00Z"}\n',
  'events.csv': 'card,at\na,2026-01-01T00:00Z\n"b\n',
}

for (const [name, text] of Object.entries(files))
  for (const count of [1, 2])
    test(`${name} for ${count}: each source rejects each invalid record, also an undecodable one`, async () => {
      const path = join(folder, name)
      writeFileSync(path, text)
      const rejections: SourceRejection[] = []
      let undecodable = 0
      const onRejected = (rejection: SourceRejection) => void rejections.push(rejection)
      const intakes = sources.slice(0, count).map(({ ir }) => new HistoryBuilder(ir, { strings: new Strings(), onRejected }))
      const counts = await loadFile(path, intakes, { onRejected, onUndecodable: records => (undecodable += records) })
      assert.deepEqual([undecodable, counts.undecodable], [1, 1])
      for (const { source, counts } of intakes) {
        const ownRejections = rejections.filter(rejection => rejection.source === source.name)
        const rejected = Object.values(counts.rejected).reduce((sum, each) => sum + each, 0)
        assert.equal(ownRejections.length, rejected + undecodable)
        // Sending the dead letter again needs the form to tell CSV from JSON.
        assert.ok(ownRejections.every(({ form }) => form?.csv === (name.endsWith('.csv') ? true : undefined)))
      }
    })
