import { writeAddress } from './address.ts'
import { element, hiddenText, replaceChildren } from './elements.ts'
import type { PageEntry } from './page.ts'
import { PAGES } from './pages.ts'
import { ICONS, icon } from './parts/icon.ts'
import type { Authority, Session } from './session.ts'
import { currentTheme, onThemeChange, switchTheme } from './theme.ts'

interface Shown {
  readonly session: Session
  /** Undefined where none is chosen yet. */
  readonly authority: Authority | undefined
  readonly entry: PageEntry | undefined
}

/** The top of the console, and its navigation, which is at the bottom of a phone. */
export function createHeader({ onSignOut }: { onSignOut: () => void }): {
  readonly top: HTMLElement
  readonly navigation: HTMLElement
  show(shown: Shown): void
} {
  const place = element('div', { class: 'place' })
  const account = element('div', { class: 'account' })
  const themeButton = element('button', { type: 'button', class: 'quiet icon-button', onclick: switchTheme })
  const top = element(
    'header',
    { class: 'top' },
    element('a', { class: 'brand', href: '#/' }, brandMark(), element('span', {}, 'Kerbside')),
    place,
    element('div', { class: 'top-actions' }, themeButton, account),
  )
  const navigation = element('nav', { class: 'navigation', 'aria-label': 'Pages' })
  onThemeChange(showTheme)
  showTheme()
  return { top, navigation, show }

  function show({ session, authority, entry }: Shown): void {
    replaceChildren(place, authority && choosePlace(session.authorities, authority, entry))
    replaceChildren(account, session.isSignedIn ? signedIn(session, onSignOut) : signInLink())
    const pages = authority ? PAGES.filter(({ scope }) => session.allows(authority.id, scope)) : []
    replaceChildren(
      navigation,
      pages.map((page) =>
        element(
          'a',
          {
            href: writeAddress((authority as Authority).id, page.name),
            'aria-current': page === entry ? 'page' : undefined,
          },
          icon(page.icon),
          element('span', {}, page.title),
        ),
      ),
    )
    navigation.hidden = pages.length === 0
  }

  function showTheme(): void {
    const isDark = currentTheme() === 'dark'
    replaceChildren(
      themeButton,
      icon(isDark ? ICONS.sun : ICONS.moon),
      hiddenText(isDark ? 'Light colours' : 'Dark colours'),
    )
  }
}

function choosePlace(
  authorities: readonly Authority[],
  chosen: Authority,
  entry: PageEntry | undefined,
): HTMLElement {
  if (authorities.length === 1) return element('span', { class: 'place-name' }, chosen.name)
  const select = element(
    'select',
    { 'aria-label': 'Authority', onchange: () => go() },
    authorities.map(({ id, name }) => element('option', { value: id, selected: id === chosen.id }, name)),
  )
  return select

  function go(): void {
    location.hash = writeAddress(select.value, entry?.name ?? (PAGES[0] as PageEntry).name)
  }
}

function signedIn({ keyName }: Session, onSignOut: () => void): HTMLElement {
  return element(
    'button',
    { type: 'button', class: 'quiet', onclick: onSignOut, title: `Signed in with the key ${keyName}` },
    'Sign out',
  )
}

function signInLink(): HTMLElement {
  return element('a', { class: 'button', href: '#/sign-in' }, 'Sign in')
}

function brandMark(): SVGElement {
  return icon(ICONS.brand, 'brand-mark')
}
