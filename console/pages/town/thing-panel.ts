import { element, hiddenText, replaceChildren } from '../../elements.ts'
import type { PageContext } from '../../page.ts'
import { ICONS, icon } from '../../parts/icon.ts'
import { writeSpan, writeTime } from '../../write-time.ts'
import { createBinCharts } from './bin-charts.ts'
import { createCounterCharts } from './counter-charts.ts'
import { LAYER_TITLES, summarise } from './describe-thing.ts'
import { listFacts } from './list-facts.ts'
import type { Thing } from './live-town.ts'
import type { PanelPart } from './panel-part.ts'
import { createStopBoard } from './stop-board.ts'

/** What is known of the thing that was chosen. */
export interface ThingPanel {
  readonly element: HTMLElement
  readonly thing: Thing
  update(thing: Thing): void
  close(): void
}

export function openThingPanel(context: PageContext, first: Thing, now: () => number): ThingPanel {
  let thing = first
  const head = element('div', { class: 'thing-head' })
  const facts = element('dl', { class: 'facts' })
  const part = createPart(context, first, now)
  const heading = element('h2', { tabindex: -1 }, first.name)
  const panel = element(
    'section',
    { class: 'thing', 'aria-label': `${LAYER_TITLES[first.layer].one} ${first.name}` },
    element(
      'header',
      { class: 'thing-top' },
      heading,
      element(
        'a',
        { class: 'button quiet icon-button', href: context.href('town') },
        icon(ICONS.close),
        hiddenText('Close'),
      ),
    ),
    head,
    part?.element,
    facts,
    deviceLink(context, first),
  )
  show()
  // How long ago it was goes on while nothing comes.
  const clock = setInterval(show, 10_000)
  return {
    element: panel,
    get thing() {
      return thing
    },
    update(next) {
      thing = next
      show()
    },
    close() {
      clearInterval(clock)
      part?.close()
    },
  }

  function show(): void {
    replaceChildren(
      head,
      element('p', { class: 'summary' }, summarise(thing)),
      element('p', { class: 'hint' }, `${LAYER_TITLES[thing.layer].one} ${thing.id}`, whenRead()),
      thing.isSilent &&
        element('p', {}, element('span', { class: 'badge warning' }, 'silent'), ' ', silence()),
    )
    replaceChildren(
      facts,
      listFacts(thing).map(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
    )
  }

  function whenRead(): string {
    if (thing.time === undefined) return ''
    const ago = writeSpan(Math.max(0, (now() - thing.time) / 1000))
    return `, read at ${writeTime(thing.time, context.authority.timeZone, now())}, ${ago} ago`
  }

  function silence(): string {
    return thing.time === undefined
      ? 'Nothing was ever read of it.'
      : 'It has reported nothing for longer than it should.'
  }
}

function createPart(context: PageContext, thing: Thing, now: () => number): PanelPart | undefined {
  switch (thing.layer) {
    case 'bins':
      return createBinCharts(context, thing, now)
    case 'counters':
      return createCounterCharts(context, thing, now)
    case 'stops':
      return createStopBoard(context, thing.id)
    default:
      return undefined
  }
}

/** Stops are no devices. */
function deviceLink(context: PageContext, { layer, id }: Thing): HTMLElement | undefined {
  if (layer === 'stops' || !context.offers('devices')) return undefined
  return element('p', {}, element('a', { href: context.href('devices', id) }, 'Everything about this device'))
}
