// The user's own models, kept in the origin private file system, which only this page on this device can read.

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
