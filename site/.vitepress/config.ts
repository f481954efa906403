/** Configuration of VitePress: the sidebar of `sidebar.ts` with the titles of its pages, search in the browser, anchors as on GitHub. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { anchorOf, headingsOf, sitePath } from '../links.ts'
import { sections } from '../sidebar.ts'

const pages = join(import.meta.dirname, '../pages')

const item = (path: string) => ({
  text: headingsOf(readFileSync(join(pages, path), 'utf8'))[0].text,
  link: `/${path.replace(/\.md$/, '')}`,
})

const apiPages = globSync('reference/api/**/*.md', { cwd: pages }).toSorted()

export default {
  title: 'Spillway',
  description: 'AI pipelines that are part batch, part streaming',
  lang: 'en',
  srcDir: 'pages',
  outDir: 'dist',
  cacheDir: '.vitepress/cache',
  cleanUrls: false,
  // A page is read whole, and the pages of the API are long.
  vite: { build: { chunkSizeWarningLimit: 4000 } },
  markdown: { anchor: { slugify: anchorOf }, languageAlias: { ndjson: 'json', json5: 'json' } },
  themeConfig: {
    search: { provider: 'local' },
    outline: { level: [2, 3] },
    nav: [
      { text: 'Start', link: '/start/quickstart' },
      { text: 'Reference', link: '/reference/cli' },
      { text: 'Changelog', link: '/project/changelog' },
    ],
    sidebar: [
      ...sections.map(({ title, pages: paths }) => ({ text: title, collapsed: false, items: paths.map(path => item(sitePath(path)!)) })),
      { text: 'API', collapsed: true, items: apiPages.map(item) },
    ],
    docFooter: { prev: 'Previous page', next: 'Next page' },
  },
}
