internal import Bytes
internal import POSIX

extension RouteFamily {
    /// Those whose callers a platform may have authenticated.
    package static let platforms: [RouteFamily] = [.mlflow, .sagemaker, .vertex, .azure]
}

extension ServiceConfiguration {
    /// How the platforms' routes are served.
    package struct Platform: Sendable {
        /// Whose requests they are, where the platform has authenticated the caller; nil: callers
        /// have tokens.
        package let subject: String?
        /// The field that has the token in the place of Authorization, in lower case; nil: none.
        package let tokenField: String?
        /// Paths that Vertex AI has chosen; nil where it has not, or is not in `routes`.
        package let predictRoute: String?
        package let healthRoute: String?

        init(_ settings: ConfigurationSettings) throws(ConfigurationError) {
            let isPlatform = settings.text(.authentication) == "platform"
            subject = isPlatform ? settings.text(.authenticationSubject) : nil
            tokenField = try Platform.tokenField(settings)
            let predictRoute = try Platform.route(.vertexPredictRoute, settings)
            let healthRoute = try Platform.route(.vertexHealthRoute, settings)
            let isVertex = settings.routeFamilies.contains(.vertex)
            self.predictRoute = isVertex ? predictRoute : nil
            self.healthRoute = isVertex ? healthRoute : nil
            let host = settings.text(.host)
            if isPlatform, !isLoopback(host), !settings.toggle(.authenticationExposed) {
                throw .platformExposed(at: settings.place(.authentication), host: host)
            }
        }

        private static func tokenField(
            _ settings: ConfigurationSettings
        ) throws(ConfigurationError) -> String? {
            guard let name = settings.optionalText(.authenticationTokenField) else { return nil }
            let isName = name.utf8.allSatisfy { byte in
                ASCII.isDigit(byte) || byte == UInt8(ascii: "-")
                    || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
            }
            guard isName else {
                throw .unacceptable(
                    at: settings.place(.authenticationTokenField),
                    key: ConfigurationKey.authenticationTokenField.name,
                    found: ShownText.quoted(name.utf8),
                    wanted: "the name of a field: letters, digits and hyphens")
            }
            return name.lowercased()
        }

        /// Nil where it is not set.
        private static func route(
            _ key: ConfigurationKey, _ settings: ConfigurationSettings
        ) throws(ConfigurationError) -> String? {
            guard let path = settings.optionalText(key) else { return nil }
            let isPath =
                path.hasPrefix("/")
                && path.utf8.allSatisfy { byte in
                    byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "?")
                        && byte != UInt8(ascii: "#")
                }
            guard isPath else {
                throw .unacceptable(
                    at: settings.place(key), key: key.name, found: ShownText.quoted(path.utf8),
                    wanted: "a path that begins with /, in visible ASCII, without query")
            }
            return path
        }
    }
}

extension ServiceConfiguration {
    /// Whether no prediction is asked for with a token: all predictions are for platforms, which
    /// have authenticated their callers and speak TLS with them.
    var servesPlatformsAlone: Bool {
        platform.subject != nil && routes.allSatisfy(RouteFamily.platforms.contains)
    }
}

/// `auth*` and `vertex.*`: the routes of platforms.
extension ConfigurationKey {
    static let authentication = ConfigurationKey(
        "auth", .choice(["token", "platform"]), default: "token",
        meaning: "Who authenticates callers of mlflow, sagemaker, vertex and azure in `routes`. "
            + "platform: the platform has, and requests need no token; all are auth.subject's. All "
            + "other routes need tokens in any case.")
    static let authenticationSubject = ConfigurationKey(
        "auth.subject", .text(bytesMax: 256), default: "platform",
        meaning: "Whose quota, audit records and baseline they are with auth = platform.")
    static let authenticationExposed = ConfigurationKey(
        "auth.platform_exposed", .toggle, default: "off",
        meaning: "on: with auth = platform, an address beyond this machine is intended, because "
            + "nobody but the platform reaches it. Without it churnd does not start.")
    static let authenticationTokenField = ConfigurationKey(
        "auth.token_field", .text(bytesMax: 128), default: nil,
        meaning: "The field of a request to these routes that has the token, as `Bearer …`, in "
            + "the place of Authorization, which the platform keeps: "
            + "`X-Amzn-SageMaker-Custom-Attributes`.")
    static let vertexPredictRoute = ConfigurationKey(
        "vertex.predict_route", .text(bytesMax: 256), default: nil,
        meaning: "The path at which Vertex AI asks for predictions, also where another route has "
            + "it. AIP_PREDICT_ROUTE with vertex in `routes`.")
    static let vertexHealthRoute = ConfigurationKey(
        "vertex.health_route", .text(bytesMax: 256), default: nil,
        meaning: "The path at which it asks for health. AIP_HEALTH_ROUTE with vertex in `routes`.")
}

// What platforms say in variables of their own.
extension ConfigurationSettings {
    /// Takes the variables of the platforms whose routes are served, for keys that nothing else has
    /// set.
    ///
    /// - Parameter isServe: churnd was started as SageMaker starts containers.
    mutating func addPlatformVariables(
        _ environment: [String: String], isServe: Bool
    ) throws(ConfigurationError) {
        if isServe {
            try addDefault(.routes, "sagemaker")
            try addDefault(.modelPath, "/opt/ml/model")
            try addDefault(.host, "0.0.0.0")
            try add(.port, from: "SAGEMAKER_BIND_TO_PORT", environment)
        }
        let families = routeFamilies
        if families.contains(.vertex), environment["AIP_HTTP_PORT"] != nil {
            try addDefault(.host, "0.0.0.0")
            try add(.port, from: "AIP_HTTP_PORT", environment)
            try add(.vertexPredictRoute, from: "AIP_PREDICT_ROUTE", environment)
            try add(.vertexHealthRoute, from: "AIP_HEALTH_ROUTE", environment)
            try checkStorage(environment)
        }
        if families.contains(.azure), environment["AZUREML_MODEL_DIR"] != nil {
            try addDefault(.host, "0.0.0.0")
            try add(.modelPath, from: "AZUREML_MODEL_DIR", environment)
        }
    }

    /// A model in Cloud Storage is not fetched; a directory is taken.
    private mutating func checkStorage(
        _ environment: [String: String]
    ) throws(ConfigurationError) {
        guard let storage = environment["AIP_STORAGE_URI"], !storage.isEmpty else { return }
        if place(.modelPath) == .standard, storage.contains("://") {
            throw .unacceptable(
                at: .variable("AIP_STORAGE_URI"), key: ConfigurationKey.modelPath.name,
                found: ShownText.quoted(storage.utf8),
                wanted: "a directory, or model.path set: churnd fetches nothing from Cloud Storage")
        }
        try add(.modelPath, from: "AIP_STORAGE_URI", environment)
    }

    private mutating func add(
        _ key: ConfigurationKey, from variable: String, _ environment: [String: String]
    ) throws(ConfigurationError) {
        guard place(key) == .standard, let text = environment[variable], !text.isEmpty else {
            return
        }
        try set(key, to: Array(text.utf8), at: .variable(variable))
    }

    private mutating func addDefault(
        _ key: ConfigurationKey, _ text: String
    ) throws(ConfigurationError) {
        if place(key) == .standard { try set(key, to: Array(text.utf8), at: .standard) }
    }
}
