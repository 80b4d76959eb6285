import { type Child, element, replaceChildren } from '../elements.ts'
import type { Page, PageContext } from '../page.ts'
import { openBoard } from './departures/board-view.ts'
import { openServiceAlerts } from './departures/service-alerts.ts'
import { openSign } from './departures/sign-view.ts'
import { createStopPicker, type Stop } from './departures/stop-picker.ts'

interface Display {
  readonly id: string
  readonly stopIds: readonly string[]
}

/** A stop's departures, live, beside what its displays show: `#/demo/departures/{stop}`. */
export async function openDepartures(context: PageContext): Promise<Page> {
  const { api, authority } = context
  const closed = new AbortController()
  const [{ features: stops }, displays] = await Promise.all([
    api.get<{ features: Stop[] }>('stops', closed.signal),
    // Which display stands at which stop is for who may read devices.
    context.allows('read') ? api.listAll<Display>('devices?kind=display&limit=1000', closed.signal) : [],
  ])
  const sorted = stops.toSorted((a, b) => a.properties.name.localeCompare(b.properties.name))
  const picker = createStopPicker(context, sorted, new Set(displays.flatMap(({ stopIds }) => stopIds)))
  const shown = element('div', { class: 'departures-shown' })
  const parts: { close(): void }[] = []
  show(context.steps)
  return {
    element: element(
      'div',
      { class: 'page' },
      element('h1', {}, 'Departures'),
      element('div', { class: 'departures' }, picker.element, shown),
    ),
    onSteps: show,
    close() {
      closed.abort()
      closeParts()
    },
  }

  function show([id]: readonly string[]): void {
    closeParts()
    picker.choose(id)
    replaceChildren(shown, id === undefined ? writeInvitation() : openStop(id))
    // Who chose a stop wants to see it; on a phone it is below the list.
    if (id !== undefined && picker.element.contains(document.activeElement)) {
      shown.querySelector<HTMLElement>('.stop-name')?.focus()
    }
  }

  function writeInvitation(): HTMLElement {
    const text =
      stops.length === 0
        ? `${authority.name} has no timetable yet.`
        : 'Choose a stop to see what leaves there.'
    return element('p', { class: 'hint' }, text)
  }

  function openStop(id: string): Child {
    const stop = stops.find((one) => one.id === id)
    if (!stop) return element('p', {}, `There is no stop ${id} in the timetable. Choose one from the list.`)
    const board = openBoard(context, id)
    const alerts = openServiceAlerts(context, stop)
    const signs = displays
      .filter(({ stopIds }) => stopIds.includes(id))
      .map((display) => openSign(context, display.id))
    parts.push(board, alerts, ...signs)
    return [
      element('h2', { tabindex: -1, class: 'stop-name' }, stop.properties.name),
      alerts.element,
      board.element,
      signs.map((sign) => sign.element),
      context.allows('read') &&
        signs.length === 0 &&
        element('p', { class: 'hint' }, 'No display stands at this stop.'),
    ]
  }

  function closeParts(): void {
    for (const part of parts.splice(0)) part.close()
  }
}
