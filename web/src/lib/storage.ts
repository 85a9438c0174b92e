// What the page keeps on this device, where the browser lets it: the user's own models, in the origin private file system,
// and small settings. A browser may refuse any of it (private windows, blocked site data); then the page goes on without.

/** A setting that was kept; undefined where there is none, or storage is blocked. */
export function keptSetting(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Best effort: where storage is blocked, the setting holds until the page is closed. */
export function keepSetting(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // It will have to be set again.
  }
}

const FOLDER = 'models';

async function folder(create: boolean): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    const root = await navigator.storage.getDirectory();
    return await root.getDirectoryHandle(FOLDER, { create });
  } catch {
    return undefined; // private browsing, or no model was kept yet
  }
}

/** Best effort: without room or permission the model is used all the same. */
export async function keepModel(name: string, model: Blob): Promise<void> {
  try {
    const file = await (await folder(true))?.getFileHandle(name, { create: true });
    const writable = await file?.createWritable();
    await writable?.write(model);
    await writable?.close();
  } catch {
    // It will have to be chosen again.
  }
}

export async function keptModels(): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const name of (await folder(false))?.keys() ?? []) names.push(name);
  } catch {
    return [];
  }
  return names.sort();
}

export async function readKeptModel(name: string): Promise<Blob> {
  const handle = await (await folder(false))?.getFileHandle(name);
  if (!handle) throw new Error(`${name} is not kept here any more.`);
  return handle.getFile();
}

export async function forgetModel(name: string): Promise<void> {
  await (await folder(false))?.removeEntry(name).catch(() => {});
}
