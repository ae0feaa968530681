import AVFoundation
import BackgroundTasks
import CoreLocation
import Foundation
import LocalAuthentication
import Network
import Tauri
import UIKit
import UniformTypeIdentifiers
import UserNotifications
import WebKit

/// Sends what waits (`src-tauri/src/background.rs`).
@_silgen_name("kandas_sync") func kandasSync(_ seconds: UInt32) -> Bool

struct BytesArgs: Decodable {
  let bytes: String
}

struct ShootArgs: Decodable {
  let wanted: String
  let folder: String
  let seconds: Int
}

struct RecogniseArgs: Decodable {
  let reason: String
}

struct ShareArgs: Decodable {
  let path: String
  let mediaType: String
}

struct OpenArgs: Decodable {
  let address: String
}

struct BuzzArgs: Decodable {
  let pattern: [Int]
}

struct LocateArgs: Decodable {
  let channel: Channel
}

/// What an iPhone gives the core: see `src/hardware.rs` and `src/phone.rs`, which call these functions by their names.
class DevicePlugin: Plugin, CLLocationManagerDelegate, UIImagePickerControllerDelegate, UINavigationControllerDelegate,
  UIDocumentPickerDelegate
{
  private static let task = "kz.kandas.field.sync"
  private let monitor = NWPathMonitor()
  private lazy var positions = CLLocationManager()
  private var channel: Channel?
  private var shot: (invoke: Invoke, args: ShootArgs)?
  private var curtain: UIView?

  override init() {
    super.init()
    monitor.start(queue: DispatchQueue(label: "kz.kandas.device.link"))
    // Must have happened before the app has finished launching.
    BGTaskScheduler.shared.register(forTaskWithIdentifier: Self.task, using: DispatchQueue.global()) { task in
      self.schedule()
      task.expirationHandler = { task.setTaskCompleted(success: false) }
      task.setTaskCompleted(success: kandasSync(9 * 60))
    }
    let center = NotificationCenter.default
    center.addObserver(self, selector: #selector(hide), name: UIApplication.willResignActiveNotification, object: nil)
    center.addObserver(self, selector: #selector(show), name: UIApplication.didBecomeActiveNotification, object: nil)
  }

  // -- facts --

  /// In no back-up, readable once the phone was unlocked after its start.
  @objc public func home(_ invoke: Invoke) throws {
    let support = try FileManager.default.url(
      for: .applicationSupportDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
    var home = support.appendingPathComponent("home", isDirectory: true)
    try FileManager.default.createDirectory(
      at: home, withIntermediateDirectories: true,
      attributes: [.protectionKey: FileProtectionType.completeUntilFirstUserAuthentication])
    var values = URLResourceValues()
    values.isExcludedFromBackup = true
    try home.setResourceValues(values)
    invoke.resolve(["home": home.path])
  }

  @objc public func facts(_ invoke: Invoke) throws {
    let path = monitor.currentPath
    let link = path.status != .satisfied ? "none" : path.isExpensive || path.isConstrained ? "metered" : "unmetered"
    let device = UIDevice.current
    invoke.resolve([
      "boot": boot(), "link": link, "name": "\(device.systemName) \(device.systemVersion), \(model())", "offers": offers(),
    ])
  }

  /// `finger` or `face` where the worker has set one up, `reader` where there is a camera.
  private func offers() -> String {
    var words: [String] = []
    let asking = LAContext()
    if asking.canEvaluatePolicy(.deviceOwnerAuthenticationWithBiometrics, error: nil) {
      switch asking.biometryType {
      case .touchID: words.append("finger")
      case .faceID: words.append("face")
      default: break
      }
    }
    if QrReader.isThere { words.append("reader") }
    words.append("buzz")
    words.append("text:\(Int(UIFontMetrics(forTextStyle: .body).scaledValue(for: 100).rounded()))")
    return words.joined(separator: " ")
  }

  private func boot() -> String { system("kern.bootsessionuuid") }
  private func model() -> String { system("hw.machine") }
  private func system(_ name: String) -> String {
    var size = 0
    guard sysctlbyname(name, nil, &size, nil, 0) == 0, size > 0 else { return "" }
    var text = [CChar](repeating: 0, count: size)
    return sysctlbyname(name, &text, &size, nil, 0) == 0 ? String(cString: text) : ""
  }

  // -- keys --

  @objc public func deviceKey(_ invoke: Invoke) throws { answer(invoke) { _ in try Keys.deviceKey() } }
  @objc public func sign(_ invoke: Invoke) throws { answer(invoke, with: Keys.sign) }
  @objc public func wrap(_ invoke: Invoke) throws { answer(invoke, with: Keys.wrap) }
  @objc public func unwrap(_ invoke: Invoke) throws { answer(invoke, with: Keys.unwrap) }
  @objc public func destroyKeys(_ invoke: Invoke) throws {
    answer(invoke) { _ in
      try Keys.destroy()
      return nil
    }
  }

  private func answer(_ invoke: Invoke, with ask: (Data) throws -> Data?) {
    do {
      let args = try invoke.parseArgs(BytesArgs.self)
      guard let bytes = Data(base64Encoded: args.bytes) else { return invoke.reject("this is no base64") }
      struct Answer: Encodable { let bytes: String? }
      invoke.resolve(Answer(bytes: try ask(bytes)?.base64EncodedString()))
    } catch let failure as Keys.Failure {
      invoke.reject(failure.text)
    } catch {
      invoke.reject("\(error)")
    }
  }

  // -- reminders --

  @objc public func askForNotices(_ invoke: Invoke) throws {
    UNUserNotificationCenter.current().requestAuthorization(options: [.alert, .sound]) { _, _ in invoke.resolve() }
  }

  /// Shows `{kind, title, text}` outside of the app, where the worker allows it; one of a kind at a time.
  @objc public func notify(_ invoke: Invoke) throws {
    struct Notice: Decodable { let kind: String, title: String, text: String }
    answer(invoke) { words in
      let told = try JSONDecoder().decode(Notice.self, from: words)
      let content = UNMutableNotificationContent()
      content.title = told.title
      content.body = told.text
      UNUserNotificationCenter.current().add(
        UNNotificationRequest(identifier: told.kind, content: content, trigger: nil))
      return nil
    }
  }

  // -- camera --

  @objc public func shoot(_ invoke: Invoke) throws {
    let args = try invoke.parseArgs(ShootArgs.self)
    DispatchQueue.main.async {
      if args.wanted == "files" {
        let files = UIDocumentPickerViewController(forOpeningContentTypes: [.image, .pdf], asCopy: true)
        files.allowsMultipleSelection = true
        files.delegate = self
        self.shot = (invoke, args)
        self.manager.viewController?.present(files, animated: true)
        return
      }
      guard UIImagePickerController.isSourceTypeAvailable(.camera) else {
        return invoke.reject("this device has no camera", code: "no_camera")
      }
      let camera = UIImagePickerController()
      camera.sourceType = .camera
      let isVideo = args.wanted == "video"
      camera.mediaTypes = [(isVideo ? UTType.movie : UTType.image).identifier]
      if isVideo {
        camera.videoQuality = .typeIFrame1280x720
        camera.videoMaximumDuration = TimeInterval(args.seconds)
      }
      camera.delegate = self
      self.shot = (invoke, args)
      self.manager.viewController?.present(camera, animated: true)
    }
  }

  func imagePickerController(
    _ picker: UIImagePickerController, didFinishPickingMediaWithInfo info: [UIImagePickerController.InfoKey: Any]
  ) {
    picker.dismiss(animated: true)
    guard let (invoke, args) = shot else { return }
    shot = nil
    DispatchQueue.global().async {
      do {
        let folder = URL(fileURLWithPath: args.folder, isDirectory: true)
        let file: URL
        if let film = info[.mediaURL] as? URL {
          file = folder.appendingPathComponent("\(UUID().uuidString).\(film.pathExtension)")
          try FileManager.default.moveItem(at: film, to: file)
        } else {
          // The picker gives pixels, not the camera's file: this JPEG is the first one there is.
          guard let picture = info[.originalImage] as? UIImage, let bytes = picture.jpegData(compressionQuality: 0.9)
          else { return invoke.reject("the camera gave no picture") }
          file = folder.appendingPathComponent("\(UUID().uuidString).jpg")
          try bytes.write(to: file, options: .atomic)
        }
        invoke.resolve(["files": [file.path], "madeNow": true])
      } catch {
        invoke.reject("\(error)")
      }
    }
  }

  func imagePickerControllerDidCancel(_ picker: UIImagePickerController) {
    picker.dismiss(animated: true)
    gaveUp()
  }

  func documentPickerWasCancelled(_ controller: UIDocumentPickerViewController) { gaveUp() }

  func documentPicker(_ controller: UIDocumentPickerViewController, didPickDocumentsAt urls: [URL]) {
    guard let (invoke, args) = shot else { return }
    shot = nil
    DispatchQueue.global().async {
      do {
        let folder = URL(fileURLWithPath: args.folder, isDirectory: true)
        let files = try urls.map { url -> String in
          let to = folder.appendingPathComponent("\(UUID().uuidString)-\(url.lastPathComponent)")
          try FileManager.default.copyItem(at: url, to: to)
          return to.path
        }
        invoke.resolve(["files": files, "madeNow": false])
      } catch {
        invoke.reject("\(error)")
      }
    }
  }

  private func gaveUp() {
    shot?.invoke.resolve(["files": [String](), "madeNow": false])
    shot = nil
  }

  // -- files for other apps --

  /// Lends one file to the app that the worker chooses.
  @objc public func share(_ invoke: Invoke) throws {
    let args = try invoke.parseArgs(ShareArgs.self)
    DispatchQueue.main.async {
      let sheet = UIActivityViewController(activityItems: [URL(fileURLWithPath: args.path)], applicationActivities: nil)
      let screen = self.manager.viewController
      // On an iPad the sheet hangs on something.
      sheet.popoverPresentationController?.sourceView = screen?.view
      screen?.present(sheet, animated: true)
      invoke.resolve()
    }
  }

  // -- other apps --

  /// iOS asks before it calls a number. Everything else goes to the browser.
  @objc public func open(_ invoke: Invoke) throws {
    let args = try invoke.parseArgs(OpenArgs.self)
    guard let address = URL(string: args.address) else { return invoke.reject("this is no address") }
    DispatchQueue.main.async {
      UIApplication.shared.open(address) { opened in
        if opened { invoke.resolve() } else { invoke.reject("no app for this", code: "unsupported") }
      }
    }
  }

  /// iOS plays no patterns without more ado: a long one is a warning, one with a pause a success, a short one a tick.
  @objc public func buzz(_ invoke: Invoke) throws {
    let pattern = try invoke.parseArgs(BuzzArgs.self).pattern
    DispatchQueue.main.async {
      if pattern.count > 1 {
        UINotificationFeedbackGenerator().notificationOccurred(.success)
      } else if pattern.first ?? 0 > 100 {
        UINotificationFeedbackGenerator().notificationOccurred(.warning)
      } else {
        UIImpactFeedbackGenerator(style: .light).impactOccurred()
      }
      invoke.resolve()
    }
  }

  // -- finger or face --

  /// Only says whether it was the worker; the keys do not hang on it, since sending goes on while the screens are locked.
  @objc public func recognise(_ invoke: Invoke) throws {
    let args = try invoke.parseArgs(RecogniseArgs.self)
    let asking = LAContext()
    // No button that asks for the phone's own code: the PIN of the app stands below.
    asking.localizedFallbackTitle = ""
    asking.evaluatePolicy(.deviceOwnerAuthenticationWithBiometrics, localizedReason: args.reason) { was, error in
      switch (error as? LAError)?.code {
      case nil where was: invoke.resolve(["recognised": true])
      case .authenticationFailed, .userCancel, .userFallback, .appCancel, .systemCancel:
        invoke.resolve(["recognised": false])
      default: invoke.reject("\(error.map { "\($0)" } ?? "no answer")", code: "unsupported")
      }
    }
  }

  // -- QR --

  @objc public func scan(_ invoke: Invoke) throws {
    AVCaptureDevice.requestAccess(for: .video) { allowed in
      guard allowed else { return invoke.reject("the camera", code: "not_allowed") }
      DispatchQueue.main.async {
        struct Answer: Encodable { let text: String? }
        let reader = QrReader { text in invoke.resolve(Answer(text: text)) }
        self.manager.viewController?.present(reader, animated: true)
      }
    }
  }

  // -- position --

  @objc public func locate(_ invoke: Invoke) throws {
    let args = try invoke.parseArgs(LocateArgs.self)
    DispatchQueue.main.async {
      self.channel = args.channel
      self.positions.delegate = self
      self.positions.desiredAccuracy = kCLLocationAccuracyBest
      if self.positions.authorizationStatus == .notDetermined {
        self.positions.requestWhenInUseAuthorization()
      } else {
        self.begin()
      }
      invoke.resolve()
    }
  }

  @objc public func stopLocating(_ invoke: Invoke) throws {
    DispatchQueue.main.async {
      self.positions.stopUpdatingLocation()
      self.channel = nil
      invoke.resolve()
    }
  }

  /// Where the system last saw this phone; nobody is asked for a permission.
  @objc public func lastPlace(_ invoke: Invoke) throws {
    DispatchQueue.main.async {
      let allowed = [.authorizedAlways, .authorizedWhenInUse].contains(self.positions.authorizationStatus)
      let fix: Any
      if allowed, let last = self.positions.location { fix = self.news(last) } else { fix = NSNull() }
      invoke.resolve(["fix": fix])
    }
  }

  private func begin() {
    switch positions.authorizationStatus {
    case .authorizedAlways, .authorizedWhenInUse: positions.startUpdatingLocation()
    case .notDetermined: break
    default: trouble("no_permission")
    }
  }

  private func trouble(_ word: String) {
    channel?.send(["news": "trouble", "trouble": word])
  }

  func locationManagerDidChangeAuthorization(_ manager: CLLocationManager) {
    if channel != nil { begin() }
  }

  func locationManager(_ manager: CLLocationManager, didFailWithError error: Error) {
    // `locationUnknown` only says: not yet.
    guard (error as? CLError)?.code == .denied else { return }
    trouble(CLLocationManager.locationServicesEnabled() ? "no_permission" : "switched_off")
  }

  func locationManager(_ manager: CLLocationManager, didUpdateLocations locations: [CLLocation]) {
    for place in locations { channel?.send(news(place)) }
  }

  /// A negative number means that the system does not know.
  private func news(_ place: CLLocation) -> JsonObject {
    let accuracy: Any = place.horizontalAccuracy > 0 ? place.horizontalAccuracy : NSNull()
    let altitude: Any = place.verticalAccuracy > 0 ? place.ellipsoidalAltitude : NSNull()
    var news: JsonObject = [
      "news": "fix", "lat": place.coordinate.latitude, "lon": place.coordinate.longitude, "accuracy": accuracy,
      "altitude": altitude, "provider": "fused", "mock": place.sourceInformation?.isSimulatedBySoftware ?? false,
      "time": Int64(place.timestamp.timeIntervalSince1970 * 1_000),
    ]
    // The system tells when by the wall clock only; how long ago that is, by the clock that counts sleep.
    let ago = -place.timestamp.timeIntervalSinceNow
    var now = timespec()
    if ago >= 0, clock_gettime(CLOCK_MONOTONIC, &now) == 0 {
      news["elapsed"] = max(0, Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000 - Int64(ago * 1_000))
    }
    return news
  }

  // -- background --

  @objc public func scheduleSync(_ invoke: Invoke) throws {
    schedule()
    invoke.resolve()
  }

  private func schedule() {
    let request = BGProcessingTaskRequest(identifier: Self.task)
    request.requiresNetworkConnectivity = true
    // Asked again while one is pending, this takes its place.
    try? BGTaskScheduler.shared.submit(request)
  }

  // -- what the list of recent apps shows --

  @objc private func hide() {
    guard curtain == nil, let window = manager.viewController?.view.window else { return }
    let view = UIView(frame: window.bounds)
    view.backgroundColor = .systemBackground
    window.addSubview(view)
    curtain = view
  }

  @objc private func show() {
    curtain?.removeFromSuperview()
    curtain = nil
  }
}

@_cdecl("init_plugin_kandas_device")
func initPlugin() -> Plugin {
  DevicePlugin()
}
