/** The warnings that come with settings of older versions. */
import { warning } from '../../note.ts';
import type { Frame, Loading } from '../loading.ts';

export const noteObsolete = (loading: Loading, text: string): void => {
  const { old, input, notes } = loading;
  if (!old.isNoteGiven) {
    old.isNoteGiven = true;
    notes.push(warning('NOTE: You can get a new clean config file with: doveconf -Pn > dovecot-new.conf'));
  }
  notes.push(warning(`Obsolete setting in ${input.path}:${input.line}: ${text}`));
};

/** Services are set globally, whatever filter the old setting stands in. */
export const globally = (loading: Loading, act: () => void): void => {
  const inner = loading.frame;
  let top: Frame = inner;
  while (top.outer !== undefined) top = top.outer;
  loading.frame = top;
  try {
    act();
  } finally {
    loading.frame = inner;
  }
};
