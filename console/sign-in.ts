import { writeAddress } from './address.ts'
import { ApiError, messageOf } from './api-error.ts'
import { element } from './elements.ts'
import type { PageEntry } from './page.ts'
import { PAGES } from './pages.ts'
import { type Session, signIn } from './session.ts'

/** Where a key is given, or an authority is chosen among those that may be seen. */
export function openSignIn({
  session,
  reason,
  onSignedIn,
  onUnauthorized,
}: {
  session: Session
  /** Why one is asked. */
  reason: string | undefined
  onSignedIn: (session: Session) => void
  onUnauthorized: () => void
}): HTMLElement {
  const input = element('input', {
    id: 'key',
    type: 'password',
    name: 'key',
    autocomplete: 'current-password',
    spellcheck: 'false',
    required: true,
    'aria-describedby': 'key-hint key-error',
  })
  const fault = element('p', { id: 'key-error', class: 'fault', role: 'alert' })
  const submit = element('button', { type: 'submit', class: 'primary' }, 'Sign in')
  const form = element(
    'form',
    { class: 'sign-in-form', onsubmit: enter },
    element('label', { for: 'key' }, 'Key'),
    input,
    element(
      'p',
      { id: 'key-hint', class: 'hint' },
      'The installation’s key is printed at its first start; other keys are made by whoever administers the authority. It is kept in this tab until you close it.',
    ),
    fault,
    submit,
  )
  return element(
    'div',
    { class: 'sign-in' },
    element(
      'section',
      { class: 'card', 'aria-labelledby': 'sign-in-title' },
      element('h1', { id: 'sign-in-title' }, session.isSignedIn ? 'Another key' : 'Sign in'),
      reason !== undefined && element('p', {}, reason),
      form,
    ),
    chooseAuthority(session),
  )

  async function enter(event: Event): Promise<void> {
    event.preventDefault()
    fault.textContent = ''
    submit.disabled = true
    try {
      onSignedIn(await signIn(input.value.trim(), onUnauthorized))
    } catch (error) {
      fault.textContent = refusalOf(error)
      input.setAttribute('aria-invalid', 'true')
      input.focus()
      input.select()
    } finally {
      submit.disabled = false
    }
  }
}

function chooseAuthority({ authorities, isSignedIn }: Session): HTMLElement | undefined {
  if (authorities.length === 0) return undefined
  return element(
    'section',
    { class: 'card', 'aria-labelledby': 'authorities-title' },
    element('h2', { id: 'authorities-title' }, isSignedIn ? 'Authorities' : 'Open to everybody'),
    element(
      'ul',
      { class: 'links' },
      authorities.map(({ id, name }) =>
        element('li', {}, element('a', { href: writeAddress(id, (PAGES[0] as PageEntry).name) }, name)),
      ),
    ),
  )
}

function refusalOf(error: unknown): string {
  if (error instanceof ApiError && error.status === 401) {
    return 'This key is not valid: it has a mistake in it, or was revoked. Copy it whole, or ask for a new one.'
  }
  return messageOf(error)
}
