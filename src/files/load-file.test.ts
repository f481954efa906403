import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { Strings } from '../columns/strings.ts'
import { source, t } from '../index.ts'
import { HistoryBuilder } from '../intake/history-builder.ts'
import type { SourceRefusal } from '../intake/refusal.ts'
import { loadFile } from './load-file.ts'

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
      const refusals: SourceRefusal[] = []
      let undecodable = 0
      const onRefused = (refusal: SourceRefusal) => void refusals.push(refusal)
      const intakes = sources.slice(0, count).map(({ ir }) => new HistoryBuilder(ir, { strings: new Strings(), onRefused }))
      const counts = await loadFile(path, intakes, { onRefused, onUndecodable: records => (undecodable += records) })
      assert.deepEqual([undecodable, counts.undecodable], [1, 1])
      for (const { source, counts } of intakes) {
        const ownRefusals = refusals.filter(refusal => refusal.source === source.name)
        const refused = Object.values(counts.refused).reduce((sum, each) => sum + each, 0)
        assert.equal(ownRefusals.length, refused + undecodable)
        // Sending the dead letter again needs the form to tell CSV from JSON.
        assert.ok(ownRefusals.every(({ form }) => form?.csv === (name.endsWith('.csv') ? true : undefined)))
      }
    })
