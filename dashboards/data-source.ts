/** The data source that every panel and alert rule names: Kerbside's InfluxDB, asked in InfluxQL, which versions 1, 2 and 3 speak. */
export const DATA_SOURCE = { type: 'influxdb', uid: 'kerbside' } as const

/** Grafana's provisioning of it. The token comes from Grafana's own environment. */
export function dataSourceProvisioning(): unknown {
  return {
    apiVersion: 1,
    datasources: [
      {
        name: 'Kerbside',
        uid: DATA_SOURCE.uid,
        type: DATA_SOURCE.type,
        access: 'proxy',
        url: 'http://influxdb:8086',
        isDefault: true,
        jsonData: {
          version: 'InfluxQL',
          dbName: 'kerbside',
          httpHeaderName1: 'Authorization',
        },
        secureJsonData: { httpHeaderValue1: 'Token $INFLUXDB_TOKEN' },
      },
    ],
  }
}
