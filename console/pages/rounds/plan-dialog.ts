import { element } from '../../elements.ts'
import type { PageContext } from '../../page.ts'
import { openDialog } from '../../parts/dialog.ts'
import { createStatus } from '../../parts/status.ts'
import { dayOf } from '../../write-time.ts'
import { nameDataset, type Share } from '../shares/share.ts'
import { createBinPicker } from './pick-bins.ts'
import type { Round } from './round.ts'
import type { Lorry, TownNames } from './town-names.ts'

const DAY_MS = 86_400_000
const DEFAULT_SECONDS = 10

/** Asks what to plan, with everything set for the usual round, and begins it. Resolves with the round, undefined where it was left. */
export async function openPlanDialog(
  { api, authority }: PageContext,
  names: TownNames,
): Promise<Round | undefined> {
  const status = createStatus()
  const date = element('input', {
    id: 'plan-date',
    type: 'date',
    required: true,
    value: findNextDay(names.lorries, authority.timeZone),
  })
  const seconds = element('input', {
    id: 'plan-seconds',
    type: 'number',
    min: 1,
    max: 600,
    required: true,
    value: DEFAULT_SECONDS,
  })
  const nextDate = element('input', { id: 'plan-next-date', type: 'date' })
  const lorries = createChoice('Lorries', names.lorries)
  const depots = createChoice('Depots', names.depots)
  const mustEmpty = createBinPicker({
    id: 'plan-must-empty',
    label: 'Bins to be emptied however full',
    hint: 'Others are in where waiting would cost more than the way to them.',
    bins: names.bins,
  })
  const onlyThese = createBinPicker({
    id: 'plan-only',
    label: 'Choose among these bins alone',
    hint: 'All of the town where none is named.',
    bins: names.bins,
  })
  // Whatever hinders this hinders no round of one's own.
  const received = await api.listAll<Share>('shares?direction=received').catch((): Share[] => [])
  const shares = received.filter(
    ({ dataset, purpose, state }) => dataset.type === 'bins' && purpose === 'plan' && state === 'active',
  )
  const neighbours = createChoice(
    'Bins of neighbours',
    shares.map((share) => ({ id: share.id, name: `${share.granting}: ${nameDataset(share)}` })),
    false,
  )
  const start = element('button', { type: 'submit', class: 'primary' }, 'Start planning')
  const form = element(
    'form',
    { class: 'plan-form', onsubmit: send },
    element(
      'div',
      { class: 'plan-fields' },
      field(date, 'Day'),
      field(seconds, 'Seconds to search'),
      element('div', { class: 'actions' }, start),
    ),
    element('p', { class: 'hint' }, 'A longer search finds shorter rounds; ten seconds do for a small town.'),
    status.element,
    element(
      'details',
      {},
      element('summary', {}, 'Lorries, bins, next day'),
      element(
        'div',
        { class: 'plan-more' },
        lorries.element,
        depots.element,
        shares.length > 0 && neighbours.element,
        field(nextDate, 'Next day on which a lorry could come', 'The day after, where it is empty.'),
        mustEmpty.element,
        onlyThese.element,
      ),
    ),
  )
  let made: Round | undefined
  const dialog = openDialog('Plan a round', form)
  start.focus()
  await dialog.closed
  return made

  async function send(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    start.disabled = true
    status.show('Kerbside checks what was asked…')
    const [must, only] = [mustEmpty.chosen(), onlyThese.chosen()]
    try {
      made = await api.send<Round>('POST', 'rounds', {
        date: date.value,
        seconds: Number(seconds.value),
        ...(nextDate.value !== '' && { nextDate: nextDate.value }),
        ...(lorries.isNarrowed() && { lorryIds: lorries.chosen() }),
        ...(depots.isNarrowed() && { depotIds: depots.chosen() }),
        ...(neighbours.chosen().length > 0 && { shareIds: neighbours.chosen() }),
        ...(must.length > 0 && { mustEmpty: must }),
        ...(only.length > 0 && { deviceIds: only }),
      })
      dialog.close()
    } catch (error) {
      status.fail(error)
      start.disabled = false
    }
  }
}

/** Today, or tomorrow once the last lorry is out: such a round could not begin on time. */
function findNextDay(lorries: readonly Lorry[], timeZone: string, now = Date.now()): string {
  const time = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(now)
  const isOver = lorries.length > 0 && lorries.every(({ shiftStart }) => shiftStart <= time)
  return dayOf(new Date(isOver ? now + DAY_MS : now), timeZone)
}

function field(input: HTMLInputElement, label: string, hint?: string): HTMLElement {
  return element(
    'div',
    { class: 'field' },
    element('label', { for: input.id }, label),
    input,
    hint !== undefined && element('p', { class: 'hint' }, hint),
  )
}

/** All of them, unless some are taken out; or none, unless some are taken in. */
function createChoice(
  title: string,
  things: readonly { readonly id: string; readonly name: string }[],
  isChecked = true,
): { element: HTMLElement; isNarrowed(): boolean; chosen(): string[] } {
  const boxes = things.map(({ id }) => element('input', { type: 'checkbox', checked: isChecked, value: id }))
  const chosen = (): string[] => boxes.filter(({ checked }) => checked).map(({ value }) => value)
  return {
    element: element(
      'fieldset',
      {},
      element('legend', {}, title),
      things.map(({ name }, index) =>
        element('label', { class: 'check' }, boxes[index] as HTMLInputElement, name),
      ),
    ),
    isNarrowed: () => chosen().length < things.length,
    chosen,
  }
}
