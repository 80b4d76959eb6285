import { countsField, type Reading, ROAD_USERS } from '../model/reading.ts'

/** Who passed, all road users together; undefined where none is counted. */
export function countTraffic(fields: Reading['fields']): number | undefined {
  if (typeof fields['count'] === 'number') return fields['count']
  const counts = ROAD_USERS.flatMap((roadUser) => {
    const count = fields[countsField(roadUser)]
    return typeof count === 'number' ? count : []
  })
  return counts.length > 0 ? counts.reduce((sum, count) => sum + count, 0) : undefined
}
