/** Checked and written edits: each file is as intended, or unchanged. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { changesOf, fileOf, nightlyBatch as nightly, PipelineFiles } from '../../../../test/verdict/pipeline-files.ts'
import { applyEdit } from './apply.ts'
import { editPlacements } from './placement-edit.ts'

const files = new PipelineFiles()
after(() => files[Symbol.dispose]())

const usual = "import { count, entity, features, pipeline, source, stream, t } from 'spillway'"

const line = "const group = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })"

test('writes the file, and the edits show the changed lines', async () => {
  const { name, path, pipeline } = await files.load(fileOf(usual, line))
  const changes = changesOf(pipeline, { now: nightly })
  const edit = editPlacements(changes, path)
  assert.deepEqual(edit.edits, [
    { file: name, line: 1, before: usual, after: "import { batch, count, entity, features, pipeline, source, t } from 'spillway'" },
    { file: name, line: 4, before: line, after: line.replace('stream', "batch('0 2 * * *')") },
  ])
  const applied = await applyEdit(edit, path, pipeline.ir)
  assert.equal(applied.written.length, 1)
  assert.equal(files.project.read(name), edit.files[0].after)
})

test('edits a group in an imported file', async () => {
  files.project.write('shared.ts', fileOf(usual, `export ${line}`, '').replace('pipeline, ', ''))
  const { path, pipeline } = await files.load(
    "import { pipeline } from 'spillway'\nimport { group } from './shared.ts'\nexport default pipeline('p', [group])\n",
  )
  const changes = changesOf(pipeline, { now: nightly })
  const edit = editPlacements(changes, path)
  assert.deepEqual((await applyEdit(edit, path, pipeline.ir)).rejected, [])
  assert.match(files.project.read('shared.ts'), /place: batch\('0 2 \* \* \*'\)/)
})

test('rejects an edit that would change the pipeline otherwise, or break it', async () => {
  const { name, path, pipeline } = await files.load(fileOf(usual, line))
  const changes = changesOf(pipeline, { now: nightly })
  const edit = editPlacements(changes, path)
  const before = files.project.read(name)
  const broken = (after: (text: string) => string) => ({
    ...edit,
    files: edit.files.map(file => ({ ...file, after: after(file.after) })),
  })
  const result = await applyEdit(
    broken(text => text.replace("count('1h')", "count('2h')")),
    path,
    pipeline.ir,
  )
  assert.deepEqual(result, {
    written: [],
    rejected: ['nothing was written: with the edit the file is another pipeline than the one that was meant'],
  })
  const none = await applyEdit(
    broken(text => `${text}\nthrow new Error('not today')`),
    path,
    pipeline.ir,
  )
  assert.deepEqual(none.rejected, ['nothing was written: with the edit the file does not load: not today'])
  const ended = await applyEdit(
    broken(text => `process.exit(0)\n${text}`),
    path,
    pipeline.ir,
  )
  assert.deepEqual(ended.rejected, ['nothing was written: with the edit the file does not load: it ended the process'])
  assert.equal(files.project.read(name), before)
})

test('leaves a file alone that has changed since it was read', async () => {
  const { name, path, pipeline } = await files.load(fileOf(usual, line))
  const changes = changesOf(pipeline, { now: nightly })
  const edit = editPlacements(changes, path)
  files.project.write(name, `${files.project.read(name)}\n// mine`)
  assert.match((await applyEdit(edit, path, pipeline.ir)).rejected[0], /has changed since it was read/)
  assert.match(files.project.read(name), /\/\/ mine$/)
})
