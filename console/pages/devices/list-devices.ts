import { element, replaceChildren } from '../../elements.ts'
import type { PageContext } from '../../page.ts'
import { createStatus } from '../../parts/status.ts'
import { createTable } from '../../parts/table.ts'
import { writeSpan } from '../../write-time.ts'
import { summarise } from '../town/describe-thing.ts'
import { followTown, type Thing } from '../town/live-town.ts'
import type { PanelPart } from '../town/panel-part.ts'
import { KINDS, type Kind } from './device.ts'
import { LAYER_OF, nameKind } from './device-things.ts'
import { NEW } from './register-device.ts'

const ROWS = 100
const SECONDS = 3
const byName = new Intl.Collator('en', { numeric: true })

interface Row {
  readonly id: string
  readonly kind: Kind
  readonly name: string
  readonly latest: string
  readonly age: string
  readonly isSilent: boolean
  readonly isOffline: boolean
}

/** All devices, those that fell silent first; live. */
export function openDeviceList(context: PageContext): PanelPart {
  const status = createStatus()
  let limit = ROWS
  let hasNews = false
  const search = element('input', {
    id: 'device-search',
    type: 'search',
    autocomplete: 'off',
    placeholder: 'Name or id',
    oninput: restart,
  })
  const kinds = element(
    'select',
    { id: 'device-kind', onchange: restart },
    element('option', { value: '' }, 'All kinds'),
    KINDS.map((kind) => element('option', { value: kind }, nameKind(kind))),
  )
  const silentOnly = element('input', { type: 'checkbox', onchange: restart })
  const count = element('p', { class: 'hint', role: 'status' })
  const more = element('button', { type: 'button', hidden: true, onclick: showMore }, `Show ${ROWS} more`)
  const table = createTable<Row>({
    caption: 'Devices, silent ones first',
    keyOf: ({ kind, id }) => `${kind}/${id}`,
    empty: 'No device is like that.',
    columns: [
      {
        title: 'Device',
        isName: true,
        cell: ({ id, name }) => [
          element('a', { href: context.href('devices', id) }, name),
          name !== id && element('div', { class: 'hint' }, id),
        ],
      },
      { title: 'Kind', cell: ({ kind }) => nameKind(kind) },
      { title: 'Latest', cell: ({ latest }) => latest },
      { title: 'When', cell: ({ age }) => age },
      {
        title: 'State',
        cell: ({ isSilent, isOffline }) => [
          element(
            'span',
            { class: isSilent ? 'badge warning' : 'badge good' },
            isSilent ? 'silent' : 'reports',
          ),
          isOffline && [' ', element('span', { class: 'badge' }, 'offline')],
        ],
      },
    ],
  })
  const waiting = new Set(KINDS.map((kind) => LAYER_OF[kind] as string))
  status.show('The devices are loading…')
  const town = followTown(
    context.api,
    KINDS.map((kind) => LAYER_OF[kind]),
    {
      onChange(layer) {
        if (waiting.delete(layer) && waiting.size === 0) status.clear()
        if (waiting.size === 0 && !hasNews) setTimeout(show)
        hasNews = true
      },
      onError: (error) => status.fail(error),
    },
  )
  // What changes each second in a large town is shown at a pace that can be read.
  const timer = setInterval(show, SECONDS * 1000)
  return {
    element: element(
      'div',
      { class: 'device-list' },
      element(
        'div',
        { class: 'page-top' },
        element('h1', { tabindex: -1 }, 'Devices'),
        context.allows('operate') &&
          element('a', { class: 'button primary', href: context.href('devices', NEW) }, 'Register a device'),
      ),
      element(
        'div',
        { class: 'device-filters' },
        element(
          'div',
          { class: 'field' },
          element('label', { for: 'device-search' }, 'Find a device'),
          search,
        ),
        element('div', { class: 'field' }, element('label', { for: 'device-kind' }, 'Kind'), kinds),
        element('label', { class: 'check' }, silentOnly, 'Silent only'),
      ),
      count,
      status.element,
      table.element,
      element('div', { class: 'actions' }, more),
    ),
    close() {
      clearInterval(timer)
      town.close()
    },
  }

  function restart(): void {
    limit = ROWS
    show()
  }

  function showMore(): void {
    limit += ROWS
    show()
  }

  function show(): void {
    if (waiting.size > 0) return
    const words = search.value.toLocaleLowerCase().split(/\s+/).filter(Boolean)
    const wanted = KINDS.filter((kind) => kinds.value === '' || kinds.value === kind)
    const found = wanted
      .flatMap((kind) => [...town.list(LAYER_OF[kind])].map((thing) => ({ kind, thing })))
      .filter(({ thing }) => !silentOnly.checked || thing.isSilent)
      .filter(({ thing }) => {
        const text = `${thing.id} ${thing.name}`.toLocaleLowerCase()
        return words.every((word) => text.includes(word))
      })
      .sort(
        (a, b) =>
          Number(b.thing.isSilent) - Number(a.thing.isSilent) || byName.compare(a.thing.name, b.thing.name),
      )
    table.update(found.slice(0, limit).map(({ kind, thing }) => writeRow(kind, thing, town.now())))
    more.hidden = found.length <= limit
    const silent = found.filter(({ thing }) => thing.isSilent).length
    const text = `${found.length === 1 ? '1 device' : `${found.length} devices`}, ${silent === 0 ? 'none' : silent} silent`
    if (count.textContent !== text) replaceChildren(count, text)
  }
}

function writeRow(kind: Kind, thing: Thing, now: number): Row {
  const { id, name, time, isSilent, properties } = thing
  return {
    id,
    kind,
    name,
    latest: summarise(thing),
    age: time === undefined ? 'never' : `${writeSpan(Math.max(0, (now - time) / 1000))} ago`,
    isSilent,
    isOffline: properties['isOnline'] === false,
  }
}
