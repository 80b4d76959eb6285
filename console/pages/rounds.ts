import { element, replaceChildren } from '../elements.ts'
import type { Page, PageContext } from '../page.ts'
import { createStatus } from '../parts/status.ts'
import { openRoundView, type RoundView } from './rounds/round-view.ts'
import { openRoundsList } from './rounds/rounds-list.ts'
import { loadTownNames, type TownNames } from './rounds/town-names.ts'

/** The rounds of an authority: `#/demo/rounds` has the list, `…/{round}` one of them, `…/{round}/{lorry}` a lorry's stops. */
export async function openRounds(context: PageContext): Promise<Page> {
  const { authority, allows } = context
  const place = element('div', { class: 'rounds' })
  if (!allows('read') && !authority.published.includes('rounds')) {
    replaceChildren(place, writeClosed(authority.name))
    return { element: place, close: () => undefined }
  }
  const names = await loadTownNames(context)
  let open:
    | { readonly id: string | undefined; readonly view: { close(): void }; readonly round?: RoundView }
    | undefined
  /** Counts the openings, so that a round that loads slowly is not shown after the next one. */
  let opening = 0
  await show(context.steps)
  return {
    element: place,
    onSteps: (steps) => void show(steps),
    close() {
      opening += 1
      open?.view.close()
    },
  }

  async function show([id, lorryId]: readonly string[]): Promise<void> {
    if (open?.round && open.id === id) return open.round.select(lorryId)
    if (id !== undefined) return showRound(id, lorryId)
    opening += 1
    const list = openRoundsList(context, names)
    put({ id, view: list }, list.element)
  }

  async function showRound(id: string, lorryId: string | undefined): Promise<void> {
    opening += 1
    const mine = opening
    const status = createStatus()
    status.show('The round is loading…')
    put(undefined, element('div', { class: 'page' }, status.element))
    try {
      const round = await openRoundView(context, id, names as TownNames)
      if (mine !== opening) return round.close()
      round.select(lorryId)
      put({ id, view: round, round }, round.element)
    } catch (error) {
      if (mine === opening) status.fail(error, () => void showRound(id, lorryId))
    }
  }

  function put(next: typeof open, shown: HTMLElement): void {
    open?.view.close()
    open = next
    replaceChildren(place, shown)
    // What had the focus is gone: whoever reads by keyboard or ear begins at the heading.
    if (document.activeElement === document.body) shown.querySelector('h1')?.focus()
  }
}

function writeClosed(name: string): HTMLElement {
  return element(
    'div',
    { class: 'page' },
    element('h1', {}, 'Rounds'),
    element('p', {}, `${name} has not published its rounds. Sign in with a key of it that allows to read.`),
    element('a', { class: 'button', href: '#/sign-in' }, 'Sign in'),
  )
}
