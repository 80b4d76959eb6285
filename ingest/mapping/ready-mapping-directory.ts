import type { MappingDirectory } from '../../model/mapping.ts'
import { READY_MAPPINGS } from '../../model/mappings/ready-mappings.ts'

const byId = new Map(READY_MAPPINGS.map(({ mapping }) => [mapping.id, mapping]))

/** Only the mappings that Kerbside comes with. */
export const READY_MAPPING_DIRECTORY: MappingDirectory = {
  find: (_, id) => byId.get(id),
  refresh: async () => undefined,
}
