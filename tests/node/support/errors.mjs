import assert from 'node:assert/strict';
import { WebQuantError } from 'webquant';

/** Asserts that `action` throws a WebQuantError of this code, whose `where` and `message` match. */
export function assertThrows(action, code, where, message = /./) {
  assert.throws(action, (error) => isError(error, code, where, message));
}

export async function assertRejects(action, code, where, message = /./) {
  await assert.rejects(action, (error) => isError(error, code, where, message));
}

function isError(error, code, where, message) {
  assert.ok(error instanceof WebQuantError, `a WebQuantError, not ${error?.stack}`);
  assert.ok(error instanceof Error);
  assert.equal(error.name, 'WebQuantError');
  assert.equal(error.code, code, error.message);
  if (where instanceof RegExp) assert.match(error.where, where);
  else assert.equal(error.where, where, error.message);
  assert.match(error.message, message);
  return true;
}
