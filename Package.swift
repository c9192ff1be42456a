// swift-tools-version: 6.2
import PackageDescription

/// The rules every module is compiled under; a warning is an error.
let languageRules: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableExperimentalFeature("Lifetimes"),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(
        name: name, dependencies: dependencies,
        swiftSettings: languageRules + [.strictMemorySafety()])
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies,
        swiftSettings: languageRules + [.strictMemorySafety()])
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], hasFixtures: Bool = false
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport"],
        exclude: hasFixtures ? ["Fixtures"] : [], swiftSettings: languageRules)
}

let argumentParser: Target.Dependency = .product(
    name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "churnd",
    products: [
        .executable(name: "churnd", targets: ["churnd"]),
        .executable(name: "churnctl", targets: ["churnctl"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    ],
    targets: [
        .target(name: "CLinux"),
        .systemLibrary(name: "CHiredis"),
        .systemLibrary(name: "COpenSSL"),
        .systemLibrary(name: "CXGBoost"),

        module("Bytes"),
        module("POSIX", ["CLinux"]),
        module("OpenSSL", ["Bytes", "COpenSSL"]),
        module("XGBoost", ["CXGBoost"]),
        module("JSON", ["Bytes"]),
        module("HTTP", ["Bytes"]),
        module("JWT", ["Bytes", "JSON", "OpenSSL"]),
        module("Features", ["Bytes", "JSON"]),
        module("Models", ["Bytes", "Features", "JSON", "OpenSSL", "POSIX"]),
        module("BatchScoring", ["Bytes", "Features", "JSON", "Models"]),
        module("DataCheck", ["Features", "JSON"]),
        module(
            "Training",
            ["Bytes", "DataCheck", "Features", "JSON", "Models", "OpenSSL", "POSIX", "XGBoost"]),
        module(
            "ModelImport",
            ["Bytes", "Features", "JSON", "Models", "OpenSSL", "POSIX", "Training", "XGBoost"]),
        module("Metrics", ["Bytes"]),
        module("AuditLog", ["Bytes", "JSON", "OpenSSL", "POSIX"]),
        module("AuditReading", ["AuditLog", "Bytes", "JSON", "OpenSSL", "POSIX"]),
        module("ModelRegistry", ["Bytes", "Models", "POSIX"]),
        module("OperationsAPI", ["Bytes", "JSON", "JWT", "POSIX"]),
        module("OperationsClient", ["Bytes", "JSON", "OperationsAPI", "POSIX"]),
        module("Reactor", ["POSIX"]),
        module("Redis", ["Bytes", "CHiredis", "POSIX", "Reactor"]),
        module("HTTPServer", ["Bytes", "HTTP", "POSIX", "Reactor"]),
        module("Access", ["Bytes", "Reactor", "Redis"]),
        module(
            "Configuration",
            ["Access", "AuditLog", "Bytes", "OpenSSL", "OperationsAPI", "POSIX", "Redis"]),
        module(
            "Doctor",
            [
                "Access", "AuditLog", "AuditReading", "Bytes", "Configuration", "ModelRegistry",
                "Models", "OpenSSL", "OperationsAPI", "OperationsClient", "POSIX", "Redis",
            ]),
        module(
            "Telemetry",
            [
                "Access", "Bytes", "Features", "HTTP", "HTTPServer", "JSON", "JWT", "Metrics",
                "Models", "OpenSSL", "POSIX", "Redis", logging,
            ]),
        module(
            "PredictionService",
            [
                "Access", "AuditLog", "Bytes", "Configuration", "Features", "HTTP", "HTTPServer",
                "JSON", "JWT", "Metrics", "ModelRegistry", "Models", "OpenSSL", "OperationsAPI",
                "POSIX", "Reactor", "Redis", "Telemetry", logging,
            ]),
        program(
            "churnd",
            [
                "Configuration", "Doctor", "POSIX", "PredictionService", "Telemetry",
                argumentParser,
            ]),
        program(
            "churnctl",
            [
                "Access", "AuditLog", "AuditReading", "BatchScoring", "Bytes", "Configuration",
                "DataCheck", "Doctor", "Features", "JSON", "JWT", "ModelImport", "Models",
                "OpenSSL", "OperationsAPI", "OperationsClient", "POSIX", "Redis", "Training",
                argumentParser,
            ]),

        .target(
            name: "TestSupport", dependencies: ["JSON", "JWT", "OpenSSL", "POSIX", "Reactor"],
            path: "Tests/TestSupport", swiftSettings: languageRules),
        .target(
            name: "ServiceTestSupport",
            dependencies: [
                "Configuration", "HTTP", "JSON", "JWT", "POSIX", "Telemetry", "TestSupport",
            ], path: "Tests/ServiceTestSupport", swiftSettings: languageRules),
        tests("BytesTests", ["Bytes"]),
        tests("POSIXTests", ["POSIX"]),
        tests("OpenSSLTests", ["OpenSSL"]),
        tests("JSONTests", ["JSON"]),
        tests("HTTPTests", ["Bytes", "HTTP"]),
        tests("JWTTests", ["JWT", "JSON", "OpenSSL"]),
        tests("FeaturesTests", ["Features", "JSON", "POSIX"]),
        tests(
            "ModelsTests",
            ["Models", "Features", "JSON", "OpenSSL", "POSIX", "Training", "XGBoost"],
            hasFixtures: true),
        tests(
            "ModelImportTests",
            ["ModelImport", "Models", "Features", "JSON", "POSIX", "Training", "XGBoost"],
            hasFixtures: true),
        tests("BatchScoringTests", ["BatchScoring", "Models", "Features", "JSON", "POSIX"]),
        tests("DataCheckTests", ["DataCheck", "Features", "JSON", "POSIX"]),
        tests(
            "TrainingTests",
            ["Training", "DataCheck", "Models", "Features", "JSON", "OpenSSL", "POSIX"],
            hasFixtures: true),
        tests("MetricsTests", ["Metrics"]),
        tests("AuditLogTests", ["AuditLog", "AuditReading", "JSON", "OpenSSL", "POSIX"]),
        tests("ModelRegistryTests", ["ModelRegistry", "Models", "POSIX"]),
        tests("OperationsAPITests", ["OperationsAPI", "POSIX"]),
        tests("OperationsClientTests", ["OperationsClient", "OperationsAPI", "JSON", "POSIX"]),
        tests("ReactorTests", ["Reactor", "POSIX"]),
        tests("RedisTests", ["Redis", "Reactor", "POSIX", "CHiredis"]),
        tests("HTTPServerTests", ["HTTPServer", "HTTP", "Reactor", "POSIX"]),
        tests("AccessTests", ["Access", "Redis", "Reactor", "POSIX"]),
        tests(
            "ConfigurationTests",
            ["Configuration", "AuditLog", "JWT", "OperationsAPI", "POSIX", "Redis"]),
        tests("DoctorTests", ["Doctor", "AuditLog", "Configuration", "POSIX"]),
        tests(
            "TelemetryTests",
            [
                "Telemetry", "Access", "Features", "HTTP", "HTTPServer", "JSON", "JWT", "Metrics",
                "Models", "POSIX", "Redis", "ServiceTestSupport", logging,
            ]),
        tests(
            "PredictionServiceTests",
            [
                "PredictionService", "Access", "AuditLog", "AuditReading", "Configuration",
                "Doctor", "Features",
                "HTTP", "HTTPServer", "JSON", "JWT", "Metrics", "Models", "OperationsAPI", "POSIX",
                "Redis", "ServiceTestSupport", "Telemetry", logging,
            ]),
        tests("ProgramTests", ["AuditLog", "JSON", "Models", "POSIX", "PredictionService"]),
        tests("TidyTests", []),
    ],
    swiftLanguageModes: [.v6]
)
