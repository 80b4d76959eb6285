import { element } from '../elements.ts'
import type { Page, PageContext } from '../page.ts'
import { showCredentials } from './devices/credentials-dialog.ts'
import type { Credentials, Device } from './devices/device.ts'
import { openDeviceView } from './devices/device-view.ts'
import { openDeviceList } from './devices/list-devices.ts'
import { NEW, openRegistration, type Registered } from './devices/register-device.ts'
import { openParts } from './open-parts.ts'
import type { PanelPart } from './town/panel-part.ts'

/** The devices: `#/demo/devices`, one of them below it, and `#/demo/devices/new` to register one. */
export async function openDevices(context: PageContext): Promise<Page> {
  const page = await openParts(context, {
    title: 'Devices',
    className: 'devices',
    open: ([id]) => openPart(id),
  })
  return page

  async function openPart(id: string | undefined): Promise<PanelPart> {
    if (id === undefined) return openDeviceList(context)
    if (id === NEW) return openNew()
    return openDeviceView(context, id, (device, credentials, latestTime) =>
      tellCredentials(device, credentials, latestTime),
    )
  }

  function openNew(): PanelPart {
    const title = element('h1', { tabindex: -1 }, 'Register a device')
    if (!context.allows('operate')) {
      const text = 'Your key may look only. One with the scope operate can register devices.'
      return { element: element('div', {}, title, element('p', {}, text)), close() {} }
    }
    const registration = openRegistration(context, goOn)
    return {
      element: element('div', { class: 'device' }, title, registration.element),
      close: registration.close,
    }
  }

  /** To its own page, where its first reading will be seen; above it what it logs in with. */
  function goOn({ credentials, ...device }: Registered): void {
    location.hash = context.href('devices', device.id)
    void tellCredentials(device, credentials, undefined)
  }

  async function tellCredentials(
    device: Device,
    credentials: Credentials,
    latestTime: number | undefined,
  ): Promise<void> {
    await showCredentials(context, { device, credentials, latestTime })
    focusTitle()
  }

  function focusTitle(): void {
    page.element.querySelector('h1')?.focus()
  }
}
