import { pathOf } from '../../api.ts'
import { element, replaceChildren } from '../../elements.ts'
import type { PageContext } from '../../page.ts'
import { showFaults } from '../../parts/form-field.ts'
import { createStatus } from '../../parts/status.ts'
import type { PanelPart } from '../town/panel-part.ts'
import type { Device } from './device.ts'
import { createDeviceForm, type DeviceForm, type DeviceValues } from './device-form.ts'

/** Name, place and settings, to be changed. The form is made when it is opened, as a map is in it. */
export function openDeviceEdit(
  context: PageContext,
  device: () => Device,
  onSaved: (device: Device) => void,
): PanelPart {
  const status = createStatus()
  const place = element('div')
  const save = element('button', { type: 'submit', class: 'primary' }, 'Save')
  let form: DeviceForm | undefined
  let before: DeviceValues | undefined
  const details = element(
    'details',
    { class: 'card', ontoggle: toggle },
    element('summary', {}, element('h2', {}, 'Change name, place and settings')),
    element(
      'form',
      { class: 'device-form', onsubmit: submit },
      place,
      element('div', { class: 'actions' }, save),
      status.element,
    ),
  )
  return { element: details, close: () => form?.close() }

  function toggle(): void {
    if (details.open && !form) open()
  }

  function open(): void {
    form?.close()
    form = createDeviceForm(context, device().kind, device())
    before = form.read()
    replaceChildren(place, form.element)
  }

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    if (!form || !before) return
    save.disabled = true
    status.clear()
    try {
      const after = form.read()
      const saved = await context.api.send<Device>(
        'PATCH',
        pathOf`devices/${device().id}`,
        listChanges(before, after),
      )
      before = after
      showFaults(form.fields, undefined)
      onSaved(saved)
      status.show('Saved.')
    } catch (error) {
      const rest = showFaults(form.fields, error)
      if (rest !== undefined) status.fail(rest)
    } finally {
      save.disabled = false
    }
  }
}

/** Only what was changed here: somebody else may have changed the rest. */
function listChanges(before: DeviceValues, after: DeviceValues): object {
  const { settings: settingsBefore, ...valuesBefore } = before
  const { settings, ...values } = after
  return { ...changed(valuesBefore, values), settings: changed(settingsBefore, settings) }
}

function changed(before: object, after: object): object {
  const known = new Map(Object.entries(before))
  return Object.fromEntries(
    Object.entries(after).filter(
      ([name, value]) => JSON.stringify(known.get(name)) !== JSON.stringify(value),
    ),
  )
}
