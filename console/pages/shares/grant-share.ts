import { element } from '../../elements.ts'
import type { PageContext } from '../../page.ts'
import { openDialog } from '../../parts/dialog.ts'
import { createFormField, PLAIN_TEXT, showFaults } from '../../parts/form-field.ts'
import { createStatus } from '../../parts/status.ts'
import { dayOf } from '../../write-time.ts'
import type { Share } from './share.ts'

const YEAR_MS = 365 * 86_400_000

/** Asks what to share with whom, and grants it. Resolves with the share, undefined where it was left. */
export async function openGrantDialog({ api, authority }: PageContext): Promise<Share | undefined> {
  const status = createStatus()
  const to = createFormField({
    input: element('input', {
      ...PLAIN_TEXT,
      required: true,
      maxlength: 63,
    }),
    path: 'to',
    label: 'Id of the authority that may use it',
    hint: 'Ask your neighbour: whether there is one of this id is not told.',
  })
  const type = createFormField({
    input: element(
      'select',
      { onchange: allowPlanning },
      element('option', { value: 'bins' }, 'Bins'),
      element('option', { value: 'counters' }, 'Traffic counters'),
      element('option', { value: 'departures' }, 'Departures of stops'),
    ),
    path: 'dataset.type',
    label: 'What is shared',
  })
  const ids = createFormField({
    input: element('input', {
      ...PLAIN_TEXT,
    }),
    path: 'dataset',
    label: 'Which of them',
    hint: 'Ids of devices or stops, with commas between; all, where it is empty. An area is shared by the API.',
  })
  const purpose = createFormField({
    input: element(
      'select',
      {},
      element('option', { value: 'read' }, 'To read'),
      element('option', { value: 'plan' }, 'To read, and to plan rounds with'),
    ),
    path: 'purpose',
    label: 'What for',
  })
  const until = createFormField({
    input: element('input', {
      type: 'date',
      required: true,
      value: dayOf(new Date(Date.now() + YEAR_MS), authority.timeZone),
    }),
    path: 'until',
    label: 'Until the beginning of',
    hint: 'It can be withdrawn at any time before.',
  })
  const fields = [to, type, ids, purpose, until]
  const submit = element('button', { type: 'submit', class: 'primary' }, 'Share it')
  let made: Share | undefined
  const dialog = openDialog(
    'Share with a neighbour',
    element(
      'form',
      { onsubmit: grant },
      fields.map((field) => field.element),
      status.element,
      element('div', { class: 'actions' }, submit),
    ),
  )
  to.input.focus()
  await dialog.closed
  return made

  /** Departures plan nothing. */
  function allowPlanning(): void {
    const isFixed = type.input.value === 'departures'
    if (isFixed) purpose.input.value = 'read'
    purpose.input.disabled = isFixed
  }

  async function grant(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    submit.disabled = true
    const named = ids.input.value
      .split(',')
      .map((id) => id.trim())
      .filter((id) => id !== '')
    const field = type.input.value === 'departures' ? 'stopIds' : 'deviceIds'
    try {
      made = await api.send<Share>('POST', 'shares', {
        to: to.input.value,
        dataset: { type: type.input.value, ...(named.length > 0 && { [field]: named }) },
        purpose: purpose.input.value,
        until: `${until.input.value}T00:00:00Z`,
      })
      dialog.close()
    } catch (error) {
      const rest = showFaults(fields, error)
      if (rest !== undefined) status.fail(rest)
      submit.disabled = false
    }
  }
}
