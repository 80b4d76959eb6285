import { sql } from 'kysely'
import { type Device, type DevicePatch, patchSettings } from '../model/device.ts'
import { recordAudit } from './audit.ts'
import { recordChanged, recordCreated, takeVersions } from './device-changes.ts'
import { type DeviceRow, toDevice, toDeviceRow, toDeviceValues } from './device-row.ts'
import { insertRows } from './insert-rows.ts'
import { listById } from './list-page.ts'
import { refuseTakenEuis } from './refuse-taken-euis.ts'
import type { Registry } from './registry.ts'
import {
  alreadyExists,
  notFound,
  type RegistryContext,
  type RegistryTransaction,
  requireAuthority,
} from './registry-context.ts'
import { createPassword, hashSecret } from './secret.ts'

export function createDeviceRecords(
  context: RegistryContext,
): Pick<
  Registry,
  | 'listDevices'
  | 'findDevice'
  | 'getDevice'
  | 'createDevices'
  | 'updateDevice'
  | 'deleteDevice'
  | 'rotateCredentials'
> {
  const { kysely, transact } = context.database
  return {
    listDevices(authority, page) {
      let query = kysely.selectFrom('devices').selectAll().where('authority', '=', authority)
      if (page.kind !== undefined) query = query.where('kind', '=', page.kind)
      return listById(query, page, toDevice)
    },

    findDevice,

    async getDevice(authority, id) {
      const device = await findDevice(authority, id)
      if (!device) throw notFound('device', id)
      return device
    },

    createDevices(authority, devices, actor) {
      return transact(async (transaction) => {
        const firstVersion = await takeVersions(transaction, devices.length)
        await requireAuthority(transaction, authority)
        const ids = devices.map((device) => device.id)
        await refuseExisting(transaction, authority, ids)
        await refuseTakenEuis(transaction, authority, devices)
        const rows: DeviceRow[] = []
        const created: { device: Device; password: string }[] = []
        for (const device of devices) {
          const password = createPassword()
          const row = toDeviceRow(authority, device, hashSecret(password))
          rows.push(row)
          created.push({ device: toDevice(row), password })
        }
        await insertRows(transaction, 'devices', rows)
        await recordCreated(transaction, context, { authority, ids, firstVersion })
        await recordAudit(
          transaction,
          context,
          created.map(({ device }) => {
            return { authority, actor, action: 'device.create', target: device.id, detail: device }
          }),
        )
        return created
      })
    },

    updateDevice(authority, id, patch, actor) {
      return transact(async (transaction) => {
        const version = await takeVersions(transaction, 1)
        const row = await transaction
          .selectFrom('devices')
          .selectAll()
          .where('authority', '=', authority)
          .where('id', '=', id)
          .executeTakeFirst()
        if (!row) throw notFound('device', id)
        const device = patched(toDevice(row), patch)
        if (patch.settings?.['devEui'] !== undefined) await refuseTakenEuis(transaction, authority, [device])
        const updated = await transaction
          .updateTable('devices')
          .set(toDeviceValues(device))
          .where('authority', '=', authority)
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow()
        await recordChanged(transaction, context, { authority, id, version, isDeleted: false })
        await recordAudit(transaction, context, [
          { authority, actor, action: 'device.update', target: id, detail: patch },
        ])
        return toDevice(updated)
      })
    },

    deleteDevice(authority, id, actor) {
      return transact(async (transaction) => {
        const version = await takeVersions(transaction, 1)
        const { numDeletedRows } = await transaction
          .deleteFrom('devices')
          .where('authority', '=', authority)
          .where('id', '=', id)
          .executeTakeFirstOrThrow()
        if (numDeletedRows === 0n) throw notFound('device', id)
        await recordChanged(transaction, context, { authority, id, version, isDeleted: true })
        await recordAudit(transaction, context, [{ authority, actor, action: 'device.delete', target: id }])
      })
    },

    rotateCredentials(authority, id, actor) {
      return transact(async (transaction) => {
        const version = await takeVersions(transaction, 1)
        const password = createPassword()
        const { numUpdatedRows } = await transaction
          .updateTable('devices')
          .set({ password_hash: hashSecret(password) })
          .where('authority', '=', authority)
          .where('id', '=', id)
          .executeTakeFirstOrThrow()
        if (numUpdatedRows === 0n) throw notFound('device', id)
        await recordChanged(transaction, context, { authority, id, version, isDeleted: false })
        await recordAudit(transaction, context, [
          { authority, actor, action: 'credentials.rotate', target: id },
        ])
        return { password }
      })
    },
  }

  async function findDevice(authority: string, id: string): Promise<Device | undefined> {
    const row = await kysely
      .selectFrom('devices')
      .selectAll()
      .where('authority', '=', authority)
      .where('id', '=', id)
      .executeTakeFirst()
    return row && toDevice(row)
  }

  async function refuseExisting(
    transaction: RegistryTransaction,
    authority: string,
    ids: readonly string[],
  ): Promise<void> {
    const wanted = context.database.rowsOf(JSON.stringify(ids.map((id) => ({ id }))))
    const known = await sql<{ id: string }>`
      select id from devices
      where authority = ${authority} and id in (select item.value->>'id' from ${wanted} as item)`.execute(
      transaction,
    )
    const seen = new Set(known.rows.map((row) => row.id))
    for (const [index, id] of ids.entries()) {
      if (seen.has(id)) throw alreadyExists('device', id, ids.length > 1 ? `${index}.id` : 'id')
      seen.add(id)
    }
  }
}

function patched(device: Device, patch: DevicePatch): Device {
  const { settings, ...fields } = patch
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
  return {
    ...device,
    ...given,
    settings: settings === undefined ? device.settings : patchSettings(device.settings, settings),
  }
}
