/** As `GET …/found-devices/{devEui}` has it; in the list without its sample. */
export interface FoundDevice {
  readonly devEui: string
  readonly connectionId: string
  readonly network: string
  readonly name: string | null
  readonly suggestedMapping: string | null
  readonly lastTime: string
  readonly uplinks: number
  readonly isIgnored: boolean
  readonly sample?: unknown
}

/** As `GET …/mappings` has it, as far as a choice of one goes. */
export interface MappingChoice {
  readonly id: string
  readonly name: string
  readonly kind: string
}

export const nameFound = ({ name, devEui }: Pick<FoundDevice, 'name' | 'devEui'>): string => name ?? devEui
