import AVFoundation
import UIKit

/// Shows what the camera sees until there is a QR in it, or the worker gives up. The web view of the app gets no camera.
final class QrReader: UIViewController, AVCaptureMetadataOutputObjectsDelegate {
  static var isThere: Bool { AVCaptureDevice.default(for: .video) != nil }

  private let session = AVCaptureSession()
  private let queue = DispatchQueue(label: "kz.kandas.device.qr")
  private var picture: AVCaptureVideoPreviewLayer?
  private var done: ((String?) -> Void)?

  /// `done` is called once: with the text, or nil when the worker gave up.
  init(done: @escaping (String?) -> Void) {
    self.done = done
    super.init(nibName: nil, bundle: nil)
  }

  required init?(coder: NSCoder) { nil }

  override func viewDidLoad() {
    super.viewDidLoad()
    view.backgroundColor = .black
    let close = UIButton(type: .close)
    close.addTarget(self, action: #selector(giveUp), for: .touchUpInside)
    close.translatesAutoresizingMaskIntoConstraints = false
    view.addSubview(close)
    NSLayoutConstraint.activate([
      close.topAnchor.constraint(equalTo: view.safeAreaLayoutGuide.topAnchor, constant: 8),
      close.trailingAnchor.constraint(equalTo: view.safeAreaLayoutGuide.trailingAnchor, constant: -8),
      close.widthAnchor.constraint(equalToConstant: 48),
      close.heightAnchor.constraint(equalToConstant: 48),
    ])
    begin()
  }

  private func begin() {
    let output = AVCaptureMetadataOutput()
    guard let camera = AVCaptureDevice.default(for: .video), let input = try? AVCaptureDeviceInput(device: camera),
      session.canAddInput(input), session.canAddOutput(output)
    else { return }
    session.addInput(input)
    session.addOutput(output)
    output.setMetadataObjectsDelegate(self, queue: .main)
    // Known only once the output belongs to the session.
    guard output.availableMetadataObjectTypes.contains(.qr) else { return }
    output.metadataObjectTypes = [.qr]
    let picture = AVCaptureVideoPreviewLayer(session: session)
    picture.videoGravity = .resizeAspectFill
    view.layer.insertSublayer(picture, at: 0)
    self.picture = picture
    queue.async { self.session.startRunning() }
  }

  override func viewDidLayoutSubviews() {
    super.viewDidLayoutSubviews()
    picture?.frame = view.bounds
  }

  func metadataOutput(
    _ output: AVCaptureMetadataOutput, didOutput objects: [AVMetadataObject], from connection: AVCaptureConnection
  ) {
    let codes = objects.compactMap { ($0 as? AVMetadataMachineReadableCodeObject)?.stringValue }
    if let text = codes.first { end(text) }
  }

  @objc private func giveUp() { end(nil) }

  override func viewDidDisappear(_ animated: Bool) {
    super.viewDidDisappear(animated)
    // Pulled down by the worker.
    end(nil)
  }

  private func end(_ text: String?) {
    guard let done = done else { return }
    self.done = nil
    queue.async { self.session.stopRunning() }
    if presentingViewController != nil, !isBeingDismissed { dismiss(animated: true) }
    done(text)
  }
}
