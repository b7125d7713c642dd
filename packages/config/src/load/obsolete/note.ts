/** The warnings that come with settings of older versions. */
import type { Frame, Loading } from '../loading.ts';

export const noteObsolete = (loading: Loading, text: string): void => {
  const { old, input, warnings } = loading;
  if (!old.isNoteGiven) {
    old.isNoteGiven = true;
    warnings.push('NOTE: You can get a new clean config file with: doveconf -Pn > dovecot-new.conf');
  }
  warnings.push(`Obsolete setting in ${input.path}:${input.line}: ${text}`);
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
