import { element } from '../../elements.ts'
import { openDialog } from '../../parts/dialog.ts'

/** As long as the API takes it. */
const REASON_MAX = 500

/** Asks why, with what is usual to choose from. Resolves with '' where nothing was said, and undefined where it was left. */
export async function askReason({
  title,
  text,
  action,
  usual,
}: {
  title: string
  text: string
  /** What the button says. */
  action: string
  usual: readonly string[]
}): Promise<string | undefined> {
  let said: string | undefined
  const input = element('input', {
    id: 'reason',
    list: 'reasons',
    maxlength: REASON_MAX,
    autocomplete: 'off',
    'aria-describedby': 'reason-hint',
  })
  const dialog = openDialog(
    title,
    element('p', {}, text),
    element(
      'form',
      { class: 'plan-form', onsubmit: take },
      element(
        'div',
        { class: 'field' },
        element('label', { for: 'reason' }, 'Why'),
        input,
        element('p', { class: 'hint', id: 'reason-hint' }, 'Shown wherever the round is shown.'),
      ),
      element(
        'datalist',
        { id: 'reasons' },
        usual.map((reason) => element('option', { value: reason })),
      ),
      element(
        'div',
        { class: 'actions' },
        element('button', { type: 'submit', class: 'primary' }, action),
        element('button', { type: 'button', onclick: () => dialog.close() }, 'Cancel'),
      ),
    ),
  )
  input.focus()
  await dialog.closed
  return said

  function take(event: SubmitEvent): void {
    event.preventDefault()
    said = input.value.trim()
    dialog.close()
  }
}
