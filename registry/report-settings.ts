import { mergePatch } from '../model/merge-patch.ts'
import { DEFAULT_REPORT_SETTINGS, reportSettingsSchema } from '../model/report-settings.ts'
import { recordAudit } from './audit.ts'
import type { Registry } from './registry.ts'
import { lockAuthority, type RegistryContext } from './registry-context.ts'

export function createReportSettingRecords(
  context: RegistryContext,
): Pick<Registry, 'getReportSettings' | 'updateReportSettings'> {
  const { kysely, transact } = context.database
  return {
    async getReportSettings(authority) {
      const row = await kysely
        .selectFrom('report_settings')
        .select('document')
        .where('authority', '=', authority)
        .executeTakeFirst()
      return row ? reportSettingsSchema.parse(JSON.parse(row.document)) : DEFAULT_REPORT_SETTINGS
    },

    updateReportSettings(authority, patch, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const before = await transaction
          .selectFrom('report_settings')
          .select('document')
          .where('authority', '=', authority)
          .executeTakeFirst()
        const settings = reportSettingsSchema.parse(
          mergePatch(before ? JSON.parse(before.document) : {}, patch),
        )
        const document = JSON.stringify(settings)
        await transaction
          .insertInto('report_settings')
          .values({ authority, document })
          .onConflict((conflict) => conflict.column('authority').doUpdateSet({ document }))
          .execute()
        await recordAudit(transaction, context, [
          { authority, actor, action: 'report_settings.update', target: authority, detail: settings },
        ])
        return settings
      })
    },
  }
}
