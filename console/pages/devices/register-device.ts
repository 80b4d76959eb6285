import { element, replaceChildren } from '../../elements.ts'
import type { PageContext } from '../../page.ts'
import { createFormField, PLAIN_TEXT, showFaults } from '../../parts/form-field.ts'
import { createStatus } from '../../parts/status.ts'
import type { PanelPart } from '../town/panel-part.ts'
import { type Credentials, type Device, KINDS, type Kind } from './device.ts'
import { createDeviceForm, type DeviceForm } from './device-form.ts'
import { nameKind } from './device-things.ts'

/** As `model/id.ts` has it: an id is a level of the device's topics. */
const ID_PATTERN = '[A-Za-z0-9][A-Za-z0-9_\\-]{0,62}'
/** What follows the page's name in the address of this form. */
export const NEW = 'new'

export type Registered = Device & { readonly credentials: Credentials }

/** The form that registers a device; `onRegistered` gets it with its credentials. */
export function openRegistration(
  context: PageContext,
  onRegistered: (registered: Registered) => void,
): PanelPart {
  const status = createStatus()
  const kind = createFormField({
    input: element(
      'select',
      { onchange: showForm },
      KINDS.map((one) => element('option', { value: one }, nameKind(one))),
    ),
    path: 'kind',
    label: 'Kind',
  })
  const id = createFormField({
    input: element('input', {
      ...PLAIN_TEXT,
      required: true,
      pattern: ID_PATTERN,
      oninput: checkId,
    }),
    path: 'id',
    label: 'Id',
    hint: 'Letters, digits, “_” and “-”, up to 63; it begins with a letter or digit, and cannot be changed later.',
  })
  const place = element('div')
  const submit = element('button', { type: 'submit', class: 'primary' }, 'Register it')
  let form: DeviceForm
  showForm()
  return {
    element: element(
      'form',
      { class: 'card device-form', onsubmit: register },
      element('div', { class: 'form-fields' }, kind.element, id.element),
      place,
      status.element,
      element(
        'div',
        { class: 'actions' },
        submit,
        element('a', { class: 'button', href: context.href('devices') }, 'Cancel'),
      ),
    ),
    close: () => form.close(),
  }

  function showForm(): void {
    form?.close()
    form = createDeviceForm(context, kind.input.value as Kind)
    replaceChildren(place, form.element)
  }

  function checkId(): void {
    const { value } = id.input
    const input = id.input as HTMLInputElement
    input.setCustomValidity(
      value === NEW ? 'This id is the name of the console’s own form: choose another one.' : '',
    )
    const message = value === '' || input.checkValidity() ? undefined : describeId(value)
    id.setFault(message)
  }

  async function register(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    submit.disabled = true
    status.clear()
    try {
      const registered = await context.api.send<Registered>('POST', 'devices', {
        kind: kind.input.value,
        id: id.input.value,
        ...form.readNew(),
      })
      onRegistered(registered)
    } catch (error) {
      const rest = showFaults([kind, id, ...form.fields], error)
      if (rest !== undefined) status.fail(rest)
    } finally {
      submit.disabled = false
    }
  }
}

function describeId(id: string): string {
  if (id === NEW) return `“${NEW}” is the name of this form: choose another id.`
  if (!/^[A-Za-z0-9]/.test(id)) return 'It has to begin with a letter or a digit.'
  if (id.length > 63) return `It has ${id.length} characters, and 63 are allowed.`
  const [wrong] = id.match(/[^A-Za-z0-9_-]/u) ?? []
  return `“${wrong}” is not allowed in it.`
}
