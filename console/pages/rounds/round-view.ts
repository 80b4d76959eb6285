import { pathOf } from '../../api.ts'
import { element, replaceChildren } from '../../elements.ts'
import type { PageContext } from '../../page.ts'
import { createStatus } from '../../parts/status.ts'
import { dayOf } from '../../write-time.ts'
import { openBlockForm } from './block-form.ts'
import { loadComparison, writeComparison } from './comparison.ts'
import { writeChanges, writeClosures, writeDayProgress } from './day-progress.ts'
import { createDownloads } from './download-round.ts'
import { writeLeftList } from './left-list.ts'
import { type LiveProgress, openLiveProgress } from './live-progress.ts'
import { writeLorryList } from './lorry-list.ts'
import { assignLooks, lookOf } from './lorry-look.ts'
import { openPlanMap } from './plan-map.ts'
import { findShift, type PlanShift } from './plan-shift.ts'
import { rewritePart } from './rewrite-part.ts'
import { findChangedBins, hasPlan, isUnfinished, listClosures, type Round } from './round.ts'
import { createRoundMarking } from './round-marking.ts'
import { createStopList, nameStop } from './stop-list.ts'
import type { TownNames } from './town-names.ts'
import { describePlan, STATUSES, summarizePlan, writeDay } from './write-figures.ts'

export interface RoundView {
  readonly element: HTMLElement
  select(lorryId: string | undefined): void
  close(): void
}

/** One round: while it is planned, its plan, and its day. */
export async function openRoundView(context: PageContext, id: string, names: TownNames): Promise<RoundView> {
  const { api, authority, announce, href, setSteps } = context
  const mayOperate = context.allows('operate')
  let round = await api.get<Round>(pathOf`rounds/${id}`)
  let selected: string | undefined
  /** Of the last mending, where this page saw the plan before it. */
  let shift: PlanShift | undefined
  let live: LiveProgress | undefined
  let closeBlockForm: (() => void) | undefined
  let isClosed = false

  const status = createStatus()
  const badge = element('span')
  const summary = element('p', { class: 'round-summary' })
  const planning = element('div')
  const day = element('div', { class: 'round-part' })
  const acting = element('div', { class: 'round-part' })
  const lorries = element('div', { class: 'round-part' })
  const left = element('div')
  const comparison = element('div', { class: 'round-part' })
  const compareButton = element(
    'button',
    { type: 'button', onclick: () => void compare() },
    'Compare with the one before',
  )
  const marking = createRoundMarking(context, { id, names, status, onMarked })
  const stops = createStopList({
    names,
    timeZone: authority.timeZone,
    actions: mayOperate ? marking : undefined,
  })
  const blockButton = element('button', { type: 'button', onclick: openBlocking }, 'Block a street…')
  const map = await openPlanMap(context, { round, onChoose })
  const list = element(
    'div',
    { class: 'round-list' },
    element('a', { href: href('rounds') }, '← All rounds'),
    element(
      'div',
      { class: 'page-top' },
      element('h1', { tabindex: -1 }, writeDay(round.request.date)),
      badge,
    ),
    summary,
    status.element,
    planning,
    day,
    acting,
    lorries,
    stops.element,
    left,
    compareButton,
    comparison,
  )
  const changes = api.follow(pathOf`rounds/${id}/changes`, {
    onEvent: ({ data }) => void hear(data as Pick<Round, 'revision' | 'isMending'>),
  })
  show()
  if (isUnfinished(round)) await followPlanning()

  return {
    element: element('div', { class: 'round' }, list, element('div', { class: 'round-map' }, map.element)),
    select,
    close() {
      isClosed = true
      changes.close()
      live?.close()
      closeBlockForm?.()
      map.close()
    },
  }

  async function followPlanning(): Promise<void> {
    live = await openLiveProgress(context, { round, status, onDone: () => void read() })
    replaceChildren(planning, live.element)
  }

  /** The plan is there, or there will be none. */
  async function read(): Promise<void> {
    try {
      round = await api.get<Round>(pathOf`rounds/${id}`)
    } catch (error) {
      return status.fail(error, () => void read())
    }
    if (isClosed) return
    show()
    map.lookAt(round.lorries)
    announce(`${hasPlan(round) ? 'Plan ready: ' : 'The round: '}${describePlan(round)}`)
  }

  /** Somebody marked something: here, elsewhere, or Kerbside itself saw a bin fill up. */
  async function hear({ revision, isMending }: Pick<Round, 'revision' | 'isMending'>): Promise<void> {
    if (isMending || revision <= round.revision) return
    try {
      take(await api.get<Round>(pathOf`rounds/${id}`))
    } catch (error) {
      status.fail(error)
    }
  }

  function onMarked(next: Round): string | undefined {
    take(next)
    return shift?.figures
  }

  function take(next: Round): void {
    // One that was asked for earlier may come later.
    if (isClosed || next.revision <= round.revision) return
    if (!next.isMending) shift = findShift(round, next)
    round = next
    show()
  }

  function openBlocking(): void {
    const form = openBlockForm({
      map,
      names,
      onBlock: (marks, sentence) => void marking.send(marks, sentence),
      onLeave: () => {
        closeBlockForm = undefined
        showActing()
        blockButton.focus()
      },
    })
    closeBlockForm = form.close
    replaceChildren(acting, form.element)
    form.element.scrollIntoView({ block: 'nearest' })
    form.element.querySelector('input')?.focus()
  }

  function onChoose(lorryId: string, stopIndex: number | undefined): void {
    if (lorryId !== selected) setSteps(id, lorryId)
    select(lorryId)
    if (stopIndex !== undefined) stops.goTo(stopIndex)
  }

  function select(lorryId: string | undefined): void {
    if (lorryId === selected) return
    selected = lorryId
    show()
    const shown = round.lorries.filter((lorry) => lorryId === undefined || lorry.lorryId === lorryId)
    map.lookAt(shown)
    if (lorryId !== undefined) announce(`${names.nameLorry(lorryId)}: ${shown[0]?.stops.length ?? 0} stops`)
  }

  function show(): void {
    const { text, badge: tone } = STATUSES[round.status]
    badge.className = `badge ${tone}`
    badge.textContent = text
    summary.textContent = summarizePlan(round)
    if (round.error !== null) status.fail(new Error(round.error))
    const looks = assignLooks(round, names.lorries)
    const closures = listClosures(round)
    const onReopen = mayOperate ? marking.reopen : undefined
    rewritePart(
      day,
      writeDayProgress(round),
      writeChanges(round, { names, figures: shift?.figures }),
      writeClosures(closures, onReopen),
    )
    if (!closeBlockForm) showActing()
    compareButton.hidden = !hasPlan(round)
    rewritePart(lorries, hasPlan(round) && writeLorries())
    const lorry = round.lorries.find(({ lorryId }) => lorryId === selected)
    stops.element.hidden = !lorry
    if (lorry) stops.show(lorry, looks.get(lorry.lorryId) ?? lookOf(0))
    rewritePart(left, writeLeftList(round.left, names))
    map.show({
      round,
      looks,
      selected: lorry?.lorryId,
      oldWays: shift?.oldWays ?? [],
      changed: findChangedBins(round),
      closures,
      bins: names.bins,
      nameStop: (stop) => nameStop(stop, names),
    })
  }

  function showActing(): void {
    const isDay = mayOperate && round.status === 'done'
    const isToday = round.request.date === dayOf(new Date(), authority.timeZone)
    replaceChildren(
      acting,
      isDay &&
        !isToday &&
        element('p', { class: 'hint' }, 'This round is not of today; marks count from now on.'),
      isDay && element('div', { class: 'actions' }, blockButton),
    )
  }

  function writeLorries(): HTMLElement[] {
    return [
      element('h2', {}, 'Lorries'),
      writeLorryList({
        round,
        looks: assignLooks(round, names.lorries),
        selected,
        names,
        onSelect: (lorryId) => (lorryId === undefined ? setSteps(id) : setSteps(id, lorryId)),
        onBroken: mayOperate && round.status === 'done' ? marking.markBroken : undefined,
      }),
      createDownloads(context, { round: id, status }),
    ]
  }

  async function compare(): Promise<void> {
    try {
      const compared = await loadComparison(context, id)
      replaceChildren(comparison, element('h2', {}, 'Beside the one before'), writeComparison(compared))
      announce(compared.summary)
    } catch (error) {
      status.fail(error)
    }
  }
}
