/** The formats of mail storage. Sources: src/lib-storage/index/maildir, mbox, dbox-multi. */

import { bool, oneOf, size, str, time } from '../types/define.ts';

export const mailFormatSettings = {
  maildir_broken_filename_sizes: bool('no'),
  maildir_copy_with_hardlinks: bool('yes'),
  maildir_empty_new: bool('no'),
  maildir_stat_dirs: bool('no'),
  maildir_very_dirty_syncs: bool('no'),
  mbox_dirty_syncs: bool('yes'),
  mbox_dotlock_change_timeout: time('2 mins'),
  mbox_lazy_writes: bool('yes'),
  mbox_lock_timeout: time('5 mins'),
  mbox_md5: oneOf('apop3d', 'all'),
  mbox_min_index_size: size('0'),
  mbox_read_locks: str('fcntl'),
  mbox_very_dirty_syncs: bool('no'),
  mbox_write_locks: str('fcntl dotlock'),
  mdbox_preallocate_space: bool('no'),
  mdbox_rotate_interval: time('0'),
  mdbox_rotate_size: size('10 M'),
} as const;
