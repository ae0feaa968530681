// swift-tools-version:5.5
import PackageDescription

let package = Package(
  name: "tauri-plugin-kandas-device",
  platforms: [.iOS(.v15)],
  products: [
    .library(name: "tauri-plugin-kandas-device", type: .static, targets: ["tauri-plugin-kandas-device"])
  ],
  dependencies: [.package(name: "Tauri", path: "./.tauri/tauri-api")],
  targets: [
    .target(
      name: "tauri-plugin-kandas-device",
      dependencies: [.byName(name: "Tauri")],
      path: "Sources")
  ]
)
