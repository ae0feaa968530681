package kz.kandas.device

import android.app.PendingIntent
import android.content.Context
import android.content.pm.PackageManager
import android.net.ConnectivityManager
import android.net.NetworkCapabilities
import android.os.Build
import android.provider.Settings
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import androidx.biometric.BiometricManager
import androidx.biometric.BiometricManager.Authenticators
import androidx.core.app.NotificationChannelCompat
import androidx.core.app.NotificationCompat
import androidx.core.app.NotificationManagerCompat
import java.io.File
import java.math.BigInteger
import java.security.KeyPairGenerator
import java.security.KeyStore
import java.security.PrivateKey
import java.security.ProviderException
import java.security.PublicKey
import java.security.Signature
import java.security.interfaces.ECPublicKey
import java.security.spec.ECGenParameterSpec
import javax.crypto.AEADBadTagException
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec
import kotlin.math.roundToInt
import org.json.JSONObject

/**
 * Keystore, boot and link of this phone; needs no screen. Rust calls every function here that is not private, by its
 * name and signature (`src/android.rs`); a test there compares.
 *
 * Both keys ask for no unlocking: they can be used from the first unlock after a start on, so that sending goes on
 * while the screen is locked.
 */
class Phone(context: Context) {
  private val app: Context = context.applicationContext
  private val keys: KeyStore = KeyStore.getInstance(KEYSTORE).apply { load(null) }

  /** Where everything lies that the app keeps; no back-up takes it (AndroidManifest.xml of the app). */
  fun home(): String = File(app.filesDir, "home").apply { mkdirs() }.path

  /** The public half as an uncompressed point: 04, x, y. */
  @Synchronized
  fun deviceKey(): ByteArray {
    val known: PublicKey? = keys.getCertificate(DEVICE)?.publicKey
    val point = ((known ?: makeDeviceKey()) as ECPublicKey).w
    return byteArrayOf(4) + half(point.affineX) + half(point.affineY)
  }

  /** ECDSA over SHA-256; DER. */
  fun sign(message: ByteArray): ByteArray {
    val key = keys.getKey(DEVICE, null) as PrivateKey
    return Signature.getInstance("SHA256withECDSA").run {
      initSign(key)
      update(message)
      sign()
    }
  }

  /** AES-256-GCM; the 12 bytes that the Keystore draws come first. */
  @Synchronized
  fun wrap(secret: ByteArray): ByteArray {
    val key = keys.getKey(WRAP, null) as SecretKey? ?: makeWrapKey()
    val cipher = Cipher.getInstance(AES).apply { init(Cipher.ENCRYPT_MODE, key) }
    return cipher.iv + cipher.doFinal(secret)
  }

  /** Null when the key it was wrapped with is gone for good; anything else that goes wrong is thrown. */
  fun unwrap(wrapped: ByteArray): ByteArray? {
    val key = keys.getKey(WRAP, null) as SecretKey? ?: return null
    return try {
      val cipher = Cipher.getInstance(AES)
      cipher.init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(128, wrapped, 0, IV))
      cipher.doFinal(wrapped, IV, wrapped.size - IV)
    } catch (_: AEADBadTagException) {
      null
    } catch (_: KeyPermanentlyInvalidatedException) {
      null
    }
  }

  @Synchronized
  fun destroyKeys(): ByteArray? {
    for (alias in listOf(WRAP, DEVICE)) if (keys.containsAlias(alias)) keys.deleteEntry(alias)
    return null
  }

  /** The system counts its starts; empty where it does not. */
  fun boot(): String {
    val count = Settings.Global.getInt(app.contentResolver, Settings.Global.BOOT_COUNT, -1)
    return if (count < 0) "" else "start $count"
  }

  /** `none`, `metered` or `unmetered`. */
  fun link(): String {
    val manager = app.getSystemService(Context.CONNECTIVITY_SERVICE) as ConnectivityManager
    val now = manager.activeNetwork?.let { manager.getNetworkCapabilities(it) }
    return when {
      now == null || !now.hasCapability(NetworkCapabilities.NET_CAPABILITY_INTERNET) -> "none"
      now.hasCapability(NetworkCapabilities.NET_CAPABILITY_NOT_METERED) -> "unmetered"
      else -> "metered"
    }
  }

  /** Model and system. */
  fun name(): String = "Android ${Build.VERSION.RELEASE}, ${Build.MANUFACTURER} ${Build.MODEL}"

  /** `finger` or `face` where the worker has set one up that Android calls strong; `reader` where there is a camera. */
  fun offers(): String {
    fun has(feature: String) = app.packageManager.hasSystemFeature(feature)
    val ready =
      BiometricManager.from(app).canAuthenticate(Authenticators.BIOMETRIC_STRONG) == BiometricManager.BIOMETRIC_SUCCESS
    return listOfNotNull(
      "finger".takeIf { ready && has(PackageManager.FEATURE_FINGERPRINT) },
      "face".takeIf { ready && !has(PackageManager.FEATURE_FINGERPRINT) },
      "reader".takeIf { has(PackageManager.FEATURE_CAMERA_ANY) },
      "buzz",
      "text:${(app.resources.configuration.fontScale * 100).roundToInt()}",
    ).joinToString(" ")
  }

  /** Shows `{kind, title, text}` outside of the app, where the worker allows it; one of a kind at a time. */
  fun notify(words: ByteArray): ByteArray? {
    val told = JSONObject(String(words, Charsets.UTF_8))
    val manager = NotificationManagerCompat.from(app)
    if (!manager.areNotificationsEnabled()) return null
    val channel = NotificationChannelCompat.Builder(REMINDERS, NotificationManagerCompat.IMPORTANCE_DEFAULT)
    manager.createNotificationChannel(channel.setName("Kandas Field").build())
    val open = app.packageManager.getLaunchIntentForPackage(app.packageName)
    val notice = NotificationCompat.Builder(app, REMINDERS)
      .setSmallIcon(R.drawable.kandas_notice)
      .setContentTitle(told.getString("title"))
      .setContentText(told.getString("text"))
      .setStyle(NotificationCompat.BigTextStyle().bigText(told.getString("text")))
      .setAutoCancel(true)
      .setContentIntent(open?.let { PendingIntent.getActivity(app, 0, it, PendingIntent.FLAG_IMMUTABLE) })
      .build()
    try {
      manager.notify(told.getString("kind"), 1, notice)
    } catch (_: SecurityException) {
      // Taken back in this very moment.
    }
    return null
  }

  private fun makeDeviceKey(): PublicKey {
    fun make(strongBox: Boolean): PublicKey {
      val spec = KeyGenParameterSpec.Builder(DEVICE, KeyProperties.PURPOSE_SIGN)
        .setAlgorithmParameterSpec(ECGenParameterSpec("secp256r1"))
        .setDigests(KeyProperties.DIGEST_SHA256)
      if (strongBox && Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) spec.setIsStrongBoxBacked(true)
      val generator = KeyPairGenerator.getInstance(KeyProperties.KEY_ALGORITHM_EC, KEYSTORE)
      generator.initialize(spec.build())
      return generator.generateKeyPair().public
    }
    // A chip of its own where there is one, else the processor's protected part.
    return try {
      make(true)
    } catch (_: ProviderException) {
      make(false)
    }
  }

  private fun makeWrapKey(): SecretKey {
    val purposes = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
    val spec = KeyGenParameterSpec.Builder(WRAP, purposes)
      .setKeySize(256)
      .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
      .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
      .build()
    return KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, KEYSTORE).apply { init(spec) }.generateKey()
  }

  /** 32 bytes, whatever sign and zeros Java puts before. */
  private fun half(number: BigInteger): ByteArray {
    val bytes = number.toByteArray().takeLast(32).toByteArray()
    return ByteArray(32 - bytes.size) + bytes
  }

  private companion object {
    const val REMINDERS = "reminders"
    const val KEYSTORE = "AndroidKeyStore"
    const val DEVICE = "kandas-device"
    const val WRAP = "kandas-wrap"
    const val AES = "AES/GCM/NoPadding"
    const val IV = 12
  }
}
