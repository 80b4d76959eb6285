import { readAddress, writeAddress } from './address.ts'
import { messageOf } from './api-error.ts'
import { element, replaceChildren } from './elements.ts'
import { createHeader } from './header.ts'
import type { Page, PageContext, PageEntry } from './page.ts'
import { PAGES } from './pages.ts'
import { createStatus } from './parts/status.ts'
import { type Authority, openSession, type Session, signOut } from './session.ts'
import { openSignIn } from './sign-in.ts'

/** What stays while pages come and go: the header, the navigation, the place of the page, and what is read out. */
export async function startShell(): Promise<void> {
  const main = element('main', { id: 'main', tabindex: -1 })
  const spoken = element('div', { class: 'visually-hidden', role: 'status' })
  const header = createHeader({ onSignOut: leave })
  document.body.replaceChildren(
    element('a', { class: 'skip-link', href: '#main', onclick: skipToMain }, 'Skip to the content'),
    header.top,
    header.navigation,
    main,
    spoken,
  )

  let session: Session | undefined
  let open: { readonly key: string; readonly page: Page } | undefined
  /** Counts the openings, so that a page that loads slowly is not shown after the next one. */
  let opening = 0
  addEventListener('hashchange', () => void show())
  await renew()

  /** Begins anew with the key that this tab has, if any. */
  async function renew(): Promise<void> {
    try {
      session = await openSession(expire)
    } catch (error) {
      const status = createStatus()
      status.fail(error, () => void renew())
      return setPage(undefined, status.element)
    }
    await show()
  }

  async function show(): Promise<void> {
    if (!session) return
    const address = readAddress(location.hash)
    if (address.authority === 'sign-in') return showSignIn(session)
    const authority = session.authorities.find(({ id }) => id === address.authority)
    if (!authority) return goOn(session, address.authority)
    const entry = PAGES.find(({ name }) => name === address.page)
    if (!entry) return location.replace(writeAddress(authority.id, (PAGES[0] as PageEntry).name))
    header.show({ session, authority, entry })
    if (!session.allows(authority.id, entry.scope)) return showSignIn(session, needsKey(entry, authority))
    const key = `${authority.id}/${entry.name}`
    if (open?.key === key && open.page.onSteps) return open.page.onSteps(address.steps)
    await openPage(key, entry, createContext(session, authority, entry, address.steps))
  }

  async function openPage(key: string, entry: PageEntry, context: PageContext): Promise<void> {
    opening += 1
    const mine = opening
    const status = createStatus()
    status.show(`${entry.title} is loading…`)
    setPage(undefined, status.element)
    try {
      const page = await entry.open(context)
      if (mine !== opening) return page.close()
      setPage({ key, page }, page.element)
      document.title = `${entry.title} – ${context.authority.name} – Kerbside`
      context.announce(entry.title)
    } catch (error) {
      if (mine === opening) status.fail(error, () => void openPage(key, entry, context))
    }
  }

  /** Without an authority in the address: the only one, or one is chosen. */
  function goOn(known: Session, wanted: string | undefined): void {
    const [only, ...others] = known.authorities
    if (wanted === undefined && only && others.length === 0) {
      location.replace(writeAddress(only.id, (PAGES[0] as PageEntry).name))
      return
    }
    showSignIn(known, wanted === undefined ? undefined : `Nothing of ${wanted} is shown without its key.`)
  }

  function showSignIn(known: Session, reason?: string): void {
    header.show({ session: known, authority: undefined, entry: undefined })
    opening += 1
    setPage(undefined, openSignIn({ session: known, reason, onSignedIn, onUnauthorized: expire }))
    document.title = 'Sign in – Kerbside'
  }

  function onSignedIn(next: Session): void {
    session = next
    const address = readAddress(location.hash)
    const isThere = next.authorities.some(({ id }) => id === address.authority)
    if (isThere) void show()
    else if (location.hash === '#/') void show()
    else location.hash = '#/'
  }

  function leave(): void {
    signOut()
    void renew()
  }

  /** A key was revoked while it was in use. */
  function expire(): void {
    signOut()
    openSession(expire).then(
      (next) => {
        session = next
        showSignIn(next, 'Your key is not valid any more. Sign in with another one.')
      },
      (error: unknown) => {
        spoken.textContent = messageOf(error)
      },
    )
  }

  function createContext(
    known: Session,
    authority: Authority,
    entry: PageEntry,
    steps: readonly string[],
  ): PageContext {
    return {
      api: known.apiOf(authority.id),
      authority,
      steps,
      allows: (scope) => known.allows(authority.id, scope),
      offers: (page) => PAGES.some(({ name, scope }) => name === page && known.allows(authority.id, scope)),
      href: (page, ...rest) => writeAddress(authority.id, page, ...rest),
      setSteps: (...rest) => {
        location.hash = writeAddress(authority.id, entry.name, ...rest)
      },
      announce: (text) => {
        spoken.textContent = text
      },
    }
  }

  function setPage(next: typeof open, shown: HTMLElement): void {
    open?.page.close()
    open = next
    replaceChildren(main, shown)
  }

  /** A link to #main would change the address, which says the page. */
  function skipToMain(event: Event): void {
    event.preventDefault()
    main.focus()
  }
}

function needsKey({ title, scope }: PageEntry, { name }: Authority): string {
  return `${title} takes a key of ${name} that allows to ${scope === 'admin' ? 'administer' : scope}.`
}
