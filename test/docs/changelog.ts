/** Checks of CHANGELOG.md: the form of Keep a Changelog, a section for the version of the package, and short items. */

/** Characters of an item, at most, so that a reader of a release sees what is new at a glance. */
export const ITEM_CHARACTERS_MAX = 260

const categories: ReadonlySet<string> = new Set(['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'])
const release = /^(\d+)\.(\d+)\.(\d+) - (unreleased|\d{4}-\d\d-\d\d)$/

/** Faults of a changelog, a line each. `version` is the version of the package. */
export function changelogFaults(markdown: string, version: string): string[] {
  const titles = [...markdown.matchAll(/^## (.*)$/gm)].map(([, title]) => title)
  const sections = markdown.split(/^## .*$/m).slice(1)
  return [
    ...titles.filter(title => !release.test(title)).map(title => `'${title}' is not 'VERSION - DATE' or 'VERSION - unreleased'`),
    ...(titles.some(title => title.startsWith(`${version} - `)) ? [] : [`version ${version} of package.json has no section`]),
    ...titles.slice(1).flatMap((title, i) => orderFaults(titles[i], title)),
    ...sections.flatMap((section, i) => sectionFaults(titles[i], section)),
  ]
}

function orderFaults(newer: string, older: string): string[] {
  const [newerParts, olderParts] = [newer, older].map(title => release.exec(title)?.slice(1, 4).map(Number) ?? [])
  const different = newerParts.findIndex((part, i) => part !== olderParts[i])
  return [
    ...(different === -1 || newerParts[different] < olderParts[different] ? [`'${older}' is not older than '${newer}' above it`] : []),
    ...(older.endsWith('unreleased') ? [`'${older}' needs its date, since a newer version follows it`] : []),
  ]
}

function sectionFaults(title: string, section: string): string[] {
  const names = [...section.matchAll(/^### (.*)$/gm)].map(([, name]) => name)
  const items = section.split(/^(?=- )|\n\n/m).filter(text => text.startsWith('- '))
  return [
    ...names.filter(name => !categories.has(name)).map(name => `'${name}' of '${title}' is none of ${[...categories].join(', ')}`),
    ...names.filter((name, i) => names.indexOf(name) < i).map(name => `'${title}' has '${name}' twice`),
    ...items
      .map(item =>
        item
          .replaceAll(/\]\([^)]*\)/g, ']')
          .replaceAll(/\s+/g, ' ')
          .trim(),
      )
      .filter(({ length }) => length > ITEM_CHARACTERS_MAX)
      .map(item => `'${title}' has an item of ${item.length} characters: ${item.slice(0, 60)}`),
  ]
}
