package import Configuration
internal import POSIX
internal import TestSupport

extension ConfigurationSources {
    /// Flags and environment, with the project's model and without a configuration file.
    package static func testing(
        _ flags: [String], environment: [String: String] = [:]
    ) throws(ConfigurationError) -> ConfigurationSources {
        let files = ConfigurationFiles(
            read: { path, bytesMax in
                Result { () throws(FileError) in
                    guard path != ConfigurationSources.standardFilePath else {
                        throw .system(path: path, SystemError(call: "open", code: 2))
                    }
                    return try Files.read(path, bytesMax: bytesMax)
                }
            },
            names: { directory in
                Result { () throws(FileError) in try Files.names(in: directory) }
            })
        // A flag may be given once only.
        let hasModel = flags.contains { $0.hasPrefix("--model.path") }
        let model = hasModel ? [] : ["--model.path=\(BuiltProgram.modelPath)"]
        let hasListener = flags.contains { $0.hasPrefix("--operations.listen") }
        let listener = hasListener ? [] : ["--operations.listen=127.0.0.1:0"]
        return ConfigurationSources(
            flags: try ConfigurationFlag.parse(model + listener + flags), filePath: nil,
            environment: environment, files: files)
    }
}

extension ServiceConfiguration {
    /// What flags and environment configure, with the project's model.
    package static func testing(
        _ flags: [String], environment: [String: String] = [:], isDevelopment: Bool = false
    ) throws(ConfigurationError) -> ServiceConfiguration {
        try load(.testing(flags, environment: environment), isDevelopment: isDevelopment)
    }
}
