import { type Endpoint, transfer, wrap } from 'comlink';
import { type Outcome, unwrap } from './core.js';
import { invalidInput, WebQuantError } from './errors.js';
import type { Progress } from './steps.js';
import type { Guarded, Host, Sent } from './worker-host.js';
import { type NodeWorker, nodeEndpoint, workerOptions, workerThreads } from './worker-node.js';
import type { CallOptions, LongCallOptions } from './worker-options.js';

/** A script that runs elsewhere. */
interface Script {
  endpoint: Endpoint;
  /** Whether the process waits for it. */
  hold(keep: boolean): void;
  stop(): void;
}

type Arguments<Name extends keyof Host> = Sent<Parameters<Host[Name]>>;
type Answer<Name extends keyof Host> = Awaited<ReturnType<Host[Name]>>;

/** The way to a worker and back. When the worker stops, everything that waits for it is told. */
export class Connection {
  readonly #script: Script;
  readonly #remote: Guarded;
  readonly #waiting = new Set<(reason: unknown) => void>();
  readonly #forgotten = new FinalizationRegistry<number>((id) => void this.release(id));
  #ended: WebQuantError | undefined;

  private constructor(start: (onCrash: (cause: unknown) => void) => Script) {
    this.#script = start((cause) => {
      const message = `the worker has stopped (${cause instanceof Error ? cause.message : cause}); load another one`;
      this.close(new WebQuantError('internal', 'worker', message, { cause }));
    });
    this.#remote = wrap(this.#script.endpoint) as unknown as Guarded;
  }

  static async open(): Promise<Connection> {
    if (typeof Worker === 'function') return new Connection(startInBrowser);
    const { Worker: NodeWorker } = await workerThreads();
    return new Connection((onCrash) => {
      const script = new URL('./worker-thread.js', import.meta.url);
      return startInNode(new NodeWorker(script, workerOptions()), onCrash);
    });
  }

  /** Calls a method of the host; with `transfer` the buffers of all arguments are moved. */
  call<Name extends keyof Host>(
    name: Name,
    args: Arguments<Name>,
    { signal, transfer: isMoved = false }: CallOptions = {},
  ): Promise<Answer<Name>> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      if (signal?.aborted) return reject(signal.reason);
      const settle = (): void => {
        this.#waiting.delete(reject);
        signal?.removeEventListener('abort', abort);
        if (this.#waiting.size === 0) this.#script.hold(false);
      };
      const abort = (): void => {
        settle();
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort);
      this.#waiting.add(reject);
      this.#script.hold(true);
      const send = this.#remote[name] as (...args: unknown[]) => Promise<Outcome<Answer<Name>>>;
      send(...args.map((value) => portable(value, isMoved)))
        .then((outcome) => resolve(unwrap(() => outcome)))
        .catch((error) => reject(cannotBeSent(error) ? invalidInput(name, error.message) : error))
        .finally(settle);
    });
  }

  /** Goes through a call of many steps, which the host has begun. */
  async long<Result>(
    begun: Promise<number>,
    { signal, onProgress }: LongCallOptions,
  ): Promise<Result> {
    const id = await begun;
    try {
      for (;;) {
        const step = await this.call('advance', [id], signal ? { signal } : {});
        if (!step.progress) return step.result as Result;
        const { done, total, label }: Progress = step.progress;
        onProgress?.(done, total, label);
      }
    } finally {
      void this.release(id);
    }
  }

  /** Frees an object of the host when its stand-in here is forgotten. */
  watch(standIn: object, id: number): void {
    this.#forgotten.register(standIn, id, standIn);
  }

  unwatch(standIn: object): void {
    this.#forgotten.unregister(standIn);
  }

  async release(id: number): Promise<void> {
    await this.call('release', [id]).catch(() => {}); // with the worker everything is gone anyway
  }

  /** Stops the worker; what waits for it and what comes later is rejected. */
  close(reason: WebQuantError): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#script.stop();
    for (const reject of [...this.#waiting]) reject(reason);
    this.#waiting.clear();
  }
}

function startInBrowser(onCrash: (cause: unknown) => void): Script {
  // Written so that bundlers find the script.
  const worker = new Worker(new URL('./worker-thread.js', import.meta.url), { type: 'module' });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    onCrash(event.message || 'its script cannot be loaded');
  });
  worker.addEventListener('messageerror', () => onCrash('a message cannot be read'));
  return { endpoint: worker, hold: () => {}, stop: () => worker.terminate() };
}

function startInNode(worker: NodeWorker, onCrash: (cause: unknown) => void): Script {
  const { on } = worker as unknown as {
    on(event: string, listener: (cause: unknown) => void): void;
  };
  on.call(worker, 'error', onCrash);
  on.call(worker, 'exit', (code) => onCrash(`exit code ${code}`));
  return {
    endpoint: nodeEndpoint(worker),
    hold: (keep) => (keep ? worker.ref() : worker.unref()),
    stop: () => void worker.terminate(),
  };
}

/**
 * A value as it is sent: a view of a part of its buffer as an array of its own, so that not the whole buffer goes along; with `isMoved`
 * the buffers of the others, and of the arrays in a record or list, go instead of being copied.
 */
function portable(value: unknown, isMoved: boolean): unknown {
  if (ArrayBuffer.isView(value)) {
    const view = value as Uint8Array;
    if (view.byteLength < view.buffer.byteLength) return view.slice();
    return isMoved ? transfer(view, [view.buffer]) : view;
  }
  if (!isMoved || typeof value !== 'object' || value === null) return value;
  if (value instanceof ArrayBuffer) return transfer(value, [value]);
  if ('close' in value) return transfer(value, [value as unknown as Transferable]);
  const buffers = Object.values(value).flatMap((it) => (ArrayBuffer.isView(it) ? [it.buffer] : []));
  return transfer(value, [...new Set(buffers)]);
}

const cannotBeSent = (error: unknown): error is DOMException =>
  (error as DOMException | undefined)?.name === 'DataCloneError';
