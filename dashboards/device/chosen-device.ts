/** The device that was chosen at the top; its id needs no escaping. */
export const IT = `"device" = '\${device:raw}'`
/** The same, where it is called a vehicle. */
export const VEHICLE = `"vehicle" = '\${device:raw}'`
