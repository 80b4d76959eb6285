import { pathOf } from '../../api.ts'
import { element, replaceChildren } from '../../elements.ts'
import type { PageContext } from '../../page.ts'
import { createFormField, PLAIN_TEXT, showFaults } from '../../parts/form-field.ts'
import { createStatus } from '../../parts/status.ts'
import type { Kind } from '../devices/device.ts'
import { createDeviceForm, type DeviceForm } from '../devices/device-form.ts'
import type { PanelPart } from '../town/panel-part.ts'
import { type FoundDevice, type MappingChoice, nameFound } from './found-device.ts'

/** The form that makes a device of one that was found. */
export async function openAdoption(context: PageContext, devEui: string): Promise<PanelPart> {
  const { api } = context
  const [found, mappings] = await Promise.all([
    api.get<FoundDevice>(pathOf`found-devices/${devEui}`),
    api.listAll<MappingChoice>('mappings'),
  ])
  const status = createStatus()
  const id = createFormField({
    input: element('input', {
      ...PLAIN_TEXT,
      required: true,
      maxlength: 63,
      value: proposeId(found),
    }),
    path: 'id',
    label: 'Id',
    hint: 'Letters, digits, “_” and “-”, up to 63; it cannot be changed later.',
  })
  const mapping = createFormField({
    input: element(
      'select',
      { required: true, onchange: showForm },
      element('option', { value: '' }, 'Choose one'),
      mappings.map((one) =>
        element('option', { value: one.id, selected: one.id === found.suggestedMapping }, one.name),
      ),
    ),
    path: 'mapping',
    label: 'Read by the mapping',
    hint: [
      'What its payload is read by. ',
      element('a', { href: context.href('mappings', 'new', devEui) }, 'Make one from what it sent'),
    ],
  })
  const place = element('div')
  const submit = element('button', { type: 'submit', class: 'primary' }, 'Adopt it')
  let form: DeviceForm | undefined
  let kind: string | undefined
  showForm()
  return {
    element: element(
      'div',
      { class: 'device' },
      element('h1', { tabindex: -1 }, `Adopt ${nameFound(found)}`),
      element(
        'form',
        { class: 'card device-form', onsubmit: adopt },
        element('div', { class: 'form-fields' }, id.element, mapping.element),
        place,
        status.element,
        element(
          'div',
          { class: 'actions' },
          submit,
          element('a', { class: 'button', href: context.href('found-devices') }, 'Cancel'),
        ),
      ),
      element(
        'details',
        { class: 'card' },
        element('summary', {}, element('h2', {}, 'What it sent last')),
        element(
          'pre',
          { tabindex: 0, role: 'region', 'aria-label': 'What it sent last' },
          JSON.stringify(found.sample ?? null, undefined, 2),
        ),
      ),
    ),
    close: () => form?.close(),
  }

  /** A mapping is of one kind, and each kind has settings of its own. */
  function showForm(): void {
    const next = mappings.find((one) => one.id === mapping.input.value)?.kind
    if (next === kind) return
    kind = next
    form?.close()
    form = next === undefined ? undefined : createDeviceForm(context, next as Kind)
    const name = form?.fields.find(({ path }) => path === 'name')
    if (name && found.name !== null) name.input.value = found.name
    replaceChildren(place, form?.element)
  }

  async function adopt(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    if (!form) return
    submit.disabled = true
    status.show('Adopting it …')
    try {
      await api.send('POST', pathOf`found-devices/${devEui}/adopt`, {
        id: id.input.value,
        mapping: mapping.input.value,
        ...form.readNew(),
      })
      location.hash = context.href('devices', id.input.value)
    } catch (error) {
      status.clear()
      const rest = showFaults([id, mapping, ...form.fields], error)
      if (rest !== undefined) status.fail(rest)
    } finally {
      submit.disabled = false
    }
  }
}

/** Its name in the network, as far as an id may have it. */
function proposeId({ name, devEui }: FoundDevice): string {
  const cleaned = (name ?? '')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[_-]+|[_-]+$/g, '')
    .slice(0, 63)
  return cleaned === '' ? devEui : cleaned
}
