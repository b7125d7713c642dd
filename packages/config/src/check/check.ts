/**
 * What no single line can get wrong: settings that do not fit one another. Each check speaks for one of Dovecot's
 * settings modules and returns its first error, in Dovecot's words, or undefined.
 */
import type { Section } from '../layer/section.ts';
import type { PassdbSettings, UserdbSettings } from '../sections/passdb.ts';
import type { ServiceSettings } from '../sections/service.ts';
import type { ExporterSettings, MetricSettings } from '../sections/statistics.ts';
import type { Settings } from '../settings/table.ts';
import type { Source } from '../source.ts';
import { exportersOf, metricsOf, passdbsOf, servicesOf, settingsOf, userdbsOf } from '../view.ts';
import { checkAuth } from './auth.ts';
import { checkDoveadm, checkMailClients, checkMailStorage, checkWords } from './programs.ts';
import { checkServices } from './services.ts';
import { checkStatistics } from './statistics.ts';
import { checkCommon, checkTls } from './tls.ts';

/** Everything a check may look at. */
export type Checked = {
  readonly root: Section;
  readonly settings: Settings;
  readonly passdbs: readonly PassdbSettings[];
  readonly userdbs: readonly UserdbSettings[];
  readonly services: readonly ServiceSettings[];
  readonly metrics: readonly MetricSettings[];
  readonly exporters: readonly ExporterSettings[];
  readonly source: Pick<Source, 'userExists'>;
  readonly warn: (text: string) => void;
};

const tooLowExpire = ({ settings }: Checked): string | undefined =>
  settings.director_user_expire < 10 ? 'director_user_expire is too low' : undefined;

/** In the order in which doveconf reports them. */
const checks: readonly ((checked: Checked) => string | undefined)[] = [
  checkCommon,
  checkTls,
  checkAuth,
  tooLowExpire,
  checkDoveadm,
  checkWords('imap_client_workarounds'),
  checkMailClients('imapc'),
  checkWords('lmtp_client_workarounds'),
  checkMailStorage,
  checkServices,
  checkWords('pop3_client_workarounds'),
  checkMailClients('pop3c'),
  checkStatistics,
  checkWords('submission_client_workarounds'),
];

/** All errors of a merged configuration, one a module. */
export const checkAll = (root: Section, source: Checked['source'], warn: Checked['warn']): string[] => {
  const settings = settingsOf(root);
  const checked: Checked = {
    root,
    settings,
    passdbs: passdbsOf(root),
    userdbs: userdbsOf(root),
    services: servicesOf(root, settings),
    metrics: metricsOf(root),
    exporters: exportersOf(root),
    source,
    warn,
  };
  return checks.map((check) => check(checked)).filter((error) => error !== undefined);
};
