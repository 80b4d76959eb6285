import { pathOf } from '../api.ts'
import { type Child, element } from '../elements.ts'
import { keepFresh } from '../keep-fresh.ts'
import type { Page, PageContext } from '../page.ts'
import { confirmAction } from '../parts/dialog.ts'
import { createStatus } from '../parts/status.ts'
import { createTable } from '../parts/table.ts'
import { writeTime } from '../write-time.ts'
import { openGrantDialog } from './shares/grant-share.ts'
import { isOpen, nameDataset, type Share } from './shares/share.ts'
import { showAccesses } from './shares/show-accesses.ts'

type Direction = 'granted' | 'received'

/** What this authority lets others use, and they let it. */
export async function openShares(context: PageContext): Promise<Page> {
  const { api } = context
  const status = createStatus()
  const mayChange = context.allows('admin')
  const tables = { granted: createList('granted'), received: createList('received') }

  async function load(signal?: AbortSignal): Promise<void> {
    for (const direction of ['granted', 'received'] as const) {
      tables[direction].update(await api.listAll<Share>(`shares?direction=${direction}`, signal))
    }
  }

  function createList(direction: Direction) {
    const isGranted = direction === 'granted'
    return createTable<Share>({
      caption: isGranted ? 'Granted to others' : 'Received from others',
      keyOf: ({ id }) => id,
      empty: isGranted ? 'Nothing is shared with anybody.' : 'Nobody shares anything.',
      columns: [
        {
          title: isGranted ? 'To' : 'From',
          isName: true,
          cell: ({ granting, to }) => (isGranted ? to : granting),
        },
        { title: 'What', cell: nameDataset },
        { title: 'To', cell: ({ purpose }) => purpose },
        { title: 'Until', cell: ({ until }) => writeTime(until, context.authority.timeZone) },
        { title: 'State', cell: ({ state }) => state },
        ...(mayChange ? [{ title: 'Actions', cell: (share: Share) => writeActions(share, direction) }] : []),
      ],
    })
  }

  function writeActions(share: Share, direction: Direction): Child {
    const what = `${nameDataset(share)}, ${direction === 'granted' ? share.to : share.granting}`
    const verb = direction === 'granted' ? 'Withdraw' : 'Decline'
    return element(
      'div',
      { class: 'actions' },
      element(
        'button',
        {
          type: 'button',
          'aria-label': `Accesses: ${what}`,
          onclick: () => attempt(() => showAccesses(context, share)),
        },
        'Accesses',
      ),
      isOpen(share) &&
        element(
          'button',
          {
            type: 'button',
            'aria-label': `${verb}: ${what}`,
            onclick: () => attempt(() => end(share, verb)),
          },
          `${verb}…`,
        ),
    )
  }

  async function grant(): Promise<void> {
    const share = await openGrantDialog(context)
    if (!share) return
    await load()
    status.show(`${nameDataset(share)} may be used by ${share.to}.`)
  }

  async function end(share: Share, verb: string): Promise<void> {
    const isSure = await confirmAction({
      title: `${verb} this share?`,
      text: 'It is over at once, and cannot be resumed. What was read meanwhile stays read.',
      action: verb,
    })
    if (!isSure) return
    await api.send('DELETE', pathOf`shares/${share.id}`)
    await load()
    status.show('The share is over.')
  }

  async function attempt(work: () => Promise<void>): Promise<void> {
    status.clear()
    try {
      await work()
    } catch (error) {
      status.fail(error)
    }
  }

  const stop = keepFresh(load, { seconds: 30, onError: (error) => status.fail(error) })
  return {
    element: element(
      'div',
      { class: 'page' },
      element('h1', {}, 'Shares'),
      element(
        'p',
        { class: 'hint' },
        'What neighbours on this installation let each other use. Nothing else of one is seen by another, and each access is on a list that both can read.',
      ),
      mayChange &&
        element(
          'div',
          { class: 'actions' },
          element(
            'button',
            { type: 'button', class: 'primary', onclick: () => attempt(grant) },
            'Share something…',
          ),
        ),
      status.element,
      tables.granted.element,
      tables.received.element,
    ),
    close: stop,
  }
}
