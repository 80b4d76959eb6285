import { element, replaceChildren } from '../elements.ts'
import type { Page, PageContext } from '../page.ts'
import { ICONS, icon } from '../parts/icon.ts'
import { createStatus } from '../parts/status.ts'
import { createAlertsTray } from './town/alerts-tray.ts'
import { createChances } from './town/chances.ts'
import { followTown, LAYERS, type Layer, type LiveTown, type Thing } from './town/live-town.ts'
import { openThingPanel, type ThingPanel } from './town/thing-panel.ts'
import { createTownFilters } from './town/town-filters.ts'
import { createTownList } from './town/town-list.ts'
import { openTownMap } from './town/town-map.ts'
import { createTownSearch } from './town/town-search.ts'

const PUBLISHED_AS: Readonly<Record<Layer, readonly string[]>> = {
  bins: ['bins'],
  counters: ['counters'],
  vehicles: ['vehicles'],
  displays: ['displays'],
  stops: ['departures', 'gtfs'],
}
/** The list is written anew at most this often. */
const LIST_MS = 2_000

/** The live map, what is chosen on it, and the alerts. `steps` are the layer and the id of what is chosen. */
export async function openTown(context: PageContext): Promise<Page> {
  const { api, authority } = context
  const layers = LAYERS.filter((layer) => mayRead(context, layer))
  const status = createStatus()
  const hidden = new Set<Layer>()
  let isSilentOnly = false
  let isListed = false
  let listAt = 0
  let panel: ThingPanel | undefined
  let steps = context.steps

  const map = await openTownMap({
    api,
    label: `Map of ${authority.name}; its content is in the list too`,
    onPick: (layer, id) => context.setSteps(layer, id),
  })
  const list = createTownList(({ layer, id }) => context.href('town', layer, id))
  const chances = createChances(
    api,
    (known) => map.setBinColours('chance', known),
    (error) => status.fail(error),
  )
  const filters = createTownFilters({
    layers,
    hasChances: layers.includes('bins'),
    onVisible(layer, isVisible) {
      if (isVisible) hidden.delete(layer)
      else hidden.add(layer)
      map.setVisible(layer, isVisible)
      showList()
    },
    onColours(colours) {
      if (colours === 'chance') return chances.start()
      chances.stop()
      map.setBinColours('fill', new Map())
    },
    onSilentOnly(next) {
      isSilentOnly = next
      map.setSilentOnly(next)
      showList()
    },
  })
  const town: LiveTown = followTown(api, layers, { onChange, onError: (error) => status.fail(error) })
  const search = createTownSearch({ find: listAll, href: ({ layer, id }) => context.href('town', layer, id) })
  const tray = context.allows('read') ? createAlertsTray(context) : undefined
  const listButton = element(
    'button',
    { type: 'button', class: 'list-button', 'aria-pressed': 'false', onclick: switchList },
    icon(ICONS.list),
    'List',
  )
  const view = element('div', { class: 'town-view' }, map.element, list.element)
  const chosen = element('div', { class: 'town-chosen' })
  list.element.hidden = true
  showChosen()

  return {
    element: element(
      'div',
      { class: 'town' },
      element(
        'div',
        { class: 'town-side' },
        element('div', { class: 'page-top' }, element('h1', {}, 'Town'), listButton),
        status.element,
        search,
        chosen,
        tray?.element,
        filters.element,
      ),
      view,
    ),
    onSteps(next) {
      steps = next
      showChosen()
    },
    close() {
      town.close()
      tray?.close()
      chances.stop()
      panel?.close()
      map.close()
    },
  }

  function onChange(layer: Layer, changed: readonly Thing[], isAll: boolean): void {
    status.clear()
    map.update(layer, changed, isAll)
    if (isAll || layer !== 'vehicles') count(layer)
    const [chosenLayer, id] = steps
    const news = layer === chosenLayer ? changed.find((thing) => thing.id === id) : undefined
    if (news && panel) panel.update(news)
    else if (news) showChosen()
    if (isListed && performance.now() - listAt > LIST_MS) showList()
  }

  function count(layer: Layer): void {
    let all = 0
    let silent = 0
    for (const { isSilent } of town.list(layer)) {
      all += 1
      if (isSilent) silent += 1
    }
    filters.setCounts(layer, { all, silent })
  }

  function showChosen(): void {
    const [layer, id] = steps
    const thing = id === undefined ? undefined : town.find(layer as Layer, id)
    map.select(thing)
    if (panel && thing && panel.thing.layer === layer && panel.thing.id === id) return
    panel?.close()
    panel = thing && openThingPanel(context, thing, town.now)
    replaceChildren(chosen, panel?.element)
    if (panel) context.announce(panel.thing.name)
  }

  function* listAll(): Iterable<Thing> {
    for (const layer of layers) yield* town.list(layer)
  }

  function* listShown(): Iterable<Thing> {
    for (const layer of layers) {
      if (hidden.has(layer)) continue
      for (const thing of town.list(layer)) if (!isSilentOnly || thing.isSilent) yield thing
    }
  }

  function switchList(): void {
    isListed = !isListed
    listButton.setAttribute('aria-pressed', String(isListed))
    map.element.hidden = isListed
    list.element.hidden = !isListed
    showList()
  }

  function showList(): void {
    if (!isListed) return
    listAt = performance.now()
    list.show(listShown(), town.now())
  }
}

function mayRead({ authority, allows }: PageContext, layer: Layer): boolean {
  return allows('read') || PUBLISHED_AS[layer].some((what) => authority.published.includes(what))
}
