import { ZIMErrorCode } from './codes.js';
import { ZIMMessageType } from './enums.js';
import { Fault } from './errors.js';

/** Upload is a file on its way to the server. */
export interface Upload {
  /** Resolves to the media fields of the message. */
  done: Promise<object>;
  cancel(): void;
}

interface Place {
  fileUID: string;
  method: string;
  url: string;
  headers: Record<string, string>;
}

type Ask = (method: string, params: object) => Promise<unknown>;

/** upload asks the server for a place and puts the file there, saying how far it is. */
export function upload(
  ask: Ask,
  type: ZIMMessageType,
  file: File,
  progress: (done: number, total: number) => void,
): Upload {
  const xhr = new XMLHttpRequest();
  let cancelled = false;
  const run = async (): Promise<object> => {
    const place = (await ask('$/upload', {
      type,
      fileName: file.name ?? '',
      fileSize: file.size,
      mime: file.type,
    })) as Place;
    if (cancelled) throw failed('cancelled');
    const stored = await put(xhr, place, file, progress);
    return { fileName: file.name ?? '', fileSize: file.size, ...stored };
  };
  return {
    done: run(),
    cancel() {
      cancelled = true;
      xhr.abort();
    },
  };
}

function put(xhr: XMLHttpRequest, place: Place, file: File, progress: (done: number, total: number) => void): Promise<object> {
  return new Promise((resolve, reject) => {
    xhr.open(place.method, place.url);
    for (const [name, value] of Object.entries(place.headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = (e) => progress(e.loaded, file.size);
    xhr.onabort = () => reject(failed('cancelled'));
    xhr.onerror = () => reject(new Fault(ZIMErrorCode.MessageModuleFileConnectError, 'the file server cannot be reached'));
    xhr.onload = () => {
      if (xhr.status === 413) {
        reject(new Fault(ZIMErrorCode.MessageModuleFileSizeInvalid, 'the file is too large'));
      } else if (xhr.status < 200 || xhr.status > 299) {
        reject(new Fault(ZIMErrorCode.MessageModuleFileHttpError, `the file server answered ${xhr.status}`));
      } else {
        try {
          resolve(JSON.parse(xhr.responseText) as object);
        } catch {
          reject(new Fault(ZIMErrorCode.MessageModuleFileServerError, 'the file server answered no JSON'));
        }
      }
    };
    xhr.send(file);
  });
}

function failed(why: string): Fault {
  return new Fault(ZIMErrorCode.MessageModuleFileError, why);
}
