import { pathOf } from '../../api.ts'
import { element } from '../../elements.ts'
import { keepFresh } from '../../keep-fresh.ts'
import type { PageContext } from '../../page.ts'
import { confirmAction } from '../../parts/dialog.ts'
import { createStatus } from '../../parts/status.ts'
import { createTable } from '../../parts/table.ts'
import { writeTime } from '../../write-time.ts'
import type { PanelPart } from '../town/panel-part.ts'
import { type FoundDevice, nameFound } from './found-device.ts'

const SECONDS = 5

/** What networks told of and nobody has registered, to be adopted or ignored. */
export function openFoundList(context: PageContext): PanelPart {
  const { api, authority } = context
  const status = createStatus()
  const mayAct = context.allows('operate')
  const ignoredToo = element('input', { type: 'checkbox', onchange: () => void refresh() })
  const table = createTable<FoundDevice>({
    caption: 'Devices that networks told of, and that nobody has registered',
    keyOf: ({ devEui }) => devEui,
    empty: 'None: every device that a network tells of is registered.',
    columns: [
      {
        title: 'Device',
        isName: true,
        cell: (found) => [nameFound(found), element('div', { class: 'hint' }, found.devEui)],
      },
      { title: 'Connection', cell: ({ connectionId }) => connectionId },
      { title: 'Looks like', cell: ({ suggestedMapping }) => suggestedMapping ?? 'nothing that is known' },
      { title: 'Uplinks', isNumber: true, cell: ({ uplinks }) => uplinks },
      { title: 'Last heard', cell: ({ lastTime }) => writeTime(lastTime, authority.timeZone) },
      { title: 'What to do', cell: writeActions },
    ],
  })
  const refresh = (): Promise<void> => load().catch((error) => status.fail(error, refresh))
  const end = keepFresh(load, { seconds: SECONDS, onError: (error) => status.fail(error) })
  return {
    element: element(
      'div',
      { class: 'device-list' },
      element('h1', { tabindex: -1 }, 'Found devices'),
      element(
        'p',
        { class: 'hint' },
        'LoRaWAN networks tell of these, and nobody has registered them. Their uplinks wait in quarantine, and come in once a device is adopted.',
      ),
      element('label', { class: 'check' }, ignoredToo, 'Show those that are ignored'),
      status.element,
      table.element,
    ),
    close: end,
  }

  async function load(signal?: AbortSignal): Promise<void> {
    const found = await api.listAll<FoundDevice>('found-devices', signal)
    const ignored = ignoredToo.checked
      ? await api.listAll<FoundDevice>('found-devices?state=ignored', signal)
      : []
    table.update([...found, ...ignored])
  }

  function writeActions(found: FoundDevice) {
    if (!mayAct) return 'Your key may look only.'
    return element(
      'div',
      { class: 'actions' },
      element(
        'a',
        {
          class: 'button',
          href: context.href('found-devices', found.devEui),
          'aria-label': `Adopt ${nameFound(found)}`,
        },
        'Adopt',
      ),
      found.isIgnored
        ? 'Ignored'
        : element(
            'button',
            { type: 'button', 'aria-label': `Ignore ${nameFound(found)}`, onclick: () => ignore(found) },
            'Ignore',
          ),
    )
  }

  async function ignore(found: FoundDevice): Promise<void> {
    const isSure = await confirmAction({
      title: `Ignore ${nameFound(found)}?`,
      text: 'What waits of it is discarded, and nothing of it is taken in from now on. It can still be adopted later.',
      action: 'Ignore it',
    })
    if (!isSure) return
    try {
      await api.send('DELETE', pathOf`found-devices/${found.devEui}`)
      await refresh()
      status.show(`${nameFound(found)} is ignored.`)
    } catch (error) {
      status.fail(error)
    }
  }
}
