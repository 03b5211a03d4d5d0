// swift-tools-version: 6.2
import PackageDescription

let arguments: Target.Dependency = .product(
  name: "ArgumentParser",
  package: "swift-argument-parser"
)
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

// The targets are the architecture: a target imports only what stands above it (`LayerTests` holds it).
let package = Package(
  name: "lathe",
  products: [.executable(name: "lathe", targets: ["lathe"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Pure: values in, values out. No files, clocks, processes or globals.
    .target(name: "Documents", dependencies: [yams]),
    .target(name: "Pipelines", dependencies: ["Documents"]),
    .target(name: "Infrastructure", dependencies: ["Documents"]),
    .target(name: "Terminal"),

    // The outside world, one door each.
    .target(name: "CSystem"),
    .target(name: "Series"),
    .target(
      name: "Store",
      dependencies: ["CSystem", "Documents", "Pipelines", "Series", crypto, grdb, sqlite]
    ),
    .target(
      name: "Engine",
      dependencies: ["CSystem", "Documents", "Infrastructure", "Pipelines", "Series", "Store"]
    ),
    .systemLibrary(name: "CNcurses", providers: [.apt(["libncurses-dev"])]),
    .target(
      name: "TerminalCurses",
      dependencies: ["CNcurses", "CSystem", "Terminal"]
    ),

    // The product.
    .target(name: "Curves", dependencies: ["Series", "Store", "Terminal"]),
    .target(
      name: "Workbench",
      dependencies: [
        "CSystem", "Curves", "Documents", "Engine", "Infrastructure", "Pipelines", "Series",
        "Store",
        "Terminal",
      ]
    ),
    .target(
      name: "Commands",
      dependencies: [
        "Curves", "Documents", "Engine", "Infrastructure", "Pipelines", "Series", "Store",
        "Terminal",
        arguments,
      ]
    ),
    .executableTarget(
      name: "lathe",
      dependencies: ["Commands", "Documents", "Engine", "Store", "TerminalCurses", "Workbench"]
    ),

    .testTarget(name: "DocumentsTests", dependencies: ["Documents"]),
    .testTarget(name: "PipelinesTests", dependencies: ["Documents", "Pipelines"]),
    .testTarget(name: "InfrastructureTests", dependencies: ["Documents", "Infrastructure"]),
    .testTarget(name: "TerminalTests", dependencies: ["Terminal"]),
    .testTarget(name: "SeriesTests", dependencies: ["Series"]),
    .testTarget(name: "StoreTests", dependencies: ["Series", "Store"]),
    .testTarget(
      name: "EngineTests",
      dependencies: ["Documents", "Engine", "Infrastructure", "Pipelines", "Series", "Store"]
    ),
    .testTarget(
      name: "CommandsTests",
      dependencies: [
        "Commands", "Curves", "Documents", "Engine", "Infrastructure", "Pipelines", "Series",
        "Store", "Terminal", arguments,
      ]
    ),
    .testTarget(
      name: "WorkbenchTests",
      dependencies: [
        "Curves", "Documents", "Engine", "Infrastructure", "Pipelines", "Series", "Store",
        "Terminal", "Workbench",
      ]
    ),
    .testTarget(name: "EndToEndTests", dependencies: ["lathe"]),
    .testTarget(name: "LayerTests"),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("InternalImportsByDefault"),
      .enableUpcomingFeature("MemberImportVisibility"),
      .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
      .treatAllWarnings(as: .error),
    ]
}
