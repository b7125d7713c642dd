/** The file itself, seen as the outermost section. */
import { settingTable } from '../settings/table.ts';
import { namespaceType } from './mail-storage.ts';
import { passdbType, userdbType } from './passdb.ts';
import { sectionType } from './section-type.ts';
import { serviceType } from './service.ts';
import { exporterType, metricType } from './statistics.ts';

export const rootType = sectionType({
  settings: settingTable,
  sections: {
    event_exporter: exporterType,
    metric: metricType,
    namespace: namespaceType,
    passdb: passdbType,
    service: serviceType,
    userdb: userdbType,
  },
  freeSections: ['dict', 'plugin'],
  aliases: { doveadm_proxy_port: 'doveadm_port', mail: 'mail_location' },
});
