// What somebody proves himself with when he signs: his password and a code, a file with his electronic signature, or both.

/** So large a file may be. */
export const MOST = 8 << 20;

/** A file's bytes as base64. */
export function base64(file: File): Promise<string> {
  return new Promise((read, failed) => {
    const reader = new FileReader();
    reader.onload = () => read(String(reader.result).split(",")[1] ?? "");
    reader.onerror = () => failed(reader.error ?? new Error(file.name));
    reader.readAsDataURL(file);
  });
}

export class Proof {
  password = $state("");
  code = $state("");
  files = $state<FileList>();

  get file(): File | undefined {
    return this.files?.[0];
  }

  /** What goes out; null if the file is too large. */
  async body(): Promise<{ password?: string; code?: string; cms?: string } | null> {
    const { password, code, file } = this;
    if (file && file.size > MOST) return null;
    return { ...(password && { password }), ...(code && { code }), ...(file && { cms: await base64(file) }) };
  }

  forget(): void {
    [this.password, this.code] = ["", ""];
  }
}
