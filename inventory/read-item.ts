import type { z } from 'zod'
import { KINDS, type Kind, newDeviceSchema, settingsSchema } from '../model/device.ts'
import { depotSchema, tipSchema } from '../model/site.ts'
import type { InventoryFault, InventoryRow } from './inventory.ts'

/** What a row is, as it is sent to the API: only what the file says. */
export interface InventoryItem {
  readonly where: string
  readonly type: 'devices' | 'depots' | 'tips'
  readonly body: { readonly id: string } & Readonly<Record<string, unknown>>
}

export interface ReadItemOptions {
  /** Of rows that do not say what they are. */
  readonly kind: Kind
  /** By the contract's name of a field, the file's own; what is not in it is named as in the contract. */
  readonly names: Readonly<Record<string, string>>
}

type Outcome =
  | { readonly item: InventoryItem }
  | { readonly faults: readonly InventoryFault[] }
  /** It says that it is something that Kerbside has no use for. */
  | { readonly skipped: string }

const DEVICE_FIELDS = newDeviceSchema.shape
const SETTINGS = settingsSchema.shape
const SITE_TYPES = { depot: 'depots', depots: 'depots', tip: 'tips', tips: 'tips' } as const
const SITE_SCHEMAS = { depots: depotSchema, tips: tipSchema } as const
/** Where a file has no column of a field's own name. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  kind: ['type'],
  name: ['title', 'address'],
}

/** What the contract calls the fields that a list may have. */
export const INVENTORY_FIELDS: readonly string[] = [
  ...new Set([DEVICE_FIELDS, SETTINGS, depotSchema.shape, tipSchema.shape].flatMap(Object.keys)),
].filter((field) => field !== 'settings')

/**
 * A device, depot or tip from a row: `kind` or `type` says which of them, and otherwise it is a device of the kind that was
 * asked for. Text is taken as a number or, parted by `|`, as a list where the field is one.
 */
export function readItem({ where, values }: InventoryRow, { kind, names }: ReadItemOptions): Outcome {
  const readField = (field: string): unknown => {
    const name = names[field]
    if (name !== undefined) return values[name]
    return [field, ...(OTHER_NAMES[field] ?? [])]
      .map((other) => values[other])
      .find((value) => value !== undefined)
  }
  const said = String(readField('kind') ?? kind)
  const type = findType(said)
  if (!type) return { skipped: said }
  const collect = (shape: Readonly<Record<string, z.ZodType>>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(shape).flatMap(([field, schema]) => {
        const value = readField(field)
        return value === undefined ? [] : [[field, fitTo(schema, value)]]
      }),
    )
  if (type === 'devices') {
    const { settings: _, ...fields } = DEVICE_FIELDS
    const settings = collect(SETTINGS)
    return check(where, newDeviceSchema, type, { ...collect(fields), kind: said, settings })
  }
  const body = collect(SITE_SCHEMAS[type].shape)
  return check(where, SITE_SCHEMAS[type], type, { name: body['id'], ...body })
}

function findType(said: string): InventoryItem['type'] | undefined {
  if ((KINDS as readonly string[]).includes(said)) return 'devices'
  return Object.hasOwn(SITE_TYPES, said) ? SITE_TYPES[said as keyof typeof SITE_TYPES] : undefined
}

/** The first of a value's readings that the field allows; the value itself where it allows none. */
function fitTo(schema: z.ZodType, value: unknown): unknown {
  const readings = [value]
  if (typeof value === 'number') readings.push(String(value))
  if (typeof value === 'string')
    readings.push(
      Number(value),
      value.split('|').map((part) => part.trim()),
    )
  const issueOf = (reading: unknown): string | undefined => schema.safeParse(reading).error?.issues[0]?.code
  const allowed = readings.find((reading) => issueOf(reading) === undefined)
  // A number out of its range is told as such, and not as text.
  return allowed ?? readings.find((reading) => issueOf(reading) !== 'invalid_type') ?? value
}

function check(
  where: string,
  schema: z.ZodType,
  type: InventoryItem['type'],
  body: Record<string, unknown>,
): Outcome {
  const result = schema.safeParse(body)
  if (result.success) return { item: { where, type, body: body as InventoryItem['body'] } }
  return {
    faults: result.error.issues.map(({ path, message }) => {
      const field = path.filter((key) => key !== 'settings').join('.')
      const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)?.[key], body)
      const shown = value === undefined ? 'it is missing' : `${JSON.stringify(value)} is not allowed`
      return { where, path: field, message: `${shown}: ${message}` }
    }),
  }
}
