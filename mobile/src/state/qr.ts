// Reads a QR from what the camera shows. The reader is loaded when the first picture is there: a phone enrols once.

/** Longest side of the picture that is read, in px: enough for the longest enrolment link, quick on a small phone. */
export const READ_PX = 720;

/** How large a picture of this size is read. */
export function readSize(width: number, height: number): [number, number] {
  const share = Math.min(1, READ_PX / Math.max(width, height, 1));
  return [Math.max(1, Math.round(width * share)), Math.max(1, Math.round(height * share))];
}

/** Whether a text is an enrolment; the core reads it in full. */
export const isEnrolment = (text: string): boolean => /^kandas:\/\/enrol\?/.test(text.trim());

type Source = CanvasImageSource & { width: number; height: number };
let reader: Promise<typeof import("qr/decode.js")> | undefined;

export class Reader {
  private canvas = document.createElement("canvas");

  /** The text of the QR in a picture, or null when there is none that can be read. */
  async read(source: Exclude<Source, HTMLVideoElement> | HTMLVideoElement): Promise<string | null> {
    const [width, height] = source instanceof HTMLVideoElement ? readSize(source.videoWidth, source.videoHeight) : readSize(source.width, source.height);
    const { decodeQR } = await (reader ??= import("qr/decode.js"));
    this.canvas.width = width;
    this.canvas.height = height;
    const context = this.canvas.getContext("2d", { willReadFrequently: true });
    if (!context) return null;
    context.drawImage(source, 0, 0, width, height);
    try {
      return decodeQR(context.getImageData(0, 0, width, height));
    } catch {
      // Most pictures show no QR; the reader says so by throwing.
      return null;
    }
  }
}
