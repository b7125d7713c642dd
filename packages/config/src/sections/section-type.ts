/**
 * The sections of dovecot.conf and what may stand in each.
 *
 * `nameKey` is the setting that takes the section's name (`service auth {` sets `name`). Sections of a unique type with
 * the same name are merged; of others (passdb, userdb) every block is a new entry.
 */
import type { SettingTable } from '../types/setting.ts';

export type SectionType = {
  readonly nameKey: string | undefined;
  readonly unique: boolean;
  readonly settings: SettingTable;
  readonly sections: { readonly [name: string]: SectionType };
  /** Sections with free keys: plugin, dict. */
  readonly freeSections: readonly string[];
  /** Other names of a setting. */
  readonly aliases: Readonly<Record<string, string>>;
};

type Parts = Partial<SectionType> & { readonly settings: SettingTable };

export const sectionType = (parts: Parts): SectionType => ({
  nameKey: undefined,
  unique: true,
  sections: {},
  freeSections: [],
  aliases: {},
  ...parts,
});
