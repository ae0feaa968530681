package kz.kandas.device

import android.Manifest
import android.annotation.SuppressLint
import android.app.Activity
import android.content.ActivityNotFoundException
import android.content.ClipData
import android.content.Context
import android.content.Intent
import android.content.pm.PackageManager
import android.location.Location
import android.location.LocationListener
import android.location.LocationManager
import android.net.Uri
import android.os.Build
import android.os.Bundle
import android.os.Looper
import android.os.SystemClock
import android.os.VibrationEffect
import android.os.Vibrator
import android.provider.MediaStore
import android.provider.OpenableColumns
import androidx.activity.result.ActivityResult
import androidx.appcompat.app.AppCompatActivity
import androidx.biometric.BiometricManager.Authenticators
import androidx.biometric.BiometricPrompt
import androidx.core.content.ContextCompat
import androidx.core.content.FileProvider
import androidx.fragment.app.FragmentActivity
import app.tauri.annotation.ActivityCallback
import app.tauri.annotation.Command
import app.tauri.annotation.InvokeArg
import app.tauri.annotation.Permission
import app.tauri.annotation.PermissionCallback
import app.tauri.annotation.TauriPlugin
import app.tauri.plugin.Channel
import app.tauri.plugin.Invoke
import app.tauri.plugin.JSArray
import app.tauri.plugin.JSObject
import app.tauri.plugin.Plugin
import com.journeyapps.barcodescanner.ScanIntentResult
import com.journeyapps.barcodescanner.ScanOptions
import java.io.File
import java.io.IOException
import java.util.UUID
import kotlin.concurrent.thread
import org.json.JSONObject

@InvokeArg
class ShootArgs {
  lateinit var wanted: String
  lateinit var folder: String
  var seconds: Int = 0
}

@InvokeArg
class RecogniseArgs {
  lateinit var reason: String
}

@InvokeArg
class ShareArgs {
  lateinit var path: String
  lateinit var mediaType: String
}

@InvokeArg
class OpenArgs {
  lateinit var address: String
}

@InvokeArg
class BuzzArgs {
  lateinit var pattern: LongArray
}

@InvokeArg
class LocateArgs {
  lateinit var channel: Channel
}

/**
 * What needs the app's screen: camera, position, finger or face, QR. Keys and link are in [Phone]. Position comes from Android itself
 * (LocationManager), never from Google's services.
 */
@TauriPlugin(
  permissions = [
    Permission(strings = [Manifest.permission.CAMERA], alias = "camera"),
    Permission(strings = [Manifest.permission.POST_NOTIFICATIONS], alias = "notices"),
    Permission(
      strings = [Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION],
      alias = "position",
    ),
  ]
)
class DevicePlugin(private val activity: Activity) : Plugin(activity) {
  private val phone = Phone(activity)
  /** Where the camera writes now. If the system ends the app meanwhile, the core finds it in its folder. */
  private var target: File? = null
  private var listeners: List<LocationListener> = emptyList()
  private val positions = activity.getSystemService(Context.LOCATION_SERVICE) as LocationManager

  init {
    Native.attach(phone)
  }

  @Command
  fun home(invoke: Invoke) {
    invoke.resolve(JSObject().apply { put("home", phone.home()) })
  }

  /** Android 13 and later ask the worker; whoever said no is not asked again. */
  @Command
  fun askForNotices(invoke: Invoke) {
    val wanted = Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU && !isAllowed(Manifest.permission.POST_NOTIFICATIONS)
    if (wanted) requestPermissionForAlias("notices", invoke, "noticesAnswered") else invoke.resolve()
  }

  @PermissionCallback
  fun noticesAnswered(invoke: Invoke) = invoke.resolve()

  @Command
  fun scheduleSync(invoke: Invoke) {
    SyncWorker.schedule(activity.applicationContext)
    invoke.resolve()
  }

  // -- camera --

  @Command
  fun shoot(invoke: Invoke) {
    if (invoke.parseArgs(ShootArgs::class.java).wanted == "files") openFiles(invoke)
    else if (isAllowed(Manifest.permission.CAMERA)) openCamera(invoke)
    else requestPermissionForAlias("camera", invoke, "cameraAnswered")
  }

  @PermissionCallback
  fun cameraAnswered(invoke: Invoke) {
    if (isAllowed(Manifest.permission.CAMERA)) openCamera(invoke) else invoke.reject("the camera", "not_allowed")
  }

  private fun openCamera(invoke: Invoke) {
    val args = invoke.parseArgs(ShootArgs::class.java)
    val isVideo = args.wanted == "video"
    val file = File(args.folder, "${UUID.randomUUID()}.${if (isVideo) "mp4" else "jpg"}")
    val place = FileProvider.getUriForFile(activity, "${activity.packageName}.fileprovider", file)
    val camera = Intent(if (isVideo) MediaStore.ACTION_VIDEO_CAPTURE else MediaStore.ACTION_IMAGE_CAPTURE).apply {
      putExtra(MediaStore.EXTRA_OUTPUT, place)
      clipData = ClipData.newRawUri(null, place)
      addFlags(Intent.FLAG_GRANT_WRITE_URI_PERMISSION or Intent.FLAG_GRANT_READ_URI_PERMISSION)
      if (isVideo && args.seconds > 0) putExtra(MediaStore.EXTRA_DURATION_LIMIT, args.seconds)
    }
    if (camera.resolveActivity(activity.packageManager) == null) {
      return invoke.reject("this phone has no camera app", "no_camera")
    }
    target = file
    startActivityForResult(invoke, camera, "taken")
  }

  private fun openFiles(invoke: Invoke) {
    val files = Intent(Intent.ACTION_GET_CONTENT).apply {
      type = "*/*"
      addCategory(Intent.CATEGORY_OPENABLE)
      putExtra(Intent.EXTRA_MIME_TYPES, arrayOf("image/*", "application/pdf"))
      putExtra(Intent.EXTRA_ALLOW_MULTIPLE, true)
    }
    target = null
    startActivityForResult(invoke, files, "taken")
  }

  @ActivityCallback
  fun taken(invoke: Invoke, result: ActivityResult) {
    val args = invoke.parseArgs(ShootArgs::class.java)
    val file = target
    target = null
    val made = file?.takeIf { result.resultCode == Activity.RESULT_OK && it.length() > 0 }
    if (made != null) return answer(invoke, listOf(made), true)
    file?.delete()
    val chosen = if (result.resultCode == Activity.RESULT_OK) uris(result.data) else emptyList()
    // Files of other apps may lie in a cloud: never on the screen's thread.
    thread {
      try {
        answer(invoke, chosen.map { copy(it, File(args.folder)) }, false)
      } catch (error: Exception) {
        invoke.reject(error.javaClass.simpleName)
      }
    }
  }

  private fun answer(invoke: Invoke, files: List<File>, madeNow: Boolean) {
    val paths = JSArray().apply { files.forEach { put(it.path) } }
    invoke.resolve(JSObject().apply {
      put("files", paths)
      put("madeNow", madeNow)
    })
  }

  private fun uris(data: Intent?): List<Uri> {
    val several = data?.clipData ?: return listOfNotNull(data?.data)
    return (0 until several.itemCount).map { several.getItemAt(it).uri }
  }

  private fun copy(from: Uri, folder: File): File {
    val to = File(folder, "${UUID.randomUUID()}-${plainName(from)}")
    val input = activity.contentResolver.openInputStream(from) ?: throw IOException("not readable")
    input.use { source ->
      to.outputStream().use { sink ->
        source.copyTo(sink)
        sink.fd.sync()
      }
    }
    return to
  }

  /** A name that is only a name. */
  private fun plainName(of: Uri): String {
    val name = activity.contentResolver.query(of, arrayOf(OpenableColumns.DISPLAY_NAME), null, null, null)?.use {
      if (it.moveToFirst()) it.getString(0) else null
    }
    val plain = (name ?: "").filter { it.isLetterOrDigit() || it in ".-_ " }
    return plain.takeLast(80).trim('.', ' ').ifEmpty { "file" }
  }

  // -- files for other apps --

  /** Lends one file to the app that the worker chooses. */
  @Command
  fun share(invoke: Invoke) {
    val args = invoke.parseArgs(ShareArgs::class.java)
    val place = FileProvider.getUriForFile(activity, "${activity.packageName}.fileprovider", File(args.path))
    val sending = Intent(Intent.ACTION_SEND).apply {
      type = args.mediaType
      putExtra(Intent.EXTRA_STREAM, place)
      clipData = ClipData.newRawUri(null, place)
      addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION)
    }
    activity.startActivity(Intent.createChooser(sending, null))
    invoke.resolve()
  }

  // -- other apps --

  /** The dialler only shows the number: the worker presses the button. Everything else goes to the browser. */
  @Command
  fun open(invoke: Invoke) {
    val address = Uri.parse(invoke.parseArgs(OpenArgs::class.java).address)
    val action = if (address.scheme == "tel") Intent.ACTION_DIAL else Intent.ACTION_VIEW
    try {
      activity.startActivity(Intent(action, address))
      invoke.resolve()
    } catch (error: ActivityNotFoundException) {
      invoke.reject("no app for this", "unsupported")
    }
  }

  /** Milliseconds on, off, on …: Android's own pattern begins with a wait. */
  @Command
  fun buzz(invoke: Invoke) {
    val pattern = invoke.parseArgs(BuzzArgs::class.java).pattern
    activity.getSystemService(Vibrator::class.java)?.vibrate(VibrationEffect.createWaveform(longArrayOf(0) + pattern, -1))
    invoke.resolve()
  }

  // -- finger or face --

  /** Only says whether it was the worker; the keys do not hang on it, since sending goes on while the screens are locked. */
  @Command
  fun recognise(invoke: Invoke) {
    val args = invoke.parseArgs(RecogniseArgs::class.java)
    val screen = activity as? FragmentActivity ?: return invoke.reject("no screen to ask on", "unsupported")
    val answers = object : BiometricPrompt.AuthenticationCallback() {
      override fun onAuthenticationSucceeded(result: BiometricPrompt.AuthenticationResult) = recognised(invoke, true)
      // A finger that was not known is no end: the system lets the worker try again, and ends by an error.
      override fun onAuthenticationError(code: Int, message: CharSequence) = when (code) {
        BiometricPrompt.ERROR_NEGATIVE_BUTTON,
        BiometricPrompt.ERROR_USER_CANCELED,
        BiometricPrompt.ERROR_CANCELED,
        BiometricPrompt.ERROR_TIMEOUT -> recognised(invoke, false)
        else -> invoke.reject("biometric error $code", "unsupported")
      }
    }
    val asking = BiometricPrompt.PromptInfo.Builder()
      .setTitle(args.reason)
      .setNegativeButtonText(activity.getString(android.R.string.cancel))
      .setAllowedAuthenticators(Authenticators.BIOMETRIC_STRONG)
      .setConfirmationRequired(false)
      .build()
    activity.runOnUiThread {
      BiometricPrompt(screen, ContextCompat.getMainExecutor(activity), answers).authenticate(asking)
    }
  }

  private fun recognised(invoke: Invoke, was: Boolean) = invoke.resolve(JSObject().apply { put("recognised", was) })

  // -- QR --

  /** ZXing's reader, which is a part of this app: the one of Google needs the Play services. */
  @Command
  fun scan(invoke: Invoke) {
    if (isAllowed(Manifest.permission.CAMERA)) openReader(invoke)
    else requestPermissionForAlias("camera", invoke, "readerAnswered")
  }

  @PermissionCallback
  fun readerAnswered(invoke: Invoke) {
    if (isAllowed(Manifest.permission.CAMERA)) openReader(invoke) else invoke.reject("the camera", "not_allowed")
  }

  private fun openReader(invoke: Invoke) {
    val reader = ScanOptions()
      .setDesiredBarcodeFormats(ScanOptions.QR_CODE)
      .setPrompt("")
      .setBeepEnabled(false)
      .setOrientationLocked(false)
      .createScanIntent(activity)
    startActivityForResult(invoke, reader, "scanned")
  }

  @ActivityCallback
  fun scanned(invoke: Invoke, result: ActivityResult) {
    val text = ScanIntentResult.parseActivityResult(result.resultCode, result.data).contents
    invoke.resolve(JSObject().apply { put("text", text ?: JSONObject.NULL) })
  }

  // -- position --

  @Command
  fun locate(invoke: Invoke) {
    if (isAllowed(Manifest.permission.ACCESS_FINE_LOCATION)) listen(invoke)
    else requestPermissionForAlias("position", invoke, "positionAnswered")
  }

  @PermissionCallback
  fun positionAnswered(invoke: Invoke) = listen(invoke)

  @SuppressLint("MissingPermission")
  private fun listen(invoke: Invoke) {
    val channel = invoke.parseArgs(LocateArgs::class.java).channel
    stop()
    // Coarse alone is 3 km and more: it proves nothing.
    if (!isAllowed(Manifest.permission.ACCESS_FINE_LOCATION)) return trouble(invoke, channel, "no_permission")
    val providers = positions.getProviders(true) - LocationManager.PASSIVE_PROVIDER
    if (providers.isEmpty()) return trouble(invoke, channel, "switched_off")
    listeners = providers.map { provider ->
      positions.getLastKnownLocation(provider)?.takeIf { age(it) < FRESH_MS }?.let { channel.send(fix(it)) }
      val listener = object : LocationListener {
        override fun onLocationChanged(location: Location) = channel.send(fix(location))
        // Older systems call these and find no default.
        override fun onProviderEnabled(provider: String) {}
        override fun onProviderDisabled(provider: String) {}
        @Deprecated("called by systems before Android 10")
        override fun onStatusChanged(provider: String?, status: Int, extras: Bundle?) {}
      }
      positions.requestLocationUpdates(provider, 1_000L, 0f, listener, Looper.getMainLooper())
      listener
    }
    invoke.resolve()
  }

  /** Where the system last saw this phone; nobody is asked for a permission. */
  @SuppressLint("MissingPermission")
  @Command
  fun lastPlace(invoke: Invoke) {
    val last = if (!isAllowed(Manifest.permission.ACCESS_FINE_LOCATION)) null
    else positions.getProviders(true).mapNotNull { positions.getLastKnownLocation(it) }.maxByOrNull { it.elapsedRealtimeNanos }
    invoke.resolve(JSObject().apply { put("fix", if (last == null) JSONObject.NULL else fix(last)) })
  }

  private fun trouble(invoke: Invoke, channel: Channel, word: String) {
    channel.send(JSObject().apply {
      put("news", "trouble")
      put("trouble", word)
    })
    invoke.resolve()
  }

  @Command
  fun stopLocating(invoke: Invoke) {
    stop()
    invoke.resolve()
  }

  override fun onDestroy(activity: AppCompatActivity) = stop()

  private fun stop() {
    listeners.forEach { positions.removeUpdates(it) }
    listeners = emptyList()
  }

  private fun age(of: Location): Long = SystemClock.elapsedRealtime() - of.elapsedRealtimeNanos / 1_000_000

  /** What the system does not know is null, never 0. */
  private fun fix(of: Location): JSObject = JSObject().apply {
    put("news", "fix")
    put("lat", of.latitude)
    put("lon", of.longitude)
    put("accuracy", if (of.hasAccuracy()) of.accuracy.toDouble() else JSONObject.NULL)
    put("altitude", if (of.hasAltitude()) of.altitude else JSONObject.NULL)
    put("provider", of.provider ?: "fused")
    @Suppress("DEPRECATION")
    put("mock", if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) of.isMock else of.isFromMockProvider)
    put("time", if (of.time > 0) of.time else JSONObject.NULL)
    put("elapsed", of.elapsedRealtimeNanos / 1_000_000)
  }

  private fun isAllowed(permission: String) =
    ContextCompat.checkSelfPermission(activity, permission) == PackageManager.PERMISSION_GRANTED

  private companion object {
    const val FRESH_MS = 30_000L
  }
}
