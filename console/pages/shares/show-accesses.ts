import { pathOf } from '../../api.ts'
import { element } from '../../elements.ts'
import type { PageContext } from '../../page.ts'
import { openDialog } from '../../parts/dialog.ts'
import { createTable } from '../../parts/table.ts'
import { writeTime } from '../../write-time.ts'
import type { Share, ShareAccess } from './share.ts'

/** More are read by the API. */
const SHOWN_MAX = 200

const WORDS: Readonly<Record<string, string>> = {
  features: 'looked at the map',
  readings: 'read readings',
  departures: 'read departures',
  plan: 'planned a round',
  traffic: 'foresaw traffic',
}

/** Shows what was done with a share, newest first, until it is closed. */
export async function showAccesses({ api, authority }: PageContext, { id }: Share): Promise<void> {
  const { items } = await api.get<{ items: ShareAccess[] }>(
    `${pathOf`shares/${id}/accesses`}?limit=${SHOWN_MAX}`,
  )
  const table = createTable<ShareAccess>({
    caption: 'What was done with it, newest first',
    keyOf: ({ number }) => String(number),
    empty: 'Nothing yet.',
    columns: [
      { title: 'When', cell: ({ time }) => writeTime(time, authority.timeZone) },
      { title: 'What', isName: true, cell: ({ use }) => WORDS[use] ?? use },
      { title: 'Of', cell: ({ target }) => target ?? 'all of it' },
      { title: 'How many', isNumber: true, cell: ({ count }) => count },
      { title: 'By', cell: ({ actor }) => actor },
    ],
  })
  table.update(items)
  const dialog = openDialog('Accesses', element('div', {}, table.element))
  await dialog.closed
}
