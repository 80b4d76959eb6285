import { pathOf } from '../../api.ts'
import { element } from '../../elements.ts'
import type { PageContext } from '../../page.ts'
import { confirmAction, openDialog } from '../../parts/dialog.ts'
import { createStatus } from '../../parts/status.ts'
import { writeTime } from '../../write-time.ts'
import { adviceOn, nameReason } from './advice.ts'
import type { Quarantined } from './quarantined.ts'

/** One reading in a dialog, to be mended. Resolves with what became of it when the dialog is closed, undefined where nothing did. */
export async function openQuarantined(item: Quarantined, context: PageContext): Promise<string | undefined> {
  const { api, authority } = context
  const status = createStatus()
  const isText = item.payloadEncoding === 'utf-8'
  const mayAct = context.allows('operate')
  const published = isText ? indent(item.payload) : item.payload
  const payload = element('textarea', {
    id: 'payload',
    spellcheck: 'false',
    rows: Math.min(14, published.split('\n').length + 1),
    readonly: !mayAct || !isText,
    'aria-describedby': 'payload-hint',
    value: published,
  })
  const buttons = element(
    'div',
    { class: 'actions' },
    element('button', { type: 'button', class: 'primary', onclick: replay }, 'Try it again'),
    isText && element('button', { type: 'button', onclick: correct }, 'Store the corrected payload'),
    element('button', { type: 'button', class: 'danger', onclick: discard }, 'Discard'),
  )
  let outcome: string | undefined
  const dialog = openDialog(
    nameReason(item.reason),
    element('p', {}, item.detail),
    element('p', { class: 'hint' }, adviceOn(item.reason)),
    element(
      'dl',
      { class: 'facts' },
      element('dt', {}, 'Device'),
      element('dd', {}, item.device ?? 'not known'),
      element('dt', {}, 'Topic'),
      element('dd', {}, element('code', {}, item.topic)),
      element('dt', {}, 'Received'),
      element('dd', {}, writeTime(item.receivedTime, authority.timeZone)),
    ),
    element(
      'div',
      { class: 'field' },
      element('label', { for: 'payload' }, isText ? 'Payload' : 'Payload, in base64, as it is no text'),
      payload,
      element(
        'p',
        { class: 'hint', id: 'payload-hint' },
        mayAct
          ? 'What is stored in its place is written to the audit, beside what was published.'
          : 'Your key may look only. One with the scope operate can try it again.',
      ),
    ),
    status.element,
    mayAct && buttons,
  )
  await dialog.closed
  return outcome

  async function replay(): Promise<void> {
    await send(undefined)
  }

  async function correct(): Promise<void> {
    await send({ payload: payload.value })
  }

  async function send(body: { payload: string } | undefined): Promise<void> {
    await act(async () => {
      const path = pathOf`quarantine/${item.id}/replay`
      const answer = await api.send<{ isStored: boolean; detail: string | null }>('POST', path, body)
      if (!answer.isStored) return status.fail(new Error(`It is still refused: ${answer.detail}`))
      finish('The reading is stored.')
    })
  }

  async function discard(): Promise<void> {
    const isSure = await confirmAction({
      title: 'Discard this reading?',
      text: 'It is gone for good; it stays counted.',
      action: 'Discard',
    })
    if (!isSure) return
    await act(async () => {
      await api.send('DELETE', pathOf`quarantine/${item.id}`)
      finish('The reading is discarded.')
    })
  }

  async function act(work: () => Promise<void>): Promise<void> {
    status.clear()
    const all = [...buttons.querySelectorAll('button')]
    for (const button of all) button.disabled = true
    try {
      await work()
    } catch (error) {
      status.fail(error)
    } finally {
      for (const button of all) button.disabled = false
    }
  }

  function finish(text: string): void {
    outcome = text
    dialog.close()
  }
}

/** JSON on lines of its own is easier to correct; what is no JSON stays as it is. */
function indent(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2)
  } catch {
    return text
  }
}
