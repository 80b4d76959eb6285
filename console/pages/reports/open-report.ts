import { pathOf } from '../../api.ts'
import { type Child, element } from '../../elements.ts'
import type { PageContext } from '../../page.ts'
import { openDialog } from '../../parts/dialog.ts'
import { createFormField, showFaults } from '../../parts/form-field.ts'
import { createStatus } from '../../parts/status.ts'
import { writeTime } from '../../write-time.ts'
import { levelOf, nameService, nameState, type Report } from './report.ts'

/** One report in a dialog, to be joined and answered. Resolves with what became of it, undefined where nothing did. */
export async function openReport(id: string, context: PageContext): Promise<string | undefined> {
  const { api } = context
  const report = await api.get<Report>(pathOf`reports/${id}`)
  const status = createStatus()
  const mayAct = context.allows('operate')
  const bin = createFormField({
    input: element('input', { value: report.deviceId ?? '', autocomplete: 'off', maxlength: 63 }),
    path: 'deviceId',
    label: 'The bin that it is about',
    hint: 'Its id; empty where it is about none.',
  })
  const note = createFormField({
    input: element('input', { value: report.note ?? '', autocomplete: 'off', maxlength: 1000 }),
    path: 'note',
    label: 'What people are told (instead of the usual words)',
    hint: 'Everybody who follows the report reads it: name nobody.',
  })
  const isOpen = report.status === 'open'
  const buttons = element(
    'div',
    { class: 'actions' },
    element('button', { type: 'submit' }, 'Keep the bin and the words'),
    isOpen &&
      element(
        'button',
        {
          type: 'button',
          class: 'primary',
          onclick: () => save({ status: 'closed' }, 'The report is closed.'),
        },
        'Close it: done',
      ),
    isOpen &&
      element(
        'button',
        {
          type: 'button',
          class: 'danger',
          onclick: () => save({ status: 'closed', outcome: 'rejected' }, 'The report is rejected.'),
        },
        'Reject it',
      ),
    !isOpen &&
      element(
        'button',
        { type: 'button', onclick: () => save({ status: 'open' }, 'The report is open again.') },
        'Open it again',
      ),
  )
  let outcome: string | undefined
  const dialog = openDialog(
    nameService(report.service),
    listFacts(report, context),
    element(
      'form',
      {
        onsubmit: (event: Event) => {
          event.preventDefault()
          void save({}, 'It is kept.')
        },
      },
      mayAct
        ? [bin.element, note.element]
        : element(
            'p',
            { class: 'hint' },
            'Your key may look only. One with the scope operate sees who reported, and answers.',
          ),
      status.element,
      mayAct && buttons,
    ),
  )
  await dialog.closed
  return outcome

  async function save(change: object, done: string): Promise<void> {
    const deviceId = bin.input.value.trim() || null
    const words = note.input.value.trim() || null
    const body = {
      ...change,
      ...(deviceId !== report.deviceId && { deviceId }),
      ...(words !== report.note && { note: words }),
    }
    status.clear()
    const all = [...buttons.querySelectorAll('button')]
    for (const button of all) button.disabled = true
    try {
      await api.send('PATCH', pathOf`reports/${id}`, body)
      outcome = done
      dialog.close()
    } catch (error) {
      const rest = showFaults([bin, note], error)
      if (rest !== undefined) status.fail(rest)
    } finally {
      for (const button of all) button.disabled = false
    }
  }
}

function listFacts(report: Report, { authority }: PageContext): HTMLElement {
  const { timeZone } = authority
  const { longitude, latitude, people = [] } = report
  const facts: [string, Child][] = [
    ['State', nameState(report)],
    ['Reported', writeTime(report.requestedTime, timeZone)],
    ['Closed', report.closedTime === null ? null : writeTime(report.closedTime, timeZone)],
    ['Said by', report.voices],
    ['Its sensor said by then', levelOf(report)],
    [
      'Place',
      longitude === null || latitude === null ? null : `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`,
    ],
  ]
  for (const { words, contact, requestedTime } of people) {
    if (words === null && contact === null) continue
    const name = [contact?.firstName, contact?.lastName].filter(Boolean).join(' ')
    // A link that somebody sent is not to be followed without a look at it: it stays text.
    const lines = [
      name,
      contact?.email,
      contact?.phone,
      words?.description,
      words?.address,
      words?.addressId,
      words?.mediaUrl,
    ].filter(Boolean)
    facts.push([
      'From',
      [
        element('div', { class: 'hint' }, writeTime(requestedTime, timeZone)),
        lines.length === 0 ? 'nothing more' : lines.map((line) => element('div', {}, line)),
      ],
    ])
  }
  return element(
    'dl',
    { class: 'facts' },
    facts.map(([name, value]) =>
      value === null || value === undefined ? null : [element('dt', {}, name), element('dd', {}, value)],
    ),
  )
}
