import { pathOf } from '../../api.ts'
import { element } from '../../elements.ts'
import { keepFresh } from '../../keep-fresh.ts'
import type { PageContext } from '../../page.ts'
import { confirmAction } from '../../parts/dialog.ts'
import { createStatus } from '../../parts/status.ts'
import { createTable } from '../../parts/table.ts'
import { nameKind } from '../devices/device-things.ts'
import type { PanelPart } from '../town/panel-part.ts'
import type { Mapping } from './mapping.ts'

const SECONDS = 10
/** What follows the page's name in the address of the form of a new one. */
export const NEW = 'new'

/** How makers' payloads are read: an authority's own mappings, and the ready ones. */
export function openMappingList(context: PageContext): PanelPart {
  const { api } = context
  const status = createStatus()
  const mayAct = context.allows('operate')
  const table = createTable<Mapping>({
    caption: 'Mappings',
    keyOf: ({ id }) => id,
    empty: 'There are none.',
    columns: [
      {
        title: 'Mapping',
        isName: true,
        cell: ({ id, name }) => [
          element('a', { href: context.href('mappings', id) }, name),
          element('div', { class: 'hint' }, id),
        ],
      },
      { title: 'Devices', cell: ({ kind }) => nameKind(kind) },
      {
        title: 'Version',
        cell: ({ version, isReady }) => (isReady ? 'Comes with Kerbside' : `Version ${version}`),
      },
      {
        title: 'What to do',
        cell: (mapping) =>
          mayAct && !mapping.isReady
            ? element(
                'button',
                {
                  type: 'button',
                  class: 'danger',
                  'aria-label': `Delete ${mapping.name}`,
                  onclick: () => remove(mapping),
                },
                'Delete',
              )
            : '',
      },
    ],
  })
  const load = async (signal?: AbortSignal): Promise<void> =>
    table.update(await api.listAll<Mapping>('mappings', signal))
  const end = keepFresh(load, { seconds: SECONDS, onError: (error) => status.fail(error) })
  return {
    element: element(
      'div',
      { class: 'device-list' },
      element(
        'div',
        { class: 'page-top' },
        element('h1', { tabindex: -1 }, 'Mappings'),
        mayAct &&
          element('a', { class: 'button primary', href: context.href('mappings', NEW) }, 'Make a mapping'),
      ),
      element(
        'p',
        { class: 'hint' },
        'A mapping says which field of what a maker’s device sends becomes which field of a reading.',
      ),
      status.element,
      table.element,
    ),
    close: end,
  }

  async function remove({ id, name }: Mapping): Promise<void> {
    const isSure = await confirmAction({
      title: `Delete ${name}?`,
      text: 'It and its earlier versions are gone for good. One that devices are read by is not deleted.',
      action: 'Delete it',
    })
    if (!isSure) return
    try {
      await api.send('DELETE', pathOf`mappings/${id}`)
      await load()
      status.show(`${name} is deleted.`)
    } catch (error) {
      status.fail(error)
    }
  }
}
