// node --import ./scripts/packed.mjs ...: imports of `webquant` find the package that was packed and installed into build/package, as a user has it,
// and not the sources of the workspace.
import { register } from 'node:module';

register(new URL('packed-resolve.mjs', import.meta.url));
