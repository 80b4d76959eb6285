import { element } from '../../elements.ts'
import type { PageContext } from '../../page.ts'
import { createFormField, type FormField } from '../../parts/form-field.ts'
import type { Device, Kind } from './device.ts'
import { createPlaceField } from './place-field.ts'
import { type SettingField, settingFieldsOf } from './setting-fields.ts'

/** The part of a device that can be changed, in the shape that the API takes; null is for what is left empty. */
export interface DeviceValues {
  readonly name: string | null
  readonly longitude: number | null
  readonly latitude: number | null
  readonly stopIds?: readonly string[]
  readonly settings: Readonly<Record<string, string | number | null>>
}

/** The fields of a device that can be changed. */
export interface DeviceForm {
  readonly element: HTMLElement
  readonly fields: readonly FormField[]
  read(): DeviceValues
  /** As a new device takes them: a setting that was left empty is none, and not one to be removed. */
  readNew(): DeviceValues
  close(): void
}

/** Begins with what a device has; a new one has nothing. */
export function createDeviceForm(context: PageContext, kind: Kind, device?: Device): DeviceForm {
  const name = createFormField({
    input: element('input', { type: 'text', maxlength: 200, value: device?.name ?? '' }),
    path: 'name',
    label: 'Name',
    hint: 'What people call it; its id where it is left empty.',
  })
  const place = createPlaceField(context, device ?? { longitude: null, latitude: null })
  const settings = settingFieldsOf(kind).map((setting) => ({
    setting,
    field: createSettingField(setting, device),
  }))
  return {
    element: element(
      'div',
      { class: 'device-fields' },
      name.element,
      place.element,
      element(
        'fieldset',
        {},
        element('legend', {}, 'Settings'),
        element(
          'div',
          { class: 'form-fields' },
          settings.map(({ field }) => field.element),
        ),
      ),
    ),
    fields: [name, ...place.fields, ...settings.map(({ field }) => field)],
    read,
    readNew() {
      const values = read()
      const given = Object.entries(values.settings).filter(([, value]) => value !== null)
      return { ...values, settings: Object.fromEntries(given) }
    },
    close: place.close,
  }

  function read(): DeviceValues {
    const [longitude, latitude] = place.fields.map(({ input }) => readNumber(input.value))
    const stops = settings.find(({ setting }) => setting.name === 'stopIds')
    return {
      name: name.input.value.trim() || null,
      longitude: longitude ?? null,
      latitude: latitude ?? null,
      ...(stops && { stopIds: stops.field.input.value.split(/[\s,]+/).filter(Boolean) }),
      settings: Object.fromEntries(
        settings
          .filter((one) => one !== stops)
          .map(({ setting, field }) => [setting.name, readSetting(setting, field.input.value)]),
      ),
    }
  }
}

function createSettingField(setting: SettingField, device: Device | undefined): FormField {
  const { name, type, label, hint, choices = [] } = setting
  const known = name === 'stopIds' ? device?.stopIds.join(', ') : device?.settings[name]
  const value = known === undefined || known === null ? '' : String(known)
  const input =
    type === 'choice'
      ? element(
          'select',
          {},
          choices.map(([choice, title]) =>
            element('option', { value: choice, selected: choice === value }, title),
          ),
        )
      : element('input', { type: type === 'number' ? 'number' : 'text', step: 'any', value })
  return createFormField({
    input,
    path: name === 'stopIds' ? name : `settings.${name}`,
    label,
    ...(hint !== undefined && { hint }),
  })
}

function readSetting({ type }: SettingField, text: string): string | number | null {
  return type === 'number' ? readNumber(text) : text.trim() || null
}

function readNumber(text: string): number | null {
  return text.trim() === '' ? null : Number(text)
}
