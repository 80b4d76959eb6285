import type { Device } from './device.ts'
import { nameKind } from './device-things.ts'
import { settingFieldsOf } from './setting-fields.ts'

/** What is registered of a device, in words; settings that the console does not know by name are there as JSON. */
export function listDeviceFacts(device: Device): [name: string, value: string][] {
  const { id, kind, longitude, latitude, uprn, usrn, stopIds, settings } = device
  const known = settingFieldsOf(kind).filter(({ name }) => name !== 'stopIds')
  const names = new Set(known.map(({ name }) => name))
  const facts: (readonly [string, unknown])[] = [
    ['Id', id],
    ['Kind', nameKind(kind)],
    ['Place', longitude === null || latitude === null ? 'not known' : `${longitude}, ${latitude}`],
    ['UPRN', uprn],
    ['USRN', usrn],
    ['Stops', stopIds.length > 0 ? stopIds.join(', ') : null],
    ...known.map(({ name, label }) => [label, settings[name]] as const),
    ...Object.entries(settings)
      .filter(([name]) => !names.has(name))
      .map(([name, value]) => [name, JSON.stringify(value)] as const),
  ]
  return facts.flatMap(([name, value]): [string, string][] =>
    value === null || value === undefined ? [] : [[name, String(value)]],
  )
}
