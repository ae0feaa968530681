// What a phone's camera sees: QR codes as a film that Chromium shows in place of its camera, and as a picture.
import { writeFileSync } from "node:fs";
import encodeQR from "qr";

const [WIDTH, HEIGHT] = [640, 480];
/** Pictures a second of the film, and how long each code is held up. */
const RATE = 10;
const SECONDS = 3;

/** The light of one picture: the code in the middle, black on grey as on a supervisor's screen. */
function light(text: string): Buffer {
  const code = encodeQR(text, "raw", { border: 4 });
  const scale = Math.floor(Math.min(WIDTH, HEIGHT) / code.length);
  const [left, top] = [WIDTH - code.length * scale, HEIGHT - code.length * scale].map((rest) => rest >> 1) as [number, number];
  const plane = Buffer.alloc(WIDTH * HEIGHT, 130);
  for (const [row, line] of code.entries()) {
    for (const [column, dark] of line.entries()) {
      for (let y = 0; y < scale; y += 1) {
        const at = (top + row * scale + y) * WIDTH + left + column * scale;
        plane.fill(dark ? 30 : 225, at, at + scale);
      }
    }
  }
  return plane;
}

/** Writes a film that holds one code up after the other, again and again. */
export function film(path: string, ...texts: string[]): string {
  const colour = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  const parts: Uint8Array[] = [Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${RATE}:1 Ip A1:1 C420jpeg\n`)];
  for (const text of texts) {
    const plane = light(text);
    for (let picture = 0; picture < RATE * SECONDS; picture += 1) parts.push(Buffer.from("FRAME\n"), plane, colour);
  }
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

/** The code as a picture file that a browser can read. */
export function picture(path: string, text: string): string {
  writeFileSync(path, encodeQR(text, "gif", { scale: 6, border: 4 }));
  return path;
}
