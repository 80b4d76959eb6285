import { pathOf } from '../../api.ts'
import { element } from '../../elements.ts'
import type { PageContext } from '../../page.ts'
import { confirmAction } from '../../parts/dialog.ts'
import { createStatus } from '../../parts/status.ts'
import type { Credentials, Device } from './device.ts'

/** What cannot be undone: a new password, the end of a device. */
export function openDeviceActions(
  context: PageContext,
  { id, name }: Device,
  onCredentials: (credentials: Credentials) => void,
): HTMLElement {
  const status = createStatus()
  return element(
    'section',
    { class: 'card', 'aria-label': 'Password and end' },
    element(
      'div',
      { class: 'actions' },
      element('button', { type: 'button', onclick: rotate }, 'New password'),
      element('button', { type: 'button', class: 'danger', onclick: remove }, 'Delete the device'),
    ),
    status.element,
  )

  async function rotate(): Promise<void> {
    const isSure = await confirmAction({
      title: `Give ${name ?? id} a new password?`,
      text: 'The old one ends at once: the device can publish nothing until it has the new one.',
      action: 'Make a new password',
    })
    if (!isSure) return
    status.clear()
    try {
      onCredentials(await context.api.send<Credentials>('POST', pathOf`devices/${id}/credentials`))
    } catch (error) {
      status.fail(error)
    }
  }

  async function remove(): Promise<void> {
    const isSure = await confirmAction({
      title: `Delete ${name ?? id}?`,
      text: 'It can no longer log in, and is on no map and in no list. Its readings stay in the store.',
      action: 'Delete it',
    })
    if (!isSure) return
    status.clear()
    try {
      await context.api.send('DELETE', pathOf`devices/${id}`)
      location.hash = context.href('devices')
    } catch (error) {
      status.fail(error)
    }
  }
}
