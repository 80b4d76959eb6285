export type Theme = 'light' | 'dark'

/** What was chosen stays for this browser; until then it is as the system has it. */
const STORED_THEME = 'kerbside-theme'
const systemIsDark = matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<(theme: Theme) => void>()

export function startTheme(): void {
  const stored = localStorage.getItem(STORED_THEME)
  if (stored === 'light' || stored === 'dark') document.documentElement.dataset['theme'] = stored
  systemIsDark.addEventListener('change', tell)
}

export function currentTheme(): Theme {
  const chosen = document.documentElement.dataset['theme']
  if (chosen === 'light' || chosen === 'dark') return chosen
  return systemIsDark.matches ? 'dark' : 'light'
}

export function switchTheme(): void {
  const theme = currentTheme() === 'dark' ? 'light' : 'dark'
  document.documentElement.dataset['theme'] = theme
  localStorage.setItem(STORED_THEME, theme)
  tell()
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

function tell(): void {
  for (const listener of listeners) listener(currentTheme())
}
