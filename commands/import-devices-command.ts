import { parseArgs } from 'node:util'
import { createApiClient } from '../device-sim/client/api-client.ts'
import { readCredentials, writeCredentials } from '../device-sim/client/credentials-file.ts'
import type { ProgressListener } from '../device-sim/progress.ts'
import { type ImportCounts, importInventory } from '../inventory/import-inventory.ts'
import type { InventoryFault } from '../inventory/inventory.ts'
import { readInventory } from '../inventory/read-inventory.ts'
import { INVENTORY_FIELDS, type InventoryItem, readItem } from '../inventory/read-item.ts'
import { KINDS, type Kind } from '../model/device.ts'
import { KerbsideError } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'

export interface ImportDevicesParts {
  readonly apiUrl: string
  readonly adminKey: string
  readonly logger: Logger
  readonly signal: AbortSignal
  readonly onProgress: ProgressListener
}

interface ImportResult {
  readonly authority: string
  readonly devices: ImportCounts
  readonly depots: ImportCounts
  readonly tips: ImportCounts
  /** Rows that were not as they should be, with `--skip-bad`. */
  readonly bad: number
  /** By what rows said that they are, those that Kerbside has no use for. */
  readonly skipped: Readonly<Record<string, number>>
  /** The file that has the passwords; null where they are kept nowhere. */
  readonly credentials: string | null
}

/** Of what is wrong with a file, so much is told. */
const FAULTS_SHOWN = 20

/**
 * `kerbside import devices FILE …`: registers what a file lists over the API, or brings it to what the file says. Rejects with
 * a KerbsideError INVALID_FILE that names the rows where some are not as they should be, before anything is changed.
 */
export async function runImportDevicesCommand(
  args: string[],
  { apiUrl, adminKey: key, logger, signal, onProgress }: ImportDevicesParts,
): Promise<ImportResult> {
  const { path, authority, kind, names, credentialsPath, isBadSkipped } = readArguments(args)
  const { rows, faults: unreadable } = await readInventory(path)
  const faults: InventoryFault[] = [...unreadable]
  const items = new Map<string, InventoryItem>()
  const skipped: Record<string, number> = {}
  for (const row of rows) {
    const outcome = readItem(row, { kind, names })
    if ('faults' in outcome) faults.push(...outcome.faults)
    else if ('skipped' in outcome) skipped[outcome.skipped] = (skipped[outcome.skipped] ?? 0) + 1
    else {
      const { item } = outcome
      const earlier = items.get(`${item.type}/${item.body.id}`)
      if (earlier) {
        faults.push({ where: item.where, path: 'id', message: `${item.body.id} is ${earlier.where} already` })
      } else items.set(`${item.type}/${item.body.id}`, item)
    }
  }
  const bad = new Set(faults.map(({ where }) => where)).size
  if (bad > 0 && !isBadSkipped) throw refuse(path, faults, bad)
  for (const { where, path: field, message } of faults) {
    logger.warn({ where, field }, `not imported: ${message}`)
  }
  if (Object.keys(skipped).length > 0) {
    logger.warn(skipped, `not imported: of these types nothing is; there are ${KINDS.join(', ')}, depot, tip`)
  }
  const api = createApiClient({ apiUrl, key, signal })
  if (!(await api.find(`/authorities/${authority}`))) {
    throw new KerbsideError('NOT_FOUND', `import: there is no authority ${authority}`)
  }
  const keep = await openCredentials(credentialsPath, authority)
  const counts = await importInventory({
    api,
    authority,
    items: [...items.values()],
    onCredentials: keep,
    onProgress,
  })
  if (credentialsPath === undefined && counts.devices.created > 0) {
    logger.warn(
      { devices: counts.devices.created },
      'their passwords are kept nowhere: POST …/devices/ID/credentials gives a device a new one',
    )
  }
  return { authority, ...counts, bad, skipped, credentials: credentialsPath ?? null }
}

function readArguments(args: string[]): {
  path: string
  authority: string
  kind: Kind
  names: Record<string, string>
  credentialsPath: string | undefined
  isBadSkipped: boolean
} {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      authority: { type: 'string' },
      kind: { type: 'string', default: 'bin' },
      credentials: { type: 'string' },
      map: { type: 'string', multiple: true, default: [] },
      'skip-bad': { type: 'boolean', default: false },
    },
  })
  const [path, ...more] = positionals
  const { authority } = values
  if (path === undefined || more.length > 0 || authority === undefined) {
    throw new KerbsideError('INVALID_REQUEST', 'import devices: one FILE and --authority ID are expected')
  }
  const kind = KINDS.find((each) => each === values.kind)
  if (!kind) {
    throw new KerbsideError('INVALID_REQUEST', `--kind: ${values.kind} is none of ${KINDS.join(', ')}`)
  }
  return {
    path,
    authority,
    kind,
    names: Object.fromEntries(values.map.map(readMapping)),
    credentialsPath: values.credentials,
    isBadSkipped: values['skip-bad'],
  }
}

function readMapping(mapping: string): [string, string] {
  const [field = '', ...name] = mapping.split('=')
  if (name.length > 0 && INVENTORY_FIELDS.includes(field)) return [field, name.join('=')]
  throw new KerbsideError(
    'INVALID_REQUEST',
    `--map: ${mapping} is no FIELD=PROPERTY with a FIELD of ${INVENTORY_FIELDS.join(', ')}`,
  )
}

function refuse(path: string, faults: readonly InventoryFault[], bad: number): KerbsideError {
  const lines = faults.slice(0, FAULTS_SHOWN).map(({ where, path: field, message }) => {
    return `  ${where}, ${field}: ${message}`
  })
  const more = faults.length - lines.length
  return new KerbsideError(
    'INVALID_FILE',
    [
      `${path}: nothing was imported, as ${bad} ${bad === 1 ? 'row is' : 'rows are'} not as they should be (--skip-bad leaves them out):`,
      ...lines,
      ...(more > 0 ? [`  and ${more} more`] : []),
    ].join('\n'),
    { faults: faults.map(({ where, path: field, message }) => ({ path: `${where}.${field}`, message })) },
  )
}

/** Adds passwords to the file as devices get them, so that none is lost where the import breaks off. */
async function openCredentials(path: string | undefined, authority: string) {
  const kept = path === undefined ? new Map() : await readCredentials(path)
  const other = [...kept.values()].find(({ username }) => !username.startsWith(`${authority}/`))
  if (other) {
    throw new KerbsideError(
      'INVALID_FILE',
      `--credentials: ${path} has those of ${other.username}: take another file`,
    )
  }
  // A folder that cannot be written to is told of before there are passwords to lose.
  if (path !== undefined) await writeCredentials(path, kept)
  return async (added: ReadonlyMap<string, { username: string; password: string }>): Promise<void> => {
    if (path === undefined) return
    for (const [id, credentials] of added) kept.set(id, credentials)
    await writeCredentials(path, kept)
  }
}
