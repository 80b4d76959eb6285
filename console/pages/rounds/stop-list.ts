import { element, hiddenText, replaceChildren } from '../../elements.ts'
import { writeTime } from '../../write-time.ts'
import { numberStops } from './draw-plan.ts'
import { type LorryLook, lorryBadge } from './lorry-look.ts'
import type { LorryRound, RoundMark, Stop } from './round.ts'
import type { TownNames } from './town-names.ts'

/** What is done about a stop; without it, the list is only to be read. */
export interface StopActions {
  send(marks: readonly RoundMark[], sentence: string): void
  /** Asks why first. */
  markImpossible(deviceId: string): void
}

export interface StopList {
  readonly element: HTMLElement
  /** A row that says what it said stays, and so the focus in it. */
  show(lorry: LorryRound, look: LorryLook): void
  /** Scrolls to a stop, and has it focused. */
  goTo(stopIndex: number): void
}

/** A lorry's stops in their order, with when and why. */
export function createStopList({
  names,
  timeZone,
  actions,
}: {
  names: TownNames
  timeZone: string
  actions: StopActions | undefined
}): StopList {
  // Without its numbers a list is none to some screen readers, unless it says so.
  const list = element('ol', { class: 'round-stops', role: 'list' })
  const heading = element('h2')
  const known = new Map<string, { readonly text: string; readonly row: HTMLLIElement }>()
  return {
    element: element('section', { class: 'round-stop-list' }, heading, list),
    show(lorry, look) {
      replaceChildren(heading, lorryBadge(look), `Stops of ${names.nameLorry(lorry.lorryId)}`)
      const rows = numberStops(lorry.stops).map(({ stop, number }, index) => {
        const key = keyOf(lorry, stop, index)
        const text = JSON.stringify([stop, number])
        const old = known.get(key)
        const made = old?.text === text ? old : { text, row: writeRow(lorry.lorryId, stop, number) }
        return [key, made] as const
      })
      putRows(rows)
    },
    goTo(stopIndex) {
      const row = list.children[stopIndex]
      if (!(row instanceof HTMLElement)) return
      row.scrollIntoView({ block: 'center' })
      row.focus()
    },
  }

  /** The one who marks a stop by keyboard goes on from there, though its row was written anew. */
  function putRows(rows: readonly (readonly [string, { text: string; row: HTMLLIElement }])[]): void {
    const [focused] = [...known].find(([, { row }]) => row.contains(document.activeElement)) ?? []
    known.clear()
    for (const [key, made] of rows) known.set(key, made)
    const wanted = rows.map(([, { row }]) => row)
    const isSame =
      wanted.length === list.children.length && wanted.every((row, i) => list.children[i] === row)
    if (isSame) return
    replaceChildren(list, wanted)
    const row = focused === undefined ? undefined : known.get(focused)?.row
    if (!row) return
    ;(row.querySelector('button') ?? row).focus({ preventScroll: true })
  }

  function writeRow(lorryId: string, stop: Stop, number: number | undefined): HTMLLIElement {
    const { type, deviceId, arrivalTime, departureTime, reason, status = 'planned', load } = stop
    const name = nameStop(stop, names)
    const isAbout = type === 'lift' || type === 'tip'
    return element(
      'li',
      { class: `round-stop ${type} ${status}`, tabindex: -1 },
      element('span', { class: 'round-stop-number' }, number ?? ''),
      element(
        'div',
        { class: 'round-stop-text' },
        element(
          'p',
          { class: 'round-stop-name' },
          element(
            'time',
            { datetime: arrivalTime },
            writeTime(type === 'start' ? departureTime : arrivalTime, timeZone, Date.parse(arrivalTime)),
          ),
          ' ',
          element('strong', {}, name),
          deviceId !== null && deviceId !== name && element('span', { class: 'hint' }, ` ${deviceId}`),
          status !== 'planned' && writeStatus(status),
        ),
        reason !== null && element('p', { class: 'hint' }, reason),
        type === 'tip' &&
          element(
            'p',
            { class: 'hint' },
            `until ${writeTime(departureTime, timeZone, Date.parse(departureTime))}, leaves with ${load.litres} litres`,
          ),
        actions &&
          isAbout &&
          element('div', { class: 'round-stop-actions' }, writeButtons(actions, lorryId, stop, name)),
      ),
    )
  }
}

function writeButtons(
  actions: StopActions,
  lorryId: string,
  { deviceId, tipId, status = 'planned' }: Stop,
  name: string,
): HTMLButtonElement[] {
  const button = (text: string, onclick: () => void): HTMLButtonElement =>
    element('button', { type: 'button', class: 'small', onclick }, text, hiddenText(` ${name}`))
  if (deviceId === null) {
    // Without a tip of its own a lorry unloads at the depot, of which nothing can be marked.
    if (tipId === null || status !== 'planned') return []
    const mark = (): RoundMark => ({ type: 'done', tipId, lorryId, time: new Date().toISOString() })
    return [button('Unloaded', () => actions.send([mark()], `${name} is marked`))]
  }
  if (status !== 'planned') {
    return [
      button('Take back', () =>
        actions.send([{ type: 'reopened', deviceId }], `${name} is to be done again`),
      ),
    ]
  }
  return [
    button('Done', () => actions.send([{ type: 'done', deviceId }], `${name} is done`)),
    button('Impossible…', () => actions.markImpossible(deviceId)),
  ]
}

export function nameStop({ type, deviceId, tipId }: Stop, names: TownNames): string {
  switch (type) {
    case 'lift':
      return names.nameBin(deviceId ?? '')
    case 'tip':
      return tipId === null ? 'Unload at the depot' : `Unload at ${names.nameTip(tipId)}`
    case 'break':
      return 'Break'
    case 'start':
      return 'Leave the depot'
    case 'end':
      return 'Back at the depot'
  }
}

function writeStatus(status: 'done' | 'impossible'): HTMLElement {
  return element('span', { class: `badge ${status === 'done' ? 'good' : 'warning'}` }, status)
}

/** A bin is in a plan once; other stops are told apart by their place. */
function keyOf({ lorryId }: LorryRound, { deviceId }: Stop, index: number): string {
  return deviceId ?? `${lorryId} ${index}`
}
