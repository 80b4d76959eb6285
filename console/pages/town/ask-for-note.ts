import { element } from '../../elements.ts'
import { openDialog } from '../../parts/dialog.ts'

/** Asks what is to be said of an alert that was seen; undefined where nothing is to be done. */
export async function askForNote(summary: string): Promise<{ readonly note: string } | undefined> {
  let answer: { note: string } | undefined
  const input = element('input', { id: 'alert-note', maxlength: 1000, autocomplete: 'off' })
  const form = element(
    'form',
    { class: 'field', onsubmit: acknowledge },
    element('p', {}, summary),
    element('label', { for: 'alert-note' }, 'Note (if there is something to say)'),
    input,
    element(
      'div',
      { class: 'actions' },
      element('button', { type: 'button', onclick: () => dialog.close() }, 'Cancel'),
      element('button', { type: 'submit', class: 'primary' }, 'Acknowledge'),
    ),
  )
  const dialog = openDialog('Acknowledge an alert', form)
  input.focus()
  await dialog.closed
  return answer

  function acknowledge(event: Event): void {
    event.preventDefault()
    answer = { note: input.value.trim() }
    dialog.close()
  }
}
