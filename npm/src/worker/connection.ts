// The way from a thread to the worker that it has started, and back. Calls are sent with Comlink; a worker that has stopped is ended, and
// everything that waits for it is told.

import { type Endpoint, transfer, wrap } from 'comlink';
import { foreign, invalidInput, messageOf, WebQuantError, WORKER } from '../api/errors.js';
import type { Progress } from '../api/steps.js';
import { type Answer, errorOf } from './answer.js';
import type { Guarded, Host, Sent } from './host.js';
import { type NodeWorker, nodeEndpoint, workerOptions, workerThreads } from './node.js';
import { type CallOptions, type LongCallOptions, tell } from './options.js';

/** How a worker is started: the addresses of its script are written out where bundlers look for them. */
export interface Starters {
  inBrowser(): Worker;
  inNode(): URL;
}

/** What a script reports by itself. */
interface Events {
  /** The script has stopped, or can do nothing any more. */
  onCrash(cause: unknown): void;
  /** An answer has come that cannot be read, and nobody knows to which call. */
  onGarbled(): void;
}

/** The script of a worker that runs, in a browser or in Node. */
interface Script {
  endpoint: Endpoint;
  /** Says whether the process stays alive for the script. Only Node has this choice. */
  hold(keep: boolean): void;
  stop(): void;
}

type Arguments<Name extends keyof Host> = Sent<Parameters<Host[Name]>>;
type Result<Name extends keyof Host> = Awaited<ReturnType<Host[Name]>>;

/** The way to a worker and back. When the worker stops, it is ended and everything that waits for it is told. */
export class Connection {
  readonly #script: Script;
  readonly #remote: Guarded;
  readonly #waiting = new Set<(reason: unknown) => void>();
  readonly #forgotten = new FinalizationRegistry<number>((id) => void this.release(id));
  #ended: WebQuantError | undefined;

  private constructor(start: (events: Events) => Script) {
    this.#script = start({
      onCrash: (cause) => this.#crash(messageOf(cause), cause),
      onGarbled: () =>
        this.#reject(
          new WebQuantError('internal', 'webquant', 'an answer of the worker cannot be read'),
        ),
    });
    this.#remote = wrap(this.#script.endpoint) as unknown as Guarded;
  }

  /** Starts a worker. Throws `internal` with the place `worker` where that is not possible. */
  static async open({ inBrowser, inNode }: Starters): Promise<Connection> {
    try {
      if (typeof Worker === 'function')
        return new Connection((events) => inBrowserScript(inBrowser(), events));
      const { Worker: NodeWorker } = await workerThreads();
      return new Connection((events) =>
        inNodeScript(new NodeWorker(inNode(), workerOptions()), events),
      );
    } catch (cause) {
      throw foreign(cause, WORKER, 'the worker cannot start: ');
    }
  }

  /** Calls a method of the host; with `transfer` the buffers of all arguments are moved. */
  call<Name extends keyof Host>(
    name: Name,
    args: Arguments<Name>,
    { signal, transfer: isMoved = false }: CallOptions = {},
  ): Promise<Result<Name>> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      if (signal?.aborted) return reject(signal.reason);
      const settle = (): void => {
        this.#waiting.delete(fail);
        signal?.removeEventListener('abort', abort);
        if (this.#waiting.size === 0) this.#script.hold(false);
      };
      const fail = (reason: unknown): void => {
        settle();
        reject(reason);
      };
      const abort = (): void => fail(signal?.reason);
      signal?.addEventListener('abort', abort);
      this.#waiting.add(fail);
      this.#script.hold(true);
      const send = this.#remote[name] as (...args: unknown[]) => Promise<Answer<Result<Name>>>;
      send(...args.map((value) => portable(value, isMoved)))
        .then((answer) => {
          if (!answer.failure) return resolve(answer.value);
          const error = errorOf(answer.failure);
          if (answer.failure.isFatal) this.#crash(error.message, error);
          reject(error);
        })
        .catch((error) =>
          reject(
            cannotBeSent(error) ? invalidInput(name, error.message, error) : foreign(error, name),
          ),
        )
        .finally(settle);
    });
  }

  /** Goes through a call of many steps, which the host has begun. */
  async long<Value>(begun: Promise<number>, call: LongCallOptions): Promise<Value> {
    const id = await begun;
    const { signal } = call;
    try {
      for (;;) {
        const step = await this.call('advance', [id], signal ? { signal } : {});
        if (!step.progress) return step.result as Value;
        const { done, total, label }: Progress = step.progress;
        tell(call, done, total, label);
      }
    } finally {
      void this.release(id);
    }
  }

  /** Frees an object of the host when its stand-in here is forgotten. */
  watch(standIn: object, id: number): void {
    this.#forgotten.register(standIn, id, standIn);
  }

  /** Ends that, for a stand-in whose object is freed already. */
  unwatch(standIn: object): void {
    this.#forgotten.unregister(standIn);
  }

  /** Frees an object of the host. This cannot fail: with the worker its objects are gone anyway. */
  async release(id: number): Promise<void> {
    await this.call('release', [id]).catch(() => {});
  }

  /** Ends the worker; what waits for it and what comes later is rejected. */
  close(reason: WebQuantError): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#script.stop();
    this.#reject(reason);
  }

  /** Ends a worker that has stopped or cannot be trusted any more. What it held goes with it. */
  #crash(reason: string, cause: unknown): void {
    const message = `the worker has stopped (${reason}); load another one`;
    this.close(new WebQuantError('internal', WORKER, message, { cause }));
  }

  #reject(reason: WebQuantError): void {
    for (const fail of [...this.#waiting]) fail(reason);
  }
}

function inBrowserScript(worker: Worker, { onCrash, onGarbled }: Events): Script {
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    onCrash(event.message || 'its script cannot be loaded');
  });
  worker.addEventListener('messageerror', onGarbled);
  return { endpoint: worker, hold: () => {}, stop: () => worker.terminate() };
}

function inNodeScript(worker: NodeWorker, { onCrash, onGarbled }: Events): Script {
  const { on } = worker as unknown as {
    on(event: string, listener: (cause: unknown) => void): void;
  };
  on.call(worker, 'error', onCrash);
  on.call(worker, 'messageerror', onGarbled);
  on.call(worker, 'exit', (code) => onCrash(`exit code ${code}`));
  return {
    endpoint: nodeEndpoint(worker),
    hold: (keep) => (keep ? worker.ref() : worker.unref()),
    stop: () => void worker.terminate(),
  };
}

/**
 * A value as it is sent. A view of a part of a buffer becomes an array of its own, so that the rest of the buffer is not sent with it.
 * With `isMoved` the buffers of other arrays are moved and not copied, also those of the arrays in a record or list.
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

/** Whether a message could not be sent because of what the user has put into it. */
const cannotBeSent = (error: unknown): error is Error =>
  (error as DOMException | undefined)?.name === 'DataCloneError' ||
  (error as { code?: unknown } | undefined)?.code === 'ERR_INVALID_TRANSFER_OBJECT';
