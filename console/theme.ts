export type Theme = 'light' | 'dark'

/** What was chosen stays for this browser; until then it is as the system has it. */
const STORED_THEME = 'kerbside-theme'
const systemIsDark = matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<(theme: Theme) => void>()

export function startTheme(): void {
  setTheme(chosenTheme() ?? systemTheme())
  systemIsDark.addEventListener('change', () => {
    if (chosenTheme() === undefined) setTheme(systemTheme())
  })
}

export function currentTheme(): Theme {
  return document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light'
}

export function switchTheme(): void {
  const theme = currentTheme() === 'dark' ? 'light' : 'dark'
  localStorage.setItem(STORED_THEME, theme)
  setTheme(theme)
}

/** For what is drawn and not styled: maps, charts. Returns what ends it. */
export function onThemeChange(listener: (theme: Theme) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The colour that a variable of the style has in the present theme, such as `--accent`. */
export function readColour(variable: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${variable})`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

function chosenTheme(): Theme | undefined {
  const stored = localStorage.getItem(STORED_THEME)
  return stored === 'light' || stored === 'dark' ? stored : undefined
}

function systemTheme(): Theme {
  return systemIsDark.matches ? 'dark' : 'light'
}

function setTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme
  // All styles are made anew before listeners ask for single ones, after which Chromium may leave what is inherited as it was.
  document.documentElement.getBoundingClientRect()
  for (const listener of listeners) listener(theme)
}
