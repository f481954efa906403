/** `init --from` generates code that the next command runs. Names and values of a file stay string literals in that code. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSync } from 'oxc-parser'
import { walk } from '../../../test/sources/syntax.ts'
import { random, type Random } from '../../base/random.ts'
import type { InferredSchema } from '../../files/infer-schema.ts'
import { inferredProject } from './inferred-project.ts'
import { shellWord } from '../command/print.ts'

const CASES = 300
/** The columns of the schema that the pipeline reads come first. */
const READ_COLUMNS = 7

/** Characters that end lines, comments or strings, that hide or reverse text, and harmless letters. */
const marks = Array.from('\n\r\u2028\u2029\u0085\u001b\u009b\u202e\u2066\u0000\t\'"`\\/*${}()=;, é日שक😀xyz\ud800')
const endings = ['\u2028process.exit()//', '*/process.exit()/*', "'];process.exit()//", '\nprocess.exit()//']

function nameOf(draw: Random): string {
  const texts = Array.from({ length: 1 + Math.floor(draw() * 8) }, () =>
    draw() < 0.2 ? String.fromCodePoint(Math.floor(draw() * 0x11_0000)) : marks[Math.floor(draw() * marks.length)],
  )
  // The '?' prevents an identifier, so that the code has the same shape for all names.
  return `${texts.join('')}?${draw() < 0.3 ? endings[Math.floor(draw() * endings.length)] : ''}`
}

/** A schema of nine columns, one nested, one unused, two known later; one omitted column; and the file's path. `name` generates all names. */
function schemaOf(name: () => string): { readonly schema: InferredSchema; readonly path: string } {
  const [key, time, id, value, outcome, left, above, below, known, consequence, text] = Array.from(
    { length: 11 },
    (_, i) => `${name()}${i}`,
  )
  const column = (name: string, type: 'string' | 'timestamp' | 'double', distinct: number) => ({
    name,
    type,
    nullable: false,
    distinct,
    filled: 100,
  })
  const schema: InferredSchema = {
    format: 'ndjson',
    columns: [
      column(key, 'string', 3),
      { ...column(time, 'timestamp', 100), timeFormat: 'dmy' },
      column(id, 'string', 100),
      column(value, 'double', 50),
      column(outcome, 'string', 2),
      { ...column(`${above}.${below}`, 'double', 50), path: [above, below], numbers: 'comma' },
      { ...column(known, 'timestamp', 9), nullable: true, timeFormat: 'dmy' },
      column(consequence, 'double', 50),
      column(text, 'string', 90),
    ],
    unclear: [],
    skipped: [{ name: left, reason: `holds ${name()}` }],
    key: { column: key, reason: `of ${name()}` },
    time: { column: time, reason: 'the only one' },
    id: { column: id, reason: 'different' },
    outcomes: [{ column: outcome, truth: name(), share: 0.1, isNamed: true, reason: `it is ${name()}` }],
    later: [known, consequence].map(column => ({ column, reason: `of ${name()}` })),
    outcomeTime: { column: known, reason: `after ${name()}`, longest: 3_600_000 },
    live: { [key]: name() },
    repeated: 0,
    omitted: new Set(),
    span: 3_600_000,
    history: 3_600_000,
    hasOnlyDates: true,
    sampled: 100,
    undecodable: 1,
  }
  return { schema, path: `folder/${name().replaceAll('/', '')}.ndjson` }
}

/** The node and comment types of a file, and its string literals. */
function shapeOf(file: string, text: string): { readonly shape: string[]; readonly texts: Set<unknown> } {
  const { program, comments, errors } = parseSync(file, text)
  assert.deepEqual(errors, [], text)
  const shape = comments.map(({ type }) => type as string)
  const texts = new Set<unknown>()
  walk(program, node => {
    shape.push(node.type)
    if (node.type === 'Literal') texts.add(node.value)
  })
  for (const { type, value } of comments) if (type === 'Line') assert.doesNotMatch(value, /[\n\r\u2028\u2029]/)
  // The text has no invisible characters.
  assert.doesNotMatch(text, /[^\P{Cc}\n]|[\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u)
  return { shape, texts }
}

/** The generated files of code. */
const codeOf = ({ schema, path }: ReturnType<typeof schemaOf>) =>
  Object.entries(inferredProject(schema, path, path).files).filter(([file]) => file.endsWith('.ts'))

test('names of any code points stay string literals in the generated code', () => {
  const draw = random(7)
  const plain = schemaOf(() => 'x y?')
  const expected = codeOf(plain).map(([file, text]) => shapeOf(file, text).shape)
  assert.equal(expected.length, 3)
  for (let i = 0; i < CASES; i++) {
    const { schema, path } = schemaOf(() => nameOf(draw))
    const files = codeOf({ schema, path }).map(([file, text]) => shapeOf(file, text))
    assert.deepEqual(
      files.map(({ shape }) => shape),
      expected,
    )
    // The literals are the names in the file, of the columns that the pipeline reads.
    for (const { name, path: parts = [name] } of schema.columns.slice(0, READ_COLUMNS))
      for (const part of parts) assert.ok(files[0].texts.has(part), JSON.stringify(part))
    assert.ok(files[0].texts.has(schema.outcomes[0].truth))
  }
})

test('letters of any script are not escaped', () => {
  const { schema, path } = schemaOf(() => 'Größe 日付 שלום?')
  assert.match(inferredProject(schema, path, path).files['pipeline.ts'], /^\/\/ {3}key: "Größe 日付 שלום\?0" \(of Größe/m)
})

test('shellWord quotes an argument as one word without invisible characters', () => {
  assert.equal(shellWord('orders=../orders.ndjson'), 'orders=../orders.ndjson')
  assert.equal(shellWord("it's $(here)"), `'it'\\''s $(here)'`)
  assert.equal(shellWord("it's\u2028\\\u001b"), "$'it\\'s\\u2028\\\\\\u001b'")
})
