// A local web server for one page: serves folders, and passes bytes between Node and the page as plain HTTP bodies,
// which is far cheaper than JSON through the browser's debugging protocol.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

// Cross-origin isolation gives the page a clock of 5 microseconds instead of 100.
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * Listens on 127.0.0.1, at a port the system chooses.
 * `folders` maps URL prefixes ('/wasm/') to folders, longest prefix first; `isIsolated` says whether pages are isolated,
 * and `before(path)` may hold a file back.
 * Returns { origin, give(bytes) -> url to GET once, expect() -> { url to POST to, take() -> Buffer }, close() }.
 */
export async function startServer(folders, { isIsolated = true, before } = {}) {
  const headers = isIsolated ? ISOLATION : {};
  const given = new Map();
  const received = new Map();
  let next = 0;

  const respond = async (request, response) => {
    const { pathname } = new URL(request.url, 'http://127.0.0.1');
    if (request.method === 'POST') {
      received.set(pathname, await readBody(request));
      return response.writeHead(204, headers).end();
    }
    if (given.has(pathname)) {
      const bytes = given.get(pathname);
      given.delete(pathname);
      return response.writeHead(200, { ...headers, 'Content-Length': bytes.byteLength }).end(bytes);
    }
    await before?.(pathname);
    const prefix = Object.keys(folders).find((candidate) => pathname.startsWith(candidate));
    const path = prefix && normalize(join(folders[prefix], pathname.slice(prefix.length)));
    const body = path?.startsWith(folders[prefix])
      ? await readFile(path).catch(() => undefined)
      : undefined;
    if (!body) return response.writeHead(404, headers).end();
    const type = TYPES[extname(path)] ?? 'application/octet-stream';
    return response.writeHead(200, { ...headers, 'Content-Type': type }).end(body);
  };

  const server = createServer((request, response) => {
    respond(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });

  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    give(bytes) {
      const url = `/bytes/${next++}`;
      given.set(url, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
      return url;
    },
    expect() {
      const url = `/bytes/${next++}`;
      const take = () => {
        const body = received.get(url);
        received.delete(url);
        return body;
      };
      return { url, take };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
