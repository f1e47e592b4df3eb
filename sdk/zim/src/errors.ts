import { ZIMErrorCode } from './codes.js';
import type { ZIMError } from './types/user.js';

/** Fault is what our promises reject with: a ZIMError that also has a stack. */
export class Fault extends Error implements ZIMError {
  readonly code: ZIMErrorCode;

  constructor(code: ZIMErrorCode, message: string) {
    super(message);
    this.name = 'ZIMError';
    this.code = code;
  }
}

export function notLogged(): Fault {
  return new Fault(ZIMErrorCode.NetworkModuleUserIsNotLogged, 'log in first');
}

export function invalid(what: string): Fault {
  return new Fault(ZIMErrorCode.CommonModuleParamsInvalid, what);
}

export function unsupported(method: string): Fault {
  return new Fault(ZIMErrorCode.CommonModuleUnsupportedRequest, `${method} is not offered by this server yet`);
}

/** asFault makes a Fault of whatever was thrown. */
export function asFault(reason: unknown): Fault {
  if (reason instanceof Fault) return reason;
  return new Fault(ZIMErrorCode.Failed, reason instanceof Error ? reason.message : String(reason));
}
