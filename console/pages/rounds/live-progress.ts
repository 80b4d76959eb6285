import { pathOf, type ServerEvent } from '../../api.ts'
import { element, replaceChildren } from '../../elements.ts'
import type { PageContext } from '../../page.ts'
import { createChart } from '../../parts/chart.ts'
import type { Status } from '../../parts/status.ts'
import { isUnfinished, type Progress, type Round } from './round.ts'
import { writeCost, writeCount, writeHours, writeKm } from './write-figures.ts'

/** More points than a chart of this width has pixels; the search ends long before. */
const POINTS_MAX = 1_000
const DEFAULT_SECONDS = 10

export interface LiveProgress {
  readonly element: HTMLElement
  close(): void
}

/** How a round that is being planned gets cheaper, as it is told; `onDone` is called once, when it is over. */
export async function openLiveProgress(
  { api, allows, announce }: PageContext,
  { round, status, onDone }: { round: Round; status: Status; onDone: () => void },
): Promise<LiveProgress> {
  const seconds = round.request.seconds ?? DEFAULT_SECONDS
  const chart = await createChart({
    title: 'Best plan so far',
    unit: 'cost',
    series: [{ name: 'Cost', colour: '--accent', isStepped: true }],
    hasTimes: false,
    xTitle: 'seconds of search',
  })
  const bar = element('progress', { max: seconds, value: 0, 'aria-label': 'Search' })
  const facts = element('dl', { class: 'facts' })
  const cancelButton = element('button', { type: 'button', onclick: () => void cancel() }, 'Stop here')
  const points: Progress[] = []
  const place = element(
    'section',
    { class: 'card', 'aria-label': 'Planning' },
    bar,
    facts,
    chart.element,
    allows('operate') && element('div', { class: 'actions' }, cancelButton),
  )
  status.show(round.status === 'queued' ? 'The round waits for its turn…' : 'The round is being planned…')
  const following = api.follow(pathOf`rounds/${round.id}/events`, {
    onEvent,
    onRefused: (error) => status.fail(error),
  })
  return {
    element: place,
    close() {
      following.close()
      chart.close()
    },
  }

  function onEvent({ event, data }: ServerEvent): void {
    if (event === 'solving') {
      status.show('The round is being planned…')
      announce('Planning has begun')
    } else if (event === 'progress') show(data as Progress)
    else if (event === 'done') end()
  }

  /** Nothing more comes, and no other round is begun by asking again. */
  function end(): void {
    following.close()
    status.clear()
    // What it was like stays to be looked at.
    const title = element('summary', {}, 'How the plan got cheaper')
    if (points.length > 0) replaceChildren(place, element('details', {}, title, facts, chart.element))
    else place.remove()
    onDone()
  }

  function show(progress: Progress): void {
    // Another process began anew.
    if (progress.elapsedSeconds < (points.at(-1)?.elapsedSeconds ?? 0)) points.length = 0
    points.push(progress)
    if (points.length > POINTS_MAX) points.splice(1, 1)
    const { elapsedSeconds, cost, bins, distanceM, durationSeconds } = progress
    bar.value = Math.min(elapsedSeconds, seconds)
    const costs = points.map((point) => point.cost)
    const summary = `The cost is ${writeCost(cost)} after ${elapsedSeconds.toFixed(1)} s; it was ${writeCost(costs[0] ?? cost)} at first.`
    chart.update(
      points.map((point) => point.elapsedSeconds),
      [costs],
      summary,
    )
    replaceChildren(
      facts,
      ...writeFact('Cost', writeCost(cost)),
      ...writeFact('Bins', writeCount(bins, 'bin')),
      ...writeFact('Way', writeKm(distanceM)),
      ...writeFact('Time', writeHours(durationSeconds)),
      ...writeFact('Searched', `${elapsedSeconds.toFixed(1)} of ${seconds} s`),
    )
  }

  async function cancel(): Promise<void> {
    cancelButton.disabled = true
    try {
      const ended = await api.send<Round>('POST', pathOf`rounds/${round.id}/cancel`)
      if (!isUnfinished(ended)) announce('Planning was stopped')
    } catch (error) {
      cancelButton.disabled = false
      status.fail(error)
    }
  }
}

function writeFact(title: string, text: string): HTMLElement[] {
  return [element('dt', {}, title), element('dd', {}, text)]
}
