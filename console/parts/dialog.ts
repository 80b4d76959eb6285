import { type Child, element, hiddenText } from '../elements.ts'
import { ICONS, icon } from './icon.ts'

/** An open dialog: the rest of the page waits. Escape and the cross close it. */
export interface Dialog {
  readonly element: HTMLDialogElement
  close(): void
  /** Resolves when it is closed, in whatever way. */
  readonly closed: Promise<void>
}

let count = 0

export function openDialog(title: string, ...content: readonly Child[]): Dialog {
  count += 1
  const id = `dialog-${count}`
  const dialog = element(
    'dialog',
    { 'aria-labelledby': id },
    element(
      'header',
      { class: 'dialog-top' },
      element('h2', { id }, title),
      element(
        'button',
        { type: 'button', class: 'quiet icon-button', onclick: () => dialog.close() },
        icon(ICONS.close),
        hiddenText('Close'),
      ),
    ),
    element('div', { class: 'dialog-content' }, content),
  )
  const closed = new Promise<void>((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove()
      resolve()
    })
  })
  document.body.append(dialog)
  dialog.showModal()
  return { element: dialog, close: () => dialog.close(), closed }
}

/** Asks before what cannot be undone. Resolves with whether it is to be done. */
export async function confirmAction(question: {
  title: string
  text: string
  /** What the button says: the verb of what is done. */
  action: string
}): Promise<boolean> {
  let isConfirmed = false
  const dialog = openDialog(
    question.title,
    element('p', {}, question.text),
    element(
      'div',
      { class: 'actions' },
      element('button', { type: 'button', onclick: () => dialog.close() }, 'Cancel'),
      element('button', { type: 'button', class: 'danger', onclick: confirm }, question.action),
    ),
  )
  await dialog.closed
  return isConfirmed

  function confirm(): void {
    isConfirmed = true
    dialog.close()
  }
}
