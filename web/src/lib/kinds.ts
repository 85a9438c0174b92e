// The names of what the page deals in. Its state, its texts and its views agree on them.

import type { QuantMode } from 'webquant';

/** A version of the model: the float one, one of a mode, or the one that the search for a target found. */
export type VersionId = 'reference' | QuantMode | 'auto';

/** Where frames come from. */
export type SourceKind = 'camera' | 'video' | 'images' | 'bundled';
