/** Light or dark: as the system has it, until a person chooses. The choice stays in the browser. */
const KEY = 'spillway-theme'

type Theme = 'light' | 'dark'

const systemTheme = (): Theme => (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')

/** The theme that is shown. */
const shownTheme = (): Theme => (document.documentElement.dataset['theme'] as Theme | undefined) ?? systemTheme()

/** Applies the choice of an earlier visit. */
export function applyTheme(): void {
  const choice = localStorage.getItem(KEY)
  if (choice === 'light' || choice === 'dark') document.documentElement.dataset['theme'] = choice
}

/** Shows the other theme. A choice that agrees with the system is forgotten, so that the page follows the system again. */
export function switchTheme(): void {
  const theme = shownTheme() === 'dark' ? 'light' : 'dark'
  if (theme === systemTheme()) {
    localStorage.removeItem(KEY)
    delete document.documentElement.dataset['theme']
  } else {
    localStorage.setItem(KEY, theme)
    document.documentElement.dataset['theme'] = theme
  }
  dispatchEvent(new Event('themechange'))
}
