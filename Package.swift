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

/// Bodies of `package` functions are part of a module's interface only with these flags; Swift 6.3
/// ignores `@inlinable` on them. Without, each character constant of `Bytes` was a call, and
/// `ByteSet.contains` alone took 1.9 % of the CPU of a prediction. With them a prediction takes
/// 0.97 of it, with audit 0.99 (medians of 4 rounds on a busy machine; best rounds 0.95 and 0.96).
/// For modules that import no C: the compiler refuses to look into types that hold C's. All checks
/// stay.
let inlinedElsewhere: [SwiftSetting] = [
    .unsafeFlags(
        [
            "-enable-library-evolution", "-no-emit-module-separately-wmo",
            "-Xfrontend", "-package-cmo", "-Xfrontend", "-experimental-allow-non-resilient-access",
        ], .when(configuration: .release))
]

/// A module without C, whose functions are inlined into those above it.
func pureModule(
    _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, resources: resources,
        swiftSettings: languageRules + inlinedElsewhere + [.strictMemorySafety()])
}

/// A module on the way of a prediction. In a release build, accesses to properties of its classes
/// are not checked for exclusivity as the program runs; in the tests they are. The checks took 4 to
/// 6 % of the CPU of a prediction (medians of 3 rounds, this flag alone).
func servingModule(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(
        name: name, dependencies: dependencies,
        swiftSettings: languageRules + [
            .strictMemorySafety(),
            .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
        ])
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

        pureModule("Bytes"),
        module("POSIX", ["CLinux"]),
        module("OpenSSL", ["Bytes", "COpenSSL"]),
        module("XGBoost", ["CXGBoost"]),
        pureModule("JSON", ["Bytes"]),
        pureModule("HTTP", ["Bytes"]),
        pureModule("Identity", ["Bytes"]),
        servingModule("JWT", ["Bytes", "Identity", "JSON", "OpenSSL"]),
        pureModule("Features", ["Bytes", "JSON"]),
        pureModule("FeatureStore", ["Bytes", "Features", "JSON"]),
        module("Tables", ["Bytes", "Features", "JSON", "POSIX"]),
        module("RecordFormats", ["Bytes", "Features", "JSON", "Tables"]),
        servingModule("Models", ["Bytes", "Features", "JSON", "POSIX"]),
        module("Bundle", ["Bytes", "Features", "JSON", "Models", "OpenSSL", "POSIX"]),
        module("BatchScoring", ["Bundle", "Bytes", "Features", "JSON", "Models", "Tables"]),
        module("DataCheck", ["Bytes", "Features", "JSON", "Tables"]),
        module("Behaviour", ["POSIX"]),
        module("Measures", ["Bytes", "Features", "Models", "POSIX"]),
        module("Reports", ["Bytes"]),
        pureModule(
            "OpenAPI", ["Features", "JSON"],
            resources: [
                .embedInCode("Page/docs.html"), .embedInCode("Page/docs.css"),
                .embedInCode("Page/docs.js"), .embedInCode("Page/icon.svg"),
            ]),
        module(
            "Training",
            [
                "Bundle", "Bytes", "DataCheck", "Features", "JSON", "Measures", "Models",
                "OpenSSL", "POSIX", "Tables", "XGBoost",
            ]),
        module(
            "TrainingReports",
            [
                "Bytes", "DataCheck", "Features", "Measures", "Models", "Reports", "Training",
                "XGBoost",
            ]),
        module(
            "ModelImport",
            [
                "Bundle", "Bytes", "Features", "JSON", "Measures", "Models", "OpenSSL", "POSIX",
                "Tables", "XGBoost",
            ]),
        module("Metrics", ["Bytes"]),
        servingModule("AuditLog", ["Bytes", "JSON", "OpenSSL", "POSIX"]),
        module("AuditReading", ["AuditLog", "Bytes", "JSON", "OpenSSL", "POSIX"]),
        module("Deployment", ["Bundle", "Models"]),
        module("ModelRegistry", ["Bundle", "Bytes", "Deployment", "POSIX"]),
        module("OperationsAPI", ["Bytes", "JSON", "JWT", "POSIX"]),
        module("HTTPClient", ["Bytes", "HTTP", "OpenSSL", "POSIX"]),
        module("OperationsClient", ["HTTPClient", "JSON", "OpenSSL", "OperationsAPI", "POSIX"]),
        servingModule("Reactor", ["POSIX"]),
        module("Redis", ["Bytes", "CHiredis", "OpenSSL", "POSIX", "Reactor"]),
        servingModule("HTTPServer", ["Bytes", "HTTP", "OpenSSL", "POSIX", "Reactor"]),
        servingModule("Access", ["Bytes", "Reactor", "Redis"]),
        module(
            "Configuration",
            [
                "Access", "AuditLog", "Behaviour", "Bytes", "FeatureStore", "HTTP", "HTTPClient",
                "Identity", "JWT", "OpenSSL", "OperationsAPI", "POSIX", "Redis",
            ]),
        module(
            "Doctor",
            [
                "Access", "AuditLog", "AuditReading", "Bundle", "Bytes", "Configuration",
                "HTTPClient", "Identity", "JWT", "ModelRegistry", "Models", "OpenSSL",
                "OperationsAPI", "OperationsClient", "POSIX", "Redis",
            ]),
        servingModule(
            "Telemetry",
            [
                "Access", "Behaviour", "Bundle", "Bytes", "Features", "HTTP", "HTTPServer", "JSON",
                "JWT", "Metrics", "Models", "OpenSSL", "POSIX", "Redis", logging,
            ]),
        servingModule(
            "Serving",
            [
                "Access", "AuditLog", "Behaviour", "Bundle", "Bytes", "Configuration", "Deployment",
                "FeatureStore", "Features",
                "HTTP", "HTTPServer", "Identity", "JSON", "JWT", "Metrics", "ModelRegistry",
                "Models", "OpenAPI", "OpenSSL", "OperationsAPI", "POSIX", "Reactor",
                "RecordFormats", "Redis",
                "Telemetry",
            ]),
        module(
            "Service",
            [
                "Access", "AuditLog", "Behaviour", "Bundle", "Bytes", "Configuration", "Deployment",
                "HTTP", "HTTPClient", "HTTPServer", "Identity", "JWT", "ModelRegistry", "Models",
                "OpenSSL",
                "OperationsAPI", "POSIX", "Reactor", "Redis", "Serving", "Telemetry", logging,
            ]),
        program(
            "churnd",
            [
                "Configuration", "Doctor", "POSIX", "Service", "Telemetry",
                argumentParser,
            ]),
        program(
            "churnctl",
            [
                "Access", "AuditLog", "AuditReading", "BatchScoring", "Behaviour", "Bundle",
                "Bytes", "Configuration", "DataCheck", "Doctor", "FeatureStore", "Features",
                "HTTPClient",
                "Identity", "JSON", "JWT", "Measures", "ModelImport", "Models", "OpenSSL",
                "OperationsAPI", "OperationsClient", "POSIX",
                "Redis", "Tables", "Training", "TrainingReports", argumentParser,
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
        tests("OpenSSLTests", ["OpenSSL", "POSIX"]),
        tests("JSONTests", ["JSON"]),
        tests("HTTPTests", ["HTTP", "Bytes"]),
        tests("IdentityTests", ["Identity"]),
        tests("JWTTests", ["Identity", "JWT", "JSON", "OpenSSL", "POSIX"], hasFixtures: true),
        tests("FeaturesTests", ["Features", "JSON", "POSIX", "Tables"]),
        tests(
            "FeatureStoreTests", ["FeatureStore", "Features", "JSON", "POSIX"], hasFixtures: true),
        tests(
            "RecordFormatsTests", ["RecordFormats", "Bytes", "Features", "JSON", "POSIX"],
            hasFixtures: true),
        tests("TablesTests", ["Tables", "Features", "JSON", "POSIX"]),
        tests(
            "ModelsTests", ["Models", "Bytes", "Features", "JSON", "POSIX", "XGBoost"],
            hasFixtures: true),
        tests(
            "BundleTests",
            [
                "Bundle", "Bytes", "Models", "Features", "JSON", "OpenSSL", "POSIX", "Tables",
                "XGBoost",
            ], hasFixtures: true),
        tests(
            "ModelImportTests",
            [
                "ModelImport", "Bundle", "Bytes", "Models", "Features", "JSON", "POSIX", "Tables",
                "XGBoost",
            ],
            hasFixtures: true),
        tests(
            "BatchScoringTests",
            ["BatchScoring", "Bundle", "Models", "Features", "JSON", "POSIX", "Tables"]),
        tests("DataCheckTests", ["DataCheck", "Features", "JSON", "POSIX", "Tables"]),
        tests(
            "MeasuresTests", ["Measures", "Bytes", "Models", "Features", "JSON", "POSIX"],
            hasFixtures: true),
        tests("BehaviourTests", ["Behaviour"]),
        tests("ReportsTests", ["Reports"]),
        tests("OpenAPITests", ["OpenAPI", "Bytes", "Features", "JSON"]),
        tests(
            "TrainingTests",
            [
                "Training", "Bundle", "Bytes", "DataCheck", "Features", "JSON", "Measures",
                "Models", "OpenSSL", "POSIX", "Tables", "TrainingReports",
            ],
            hasFixtures: true),
        tests(
            "TrainingReportsTests",
            [
                "TrainingReports", "Bytes", "Features", "JSON", "Measures", "Models", "Reports",
                "POSIX", "Training",
            ]),
        tests("MetricsTests", ["Metrics"]),
        tests("AuditLogTests", ["AuditLog", "AuditReading", "JSON", "OpenSSL", "POSIX"]),
        tests("DeploymentTests", ["Deployment"]),
        tests(
            "ModelRegistryTests",
            ["ModelRegistry", "Bundle", "Deployment", "Models", "POSIX"]),
        tests("OperationsAPITests", ["OperationsAPI", "POSIX"]),
        tests(
            "OperationsClientTests",
            ["OperationsClient", "HTTPClient", "OperationsAPI", "JSON", "POSIX"]),
        tests(
            "HTTPClientTests", ["HTTPClient", "JSON", "OpenSSL", "POSIX"], hasFixtures: true),
        tests("ReactorTests", ["Reactor", "POSIX"]),
        tests("RedisTests", ["Redis", "Reactor", "OpenSSL", "POSIX", "CHiredis"]),
        tests(
            "HTTPServerTests",
            ["COpenSSL", "HTTPServer", "HTTP", "OpenSSL", "Reactor", "POSIX", "Serving"]),
        tests("AccessTests", ["Access", "Redis", "Reactor", "POSIX"]),
        tests(
            "ConfigurationTests",
            [
                "Configuration", "AuditLog", "Behaviour", "HTTP", "HTTPClient", "Identity", "JWT",
                "OpenSSL",
                "OperationsAPI", "POSIX", "Redis",
            ]),
        tests("DoctorTests", ["Doctor", "AuditLog", "Configuration", "POSIX"]),
        tests(
            "TelemetryTests",
            [
                "Telemetry", "Access", "Behaviour", "Bundle", "Features", "HTTP", "HTTPServer",
                "JSON", "JWT",
                "Metrics", "Models", "OpenSSL", "POSIX", "Redis", "ServiceTestSupport", logging,
            ]),
        tests(
            "ServingTests",
            [
                "Serving", "Access", "AuditLog", "AuditReading", "Behaviour", "Bundle",
                "Configuration",
                "Deployment", "Features", "HTTP", "HTTPServer", "JSON", "JWT", "Metrics", "Models",
                "POSIX", "Reactor", "Redis", "ServiceTestSupport", "Telemetry",
            ]),
        tests(
            "ServiceTests",
            [
                "Service", "Bundle", "Configuration", "Doctor", "HTTP", "HTTPServer", "JSON",
                "JWT", "Models", "OperationsAPI", "POSIX", "Redis", "Serving",
                "ServiceTestSupport", "Telemetry", logging,
            ]),
        tests(
            "ProgramTests",
            [
                "AuditLog", "Bundle", "Configuration", "JSON", "JWT", "Models", "OpenSSL", "POSIX",
                "Service", "Serving", "ServiceTestSupport", "Telemetry",
            ]),
        tests("TidyTests", []),
    ],
    swiftLanguageModes: [.v6]
)
