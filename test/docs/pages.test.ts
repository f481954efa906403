/** The documentation as a set of pages: no dead link, no long page, none outside of the sidebar, questions of newcomers within three clicks. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { exportedNames, missingExports } from '../../site/api-pages.ts'
import { sitePath, withSiteLinks } from '../../site/links.ts'
import { home, sections } from '../../site/sidebar.ts'
import { limits } from '../../src/base/limits.ts'
import { textFiles } from '../sources/files.ts'
import { limitsPage } from './limits-page.ts'
import { clicksFrom, deadLinks, longPages, sectionOf, sidebarFaults } from './pages.ts'
import { questions } from './questions.ts'

const CLICKS_MAX = 3

/** Pages that may be long, each with the reason. */
const exceptions: Readonly<Record<string, string>> = {
  'docs/reference/cli.md': 'a reference, read by command; its blocks are one session',
  'docs/reference/errors.md': 'a reference, read by code',
  'docs/reference/bad-input.md': 'a table, read by row',
  'docs/reference/semantics.md': 'the definition of a feature value, which must be whole',
  'docs/reference/design-decisions.md': 'a list, read by line',
  'docs/reference/limits.md': 'a table, read by row',
}

const markdown = textFiles('.md')
const docs = markdown.filter(({ path }) => path.startsWith('docs/'))
const none = (faults: readonly string[]): void => assert.deepEqual(faults, [])

test('links between pages lead to files and headings that exist', () => none(deadLinks(markdown, existsSync)))
test('pages are short', () => none(longPages(docs, exceptions)))
test('the sidebar has every page', () => {
  const ofSidebar = [home, ...sections.flatMap(({ pages }) => pages)]
  none(sidebarFaults([...new Set([...docs.map(({ path }) => path), ...ofSidebar.filter(existsSync)])], ofSidebar))
})

const clicks = clicksFrom(home, markdown)
for (const { question, page, heading, answer } of questions)
  test(`within ${CLICKS_MAX} clicks: ${question}`, () => {
    assert.ok((clicks.get(page) ?? Infinity) <= CLICKS_MAX, `${page}: ${clicks.get(page) ?? 'no'} clicks from ${home}`)
    const section = sectionOf(markdown.find(({ path }) => path === page)!.text, heading)
    assert.ok(section !== undefined, `${page} has no heading '${heading}'`)
    assert.ok(section.includes(answer), `${page}, '${heading}' does not have the answer '${answer}'`)
  })

test('a section ends at the next heading of its level or above, and a heading in code is none', () => {
  const page = '# A\n\n## B `c`\nb\n```sh\n## d\n```\n### E\ne\n## F\nf\n'
  assert.equal(sectionOf(page, 'B c'), 'b\n```sh\n## d\n```\n### E\ne')
  assert.equal(sectionOf(page, 'E'), 'e')
  assert.equal(sectionOf(page, 'd'), undefined)
})

test('a dead link is found, to a file and to a heading, and not in code', () => {
  const pages = [
    {
      path: 'docs/a.md',
      text: '# A\n[b](b/c.md#the-log) [x](x.md) [b](b/c.md#nothing) [s](#a)\n```sh\n[y](y.md)\n```\n[w](https://example.org/x)',
    },
    { path: 'docs/b/c.md', text: '# C\n## The `log`\n[a](../a.md)\n```\n# Nothing\n```' },
  ]
  assert.deepEqual(
    deadLinks(pages, path => pages.some(page => page.path === path)),
    ['docs/a.md links to docs/x.md, which does not exist', 'docs/a.md links to docs/b/c.md#nothing, which is no heading there'],
  )
})

test('a long page is found by its prose, and an exception that is no longer needed', () => {
  const long = 'word '.repeat(1501)
  const pages = [
    { path: 'a.md', text: long },
    { path: 'b.md', text: `\`\`\`text\n${long}\n\`\`\`\n` },
    { path: 'c.md', text: long },
  ]
  assert.deepEqual(longPages(pages, { 'c.md': 'a table', 'b.md': 'code' }), ['a.md has 1501 words', 'b.md needs no exception'])
})

test('a page outside of the sidebar is found, and a line of the sidebar without a page', () =>
  assert.deepEqual(sidebarFaults(['a.md', 'b.md'], ['a.md', 'c.md', 'a.md']), [
    'b.md is not in site/sidebar.ts',
    'site/sidebar.ts has c.md, which is no page',
    'site/sidebar.ts has a.md twice',
  ]))

test('every page of the documentation is within three clicks of the first', () => {
  const far = markdown.map(({ path }) => path).filter(path => path.startsWith('docs/') && (clicks.get(path) ?? Infinity) > CLICKS_MAX)
  assert.deepEqual(far, [])
})

test('clicks are counted along links', () => {
  const pages = [
    { path: 'a.md', text: '[b](b.md)' },
    { path: 'b.md', text: '[c](c.md#x)' },
    { path: 'c.md', text: '[a](a.md)' },
    { path: 'd.md', text: '' },
  ]
  assert.deepEqual(Object.fromEntries(clicksFrom('a.md', pages)), { 'a.md': 0, 'b.md': 1, 'c.md': 2 })
})

test('links of the site lead to its pages, and links to other files become text', () => {
  assert.equal(sitePath('docs/README.md'), 'index.md')
  assert.equal(sitePath('src/public/run.ts'), 'reference/api/spillway/run.md')
  assert.equal(sitePath('src/cli/main.ts'), undefined)
  assert.equal(
    withSiteLinks(
      'docs/guides/a.md',
      '[A](../../ARCHITECTURE.md#rooms) [f](../../examples/flights/fit.ts) ![p](../images/p.svg) [x](#y)\n```\n[A](a.md)\n```',
    ),
    '[A](./../project/architecture.md#rooms) f ![p](./../images/p.svg) [x](#y)\n```\n[A](a.md)\n```',
  )
})

test('an export without a heading is found', () => {
  const entryPoint = `/** export { no } */\nexport { a, type B,\n c as d } from './x.ts'\nexport type * from './ir.ts'`
  const names = exportedNames(entryPoint, () => 'export interface E {}\nexport const f = 1')
  assert.deepEqual(names, ['a', 'B', 'd', 'E'])
  assert.deepEqual(missingExports(names, '### a()\n### B\\<T\\>\n### d\\_x'), ['d', 'E'])
})

test('docs/reference/limits.md has every limit with its value', () => {
  const page = limitsPage()
  assert.equal(page.match(/^\| `/gm)?.length, Object.keys(limits).length)
  assert.equal(
    readFileSync('docs/reference/limits.md', 'utf8'),
    page,
    'write it again: npx node test/docs/limits-page.ts > docs/reference/limits.md',
  )
})
