// Hands a file to the user, as a click on a link does.

/** Hands a file to the user. */
export function download(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken hold of it by the next turn at the latest.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
