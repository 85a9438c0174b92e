// See packed.mjs: a resolve hook has to be a module of its own.
const folder = new URL('../build/package/', import.meta.url).href;

export function resolve(specifier, context, next) {
  const ours = specifier === 'webquant' || specifier.startsWith('webquant/');
  const inside = context.parentURL?.startsWith(folder);
  return next(
    specifier,
    ours && !inside ? { ...context, parentURL: `${folder}index.mjs` } : context,
  );
}
