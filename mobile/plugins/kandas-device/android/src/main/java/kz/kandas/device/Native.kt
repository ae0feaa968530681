package kz.kandas.device

/** What Kotlin asks of Rust: the plugin's `src/android.rs` and the shell's `src/background.rs`. */
internal object Native {
  init {
    System.loadLibrary("kandas_mobile")
  }

  /** Hands the keystore over; the first one serves the whole process. */
  @JvmStatic external fun attach(phone: Phone)

  /** Sends what waits for at most that long. Whether nothing is left that another attempt would help. */
  @JvmStatic external fun sync(home: String, seconds: Int): Boolean
}
