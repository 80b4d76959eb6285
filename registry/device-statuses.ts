import type { Registry } from './registry.ts'
import type { RegistryContext } from './registry-context.ts'

export function createDeviceStatusRecords({
  database,
}: RegistryContext): Pick<Registry, 'listDeviceStatuses'> {
  return {
    async listDeviceStatuses(authority) {
      const rows = await database.kysely
        .selectFrom('device_statuses')
        .selectAll()
        .where('authority', '=', authority)
        .orderBy('device')
        .execute()
      return rows.map(({ kind, device, is_online, time }) => {
        return { authority, kind, device, isOnline: is_online === 1, time }
      })
    },
  }
}
