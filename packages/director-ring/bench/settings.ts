import type { DirectorSettings } from '../src/index.ts';
import { testSettings } from '../src/testing/start.ts';

export const benchSettings: DirectorSettings = {
  ...testSettings,
  director_mail_servers: '10.2.0.11-10.2.0.20',
  director_user_expire: 900,
};
